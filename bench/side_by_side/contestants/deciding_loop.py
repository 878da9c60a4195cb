"""A plain loop that decides: confluent-kafka, our own pure decider, a dict of states. Volatile: whoever kills it begins again at the first report."""

import signal

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, Producer, TopicPartition

from bench.side_by_side.contestants.librdkafka import client
from bench.side_by_side.task import Task, read_task
from services.enrolment.decider import EnrolmentDecider

_AT_ONCE = 10_000


def main(task: Task) -> None:
    """Decide to the end of every partition. Offsets are committed once what was decided of them is acknowledged."""
    decider, left = EnrolmentDecider(), task.partitions
    states: dict[bytes, bytes] = {}
    consumer = Consumer({**client(task), "group.id": task.name, "enable.auto.commit": False, "enable.partition.eof": True})
    consumer.assign([TopicPartition(task.topic, partition, OFFSET_BEGINNING) for partition in range(task.partitions)])
    producer = Producer(
        {**client(task), "enable.idempotence": True, "compression.type": "lz4", "linger.ms": 5, "queue.buffering.max.messages": 200_000}
    )
    while left:
        behind: dict[int, int] = {}
        for message in consumer.consume(_AT_ONCE, timeout=1.0):
            if message.error() is not None:
                if message.error().code() != KafkaError._PARTITION_EOF:  # noqa: SLF001  # its public name has an underscore
                    raise RuntimeError(message.error())
                left -= 1
                continue
            key, partition, offset = message.key(), message.partition(), message.offset()
            state_id = decider.state_id(key)
            judged = decider.judge(key, message.value(), states.get(state_id), partition=partition, offset=offset)
            if judged.state is not None:
                states[state_id] = judged.state
            if judged.fact is not None:
                producer.produce(task.facts, judged.fact, key, partition)
            if judged.refusal is not None:
                producer.produce(task.refusals, judged.refusal, key, partition)
            behind[partition] = offset + 1
        producer.flush()
        if behind:
            consumer.commit(offsets=[TopicPartition(task.topic, partition, offset) for partition, offset in behind.items()], asynchronous=False)
    signal.pause()


if __name__ == "__main__":
    main(read_task())
