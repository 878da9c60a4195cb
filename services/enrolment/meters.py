"""What the enrolment api counts, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Histogram


class Meters:
    """The api's metrics in one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register them."""
        self.received = Counter("enrolment_reports_received", "Reports in bodies that were taken", registry=registry)
        self.logged = Counter("enrolment_reports_logged", "Reports that the log has, repeats too", registry=registry)
        self.refused = Counter("enrolment_reports_refused", "Reports refused by the api", ["code"], registry=registry)
        self.repeats = Counter("enrolment_repeated_requests", "Requests answered from their Idempotency-Key", registry=registry)
        self.away = Counter("enrolment_away", "Requests that failed because something was away", ["what"], registry=registry)
        self.check_seconds = Histogram("enrolment_check_seconds", "From the first byte of a body to its last line checked", registry=registry)
        self.log_seconds = Histogram("enrolment_log_seconds", "From there to the acknowledgement of all in-sync replicas", registry=registry)
