"""Whether a fact belongs where it stands in the record, in SQL (decision 0037). What does not counts nothing, and its sequence is not seen.

A fact belongs where its key, subject and partition key are one, its partition is that of the key, its source writes its type, its sequence
names an input that exists, and, where it does not directly follow the fact before it, its id is that of that input's position. Where an input
did not exist when the fact was read, a dead letter says so, and the fact does not count when the input exists one day.
"""

_NAMESPACE = "6f0d3c5a5d8b5f0e9a4be2d1c07a9b31"

KEY = "key and subject differ"
PARTITION = "in another partition than that of its key"
SOURCE = "of a type that its source does not write"
ID = "with the id of another position"
BEYOND = "beyond the end of its input topic"

BEGIN = f"""
CREATE OR REPLACE TABLE input_ends (source VARCHAR, part INTEGER, beyond VARCHAR);           -- the smallest sequence beyond each input topic
CREATE OR REPLACE TABLE letters (part INTEGER, place BIGINT, hash VARCHAR);                  -- facts that were found beyond their input topic

CREATE OR REPLACE MACRO text_of(value) AS CASE WHEN json_type(value) = 'VARCHAR' THEN value ->> '$' END;

-- RFC 9562, section 5.5.
CREATE OR REPLACE MACRO uuid5_of(hash) AS concat_ws('-', hash[1:8], hash[9:12], '5' || hash[14:16],
    substr('89ab89ab89ab89ab', instr('0123456789abcdef', hash[17]), 1) || hash[18:20], hash[21:32]);
CREATE OR REPLACE MACRO id_of_position(topic, part, sequence) AS uuid5_of(sha1(unhex('{_NAMESPACE}') || encode(
    concat(topic, '[', part, ']@', CAST(sequence[1:16] AS BIGINT), '-', CAST(sequence[18:21] AS BIGINT)))));

CREATE OR REPLACE MACRO times_m(n) AS (n * 1540483477) & 4294967295;
CREATE OR REPLACE MACRO shuffled(n, bits) AS xor(n, n >> bits);
CREATE OR REPLACE MACRO byte(key, i) AS CAST(coalesce(ord(nullif(substr(key, i, 1), '')), 0) AS UBIGINT);
CREATE OR REPLACE MACRO word(key, i) AS
    byte(key, 4 * i + 1) + (byte(key, 4 * i + 2) << 8) + (byte(key, 4 * i + 3) << 16) + (byte(key, 4 * i + 4) << 24);
"""


_MIX = """
SELECT part, place, key, xor(h, k) AS h FROM (
SELECT part, place, key, times_m(h) AS h, times_m(shuffled(k, 24)) AS k FROM (
SELECT part, place, key, h, times_m(word(key, :i)) AS k FROM (:before)))"""
_SEED = "SELECT part, place, key, xor(2538058380, :length)::UBIGINT AS h FROM chunk WHERE length(key) = :length"


def _mixed(length: int) -> str:
    """Return the SQL that mixes the whole words of all keys of a length into hashes."""
    query = _SEED.replace(":length", str(length))
    for i in range(length // 4):
        query = _MIX.replace(":i", str(i)).replace(":before", query)
    return query


# The Java client's murmur2 of the keys of students, 32 bytes, of counties, 6 bytes, and of schools, 10. Any other key is no subject's.
FIND_HOMES = (
    """
CREATE OR REPLACE TEMP TABLE astray AS
WITH students AS (:students),
counties AS (SELECT part, place, times_m(xor(xor(h, byte(key, 6) << 8), byte(key, 5))) AS h FROM (:counties)),
schools AS (SELECT part, place, times_m(xor(xor(h, byte(key, 10) << 8), byte(key, 9))) AS h FROM (:schools)),
once AS (SELECT part, place, times_m(shuffled(h, 13)) AS h
    FROM (SELECT part, place, h FROM students UNION ALL FROM counties UNION ALL FROM schools))
SELECT part, place FROM once WHERE (shuffled(h, 15) & 2147483647) % $partitions::BIGINT <> part
""".replace(":students", _mixed(32))
    .replace(":counties", _mixed(6))
    .replace(":schools", _mixed(10))
)

FIND_BEYOND = """
CREATE OR REPLACE TEMP TABLE found_beyond AS
SELECT DISTINCT part, place FROM chunk JOIN letters USING (part, place) WHERE sha256(chunk.value) = letters.hash
"""

# What does not belong, of what the fact itself says. Whether it jumps over inputs under a wrong id depends on the facts before it (recount.py).
PROBLEM = f"""CASE
    WHEN timed.source <> source_of(family) THEN '{SOURCE}'
    WHEN subject <> partitionkey OR subject IS DISTINCT FROM key
        OR length(subject) <> CASE WHEN family IN ('county', 'oversight') THEN 6 WHEN family IN ('school', 'place') THEN 10 ELSE 32 END THEN '{KEY}'
    WHEN astray.place IS NOT NULL THEN '{PARTITION}'
    WHEN found_beyond.place IS NOT NULL OR timed.sequence >= input_ends.beyond THEN '{BEYOND}' END"""
JOINED = """
LEFT JOIN astray ON astray.part = timed.part AND astray.place = timed.place
LEFT JOIN found_beyond ON found_beyond.part = timed.part AND found_beyond.place = timed.place
LEFT JOIN input_ends ON input_ends.part = timed.part AND input_ends.source = timed.source"""

COUNT_ODD_IDS = """
SELECT count(*) FROM checked WHERE problem IS NULL AND id <> id_of_position(input_of(source), part, sequence)
"""
LIST_IDS = """
SELECT part, place, source, sequence, id = id_of_position(input_of(source), part, sequence)
FROM checked WHERE problem IS NULL AND input_of(source) IS NOT NULL ORDER BY part, place
"""
LIST_HEADS = "SELECT part, source, sequence FROM heads"
PUT_ASIDE = "UPDATE checked SET problem = $problem WHERE part = $part AND place = $place"
