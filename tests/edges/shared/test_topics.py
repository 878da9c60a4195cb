"""Which topics there are, and what each must be."""

from __future__ import annotations

from shared.log import topics


def test_every_topic_of_the_wire_is_there_under_its_name() -> None:
    assert {topic.name for topic in topics.topics()} == {
        "student-status",
        "enrolment.submissions",
        "case.commands",
        "relief.commands",
        "refusals",
        "seals",
        "access",
        "student-status.dead",
        "enrolment.submissions.dead",
        "case.commands.dead",
        "relief.commands.dead",
    }


def test_one_partition_count_holds_for_all_so_that_a_child_stays_in_one_number() -> None:
    assert {topic.partitions for topic in topics.topics()} == {12}
    assert {topic.partitions for topic in topics.topics(partitions=64)} == {64}


def test_what_was_said_is_kept_for_ever_and_never_compacted() -> None:
    for topic in topics.topics():
        assert topic.settings["cleanup.policy"] == "delete"
        assert topic.settings["retention.ms"] == "-1"
        assert topic.settings["retention.bytes"] == "-1"


def test_no_record_is_refused_for_the_clock_of_its_writer() -> None:
    assert {topic.settings["message.timestamp.type"] for topic in topics.topics()} == {"LogAppendTime"}


def test_of_three_replicas_two_must_have_a_record_before_it_counts() -> None:
    assert {topic.settings["min.insync.replicas"] for topic in topics.topics(replicas=3)} == {"2"}
    assert {topic.settings["min.insync.replicas"] for topic in topics.topics(replicas=1)} == {"1"}
