"""The metrics of the reporting api, for Prometheus. Those of its worker stand in ``shared/worker/meters.py``."""

from math import nan

from prometheus_client import CollectorRegistry, Counter, Gauge

from services.reporting.view.board_reader import BoardReader
from shared import clock
from shared.clock import moment_of


class ApiMeters:
    """The api's metrics in one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.age = Gauge("baoxue_counts_age_seconds", "Seconds since what is shown was known to be the whole record", registry=registry)
        self.watermark = Gauge(
            "baoxue_counts_watermark_age_seconds", "Age of the newest time in what is shown, of happenings or of records", ["time"], registry=registry
        )
        self.stream_clients = Gauge("baoxue_stream_clients", "Readers of the stream now", registry=registry)
        self.stream_events = Counter("baoxue_stream_events", "Events sent to readers of the stream", ["event"], registry=registry)
        self.stream_cut_off = Counter("baoxue_stream_cut_off", "Readers cut off because they did not take their events", registry=registry)
        self.stream_turned_away = Counter("baoxue_stream_turned_away", "Readers turned away because there were too many", registry=registry)

    def watch(self, reader: BoardReader) -> None:
        """Show the age of this reader's counts from now on; NaN while there are none."""
        self.age.set_function(lambda: reader.lag() if reader.built else nan)
        self.watermark.labels("event").set_function(lambda: _age(reader.memory.event_time if reader.built else None))
        self.watermark.labels("recorded").set_function(lambda: _age(reader.memory.recorded_time if reader.built else None))


def _age(micros: int | None) -> float:
    return nan if micros is None else (clock.now() - moment_of(micros)).total_seconds()
