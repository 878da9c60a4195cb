"""A type lives for ever, its versions follow one another: every reader gets the newest."""

import msgspec
import pytest
from msgspec import Struct, ValidationError

from shared.contracts.registry import RECORD_LANGUAGE, REPORT_LANGUAGE, Language, NewerVersion, UnknownType, split_version
from shared.events.codec import Unreadable, encode, read_data, read_fact
from tests.contracts.published import golden


class MovedV1(Struct, frozen=True, forbid_unknown_fields=True):
    """As first published: a name that proved wrong."""

    TYPE = "cn.example.moved.v1"
    place: str


class MovedV2(Struct, frozen=True, forbid_unknown_fields=True):
    """With the right name."""

    TYPE = "cn.example.moved.v2"
    county: str


class MovedV3(Struct, frozen=True, forbid_unknown_fields=True):
    """With a field that older facts never had."""

    TYPE = "cn.example.moved.v3"
    county: str
    school: str | None


class Stayed(Struct, frozen=True, forbid_unknown_fields=True):
    """Never changed."""

    TYPE = "cn.example.stayed.v1"
    county: str


UPCASTS = {
    "cn.example.moved.v1": lambda old: MovedV2(county=old.place),
    "cn.example.moved.v2": lambda old: MovedV3(county=old.county, school=None),
}
LANGUAGE = Language((MovedV1, MovedV2, MovedV3, Stayed), UPCASTS)


def test_a_stream_of_mixed_versions_reads_as_if_all_were_the_newest() -> None:
    stream: list[MovedV1 | MovedV2 | MovedV3 | Stayed] = [
        MovedV3("513431", "2151000001"),
        MovedV1("513429"),
        Stayed("1"),
        MovedV2("513430"),
        MovedV1("513431"),
    ]
    assert [LANGUAGE.read(said.TYPE, encode(said)) for said in stream] == [
        MovedV3("513431", "2151000001"),
        MovedV3("513429", None),
        Stayed("1"),
        MovedV3("513430", None),
        MovedV3("513431", None),
    ]


def test_an_old_version_is_read_by_its_own_shape() -> None:
    with pytest.raises(ValidationError, match="unknown field `county`"):
        LANGUAGE.read(MovedV1.TYPE, encode(MovedV2("513431")))


def test_a_version_newer_than_the_code_is_an_error_of_its_own() -> None:
    with pytest.raises(NewerVersion, match="up to v3"):
        LANGUAGE.read("cn.example.moved.v4", b"{}")
    with pytest.raises(NewerVersion, match="up to v1"):
        LANGUAGE.read("cn.example.stayed.v2", b"{}")


@pytest.mark.parametrize(
    "type_",
    ["cn.example.vanished.v1", "cn.example.moved", "cn.example.moved.v", "cn.example.moved.v0", "cn.example.moved.v-1", "cn.example.moved.v٤",
     "cn.example.moved.v" + "9" * 5000, "cn.example.moved.v01", "moved.v1", "v1", ""],
)  # fmt: skip
def test_a_type_that_nobody_published_is_unknown(type_: str) -> None:
    assert not LANGUAGE.knows(type_)
    with pytest.raises(UnknownType):
        LANGUAGE.read(type_, b"{}")


def test_a_gap_in_the_chain_of_upcasts_is_noticed_at_the_start() -> None:
    for missing in UPCASTS:
        chain = {step: upcast for step, upcast in UPCASTS.items() if step != missing}
        with pytest.raises(ValueError, match=missing):
            Language((MovedV1, MovedV2, MovedV3), chain)


def test_an_upcast_of_a_type_that_was_never_superseded_is_noticed_at_the_start() -> None:
    with pytest.raises(ValueError, match=r"stayed\.v1"):
        Language((Stayed,), {"cn.example.stayed.v1": lambda old: old})


def test_two_shapes_of_one_type_are_noticed_at_the_start() -> None:
    class StayedToo(Struct, frozen=True):
        TYPE = Stayed.TYPE

    with pytest.raises(ValueError, match=r"stayed\.v1"):
        Language((Stayed, StayedToo))


@pytest.mark.parametrize("type_", ["cn.baoxue.student.moved.v2", "cn.baoxue.student.enrolled.v1", "cn.baoxue.county.reported.v1"])
def test_the_record_in_a_newer_version_is_not_taken_for_unreadable(type_: str) -> None:
    newer = f"{type_[:-1]}{int(type_[-1]) + 1}"
    value = golden(type_).replace(type_.encode(), newer.encode())
    with pytest.raises(NewerVersion):
        read_fact(value)
    with pytest.raises(NewerVersion):
        read_data(RECORD_LANGUAGE, newer, b"anything")


def test_a_type_of_another_language_is_unknown() -> None:
    with pytest.raises(UnknownType):
        read_data(REPORT_LANGUAGE, "cn.baoxue.student.moved.v1", b"{}")
    with pytest.raises(UnknownType):
        read_data(REPORT_LANGUAGE, "cn.baoxue.county.reported.v1", b"{}")


def test_data_that_do_not_fit_their_type_are_unreadable_and_the_type_is_named() -> None:
    with pytest.raises(Unreadable, match=r"student\.moved\.v1.*county"):
        read_data(RECORD_LANGUAGE, "cn.baoxue.student.moved.v1", b'{"before":null,"after":null}')


def test_a_type_splits_into_family_and_version() -> None:
    assert split_version("cn.baoxue.student.dropped-out.v12") == ("cn.baoxue.student.dropped-out", 12)
    with pytest.raises(ValueError, match="does not end"):
        split_version("cn.baoxue.student.dropped-out")


@pytest.mark.parametrize("type_", ["cn.baoxue.student.moved", "cn.baoxue.student.departed"])
def test_a_fact_of_the_first_version_is_read_as_one_of_the_second_that_says_the_same(type_: str) -> None:
    event, fact = read_fact(golden(f"{type_}.v1"))
    assert event.type == f"{type_}.v1"
    assert f"{type_}.v2" == fact.TYPE
    said = msgspec.json.decode(golden(f"{type_}.v1"))["data"]
    assert msgspec.json.decode(encode(fact)) == said
