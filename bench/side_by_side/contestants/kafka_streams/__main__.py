"""``python -m bench.side_by_side.contestants.kafka_streams`` resolves the jars anew and writes their lock (`make lock`)."""

from bench.side_by_side.contestants.kafka_streams import LOCK, STREAMS
from deploy.local import jars

jars.resolve(LOCK, STREAMS)
