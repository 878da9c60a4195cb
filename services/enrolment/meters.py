"""What the enrolment api counts, for Prometheus. What its worker counts stands in ``shared/worker/meters.py``."""

from prometheus_client import CollectorRegistry, Counter, Histogram


class ApiMeters:
    """The api's metrics in one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.received = Counter("baoxue_reports_received", "Reports in bodies that were taken", registry=registry)
        self.logged = Counter("baoxue_reports_logged", "Reports that the log has, repeats too", registry=registry)
        self.refused = Counter("baoxue_reports_refused", "Reports that the api refused, by the rule they break", ["code"], registry=registry)
        self.repeats = Counter("baoxue_requests_repeated", "Requests answered from their Idempotency-Key", registry=registry)
        self.unavailable = Counter(
            "baoxue_requests_failed_away", "Requests that failed because Kafka or Redis was unavailable", ["what"], registry=registry
        )
        self.check_seconds = Histogram("baoxue_check_seconds", "From the first byte of a body to its last line checked", registry=registry)
        self.log_seconds = Histogram("baoxue_log_seconds", "From there to the acknowledgement of all in-sync replicas", registry=registry)
