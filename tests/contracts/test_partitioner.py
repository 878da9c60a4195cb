"""Our partitions are those of every client that hashes as the Java client does."""

from hypothesis import given, settings
from hypothesis import strategies as st
from kafka.partitioner.default import murmur2

from shared.log.partitioner import partition_of, partitions_of

law = settings(max_examples=200, deadline=None, derandomize=True)
students = st.binary(min_size=16, max_size=16).map(lambda id_: id_.hex().encode())
counties = st.integers(0, 999_999).map(lambda code: b"%06d" % code)
schools = st.integers(0, 9_999_999_999).map(lambda code: b"%010d" % code)


def theirs(key: bytes, partitions: int) -> int:
    return int((murmur2(key) & 0x7FFFFFFF) % partitions)


@law
@given(st.lists(students, min_size=1), st.integers(1, 1000))
def test_students_sit_where_kafka_python_puts_them(keys: list[bytes], partitions: int) -> None:
    assert partitions_of(keys, partitions) == [theirs(key, partitions) for key in keys]


@law
@given(st.lists(st.one_of(students, counties, schools)), st.integers(1, 1000))
def test_students_counties_and_schools_together_sit_where_kafka_python_puts_them(keys: list[bytes], partitions: int) -> None:
    assert partitions_of(keys, partitions) == [theirs(key, partitions) for key in keys]


@law
@given(st.binary(), st.integers(1, 1000))
def test_any_key_sits_where_kafka_python_puts_it(key: bytes, partitions: int) -> None:
    assert partition_of(key, partitions) == theirs(key, partitions)


def test_partitions_are_plain_numbers_and_spread() -> None:
    keys = [b"%032x" % n for n in range(1200)]
    partitions = partitions_of(keys, 12)
    assert {type(partition) for partition in partitions} == {int}
    assert all(60 < partitions.count(partition) < 140 for partition in range(12))


def test_the_java_client_puts_these_keys_here() -> None:
    """From the Java client's own test, UtilsTest.testMurmur2."""
    known = {
        b"21": -973932308,
        b"foobar": -790332482,
        b"a-little-bit-long-string": -985981536,
        b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    }
    assert {key: partition_of(key, 2**31) for key in known} == {key: hash_ & 0x7FFFFFFF for key, hash_ in known.items()}
