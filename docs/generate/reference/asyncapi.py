"""The log as AsyncAPI 3.1: a channel for each topic, a message for each type, and the processes that send and receive them."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from docs.generate.markdown import prose
from docs.generate.reference.schemas import Schema, attributes, golden, published, schemas_of
from shared.contracts.access import ACCESS_TYPES
from shared.contracts.refusal import Dead, Refused
from shared.contracts.registry import RECORD_LANGUAGE, REPORT_LANGUAGE
from shared.events.envelope import CONTENT_TYPE, Event, Submission
from shared.log import topics

BINDING_VERSION = "0.5.0"
_SCHEMA = "#/components/schemas/{name}"
_HOLDS: dict[str, tuple[type[Struct], ...]] = {
    topics.STUDENT_STATUS: tuple(RECORD_LANGUAGE.shapes.values()),
    **{topic.name: topic.types for topic in topics.INPUTS.values()},
    topics.REFUSALS: (Refused,),
    topics.SEALS: (),
    topics.ACCESS: ACCESS_TYPES,
    **{topics.dead(topic): (Dead,) for topic in topics.READ_BY_WORKERS},
}


def asyncapi() -> dict[str, Any]:
    """Return the document."""
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "Baoxue: the log",
            "version": "1.0.0",
            "description": "Services meet in these topics and nowhere else. One record is one CloudEvents 1.0 event in structured mode.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {"local": {"host": "127.0.0.1:19092", "protocol": "kafka", "description": "what `make up` starts"}},
        "channels": {topic.name: _channel(topic) for topic in topics.topics()},
        "operations": {name: operation for topic in topics.topics() for name, operation in _operations(topic.name).items()},
        "components": {"messages": {_type(shape): _message(shape) for shape in published()}, "schemas": _schemas()},
    }


def _channel(topic: topics.Topic) -> dict[str, Any]:
    traffic = topics.traffic(topic.name)
    return {
        "address": topic.name,
        "description": f"{traffic.holds}; keyed by {traffic.keyed_by}",
        "messages": {_type(shape): {"$ref": f"#/components/messages/{_type(shape)}"} for shape in _HOLDS[topic.name]},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "replicas": topic.replicas,
                "topicConfiguration": {
                    "cleanup.policy": topic.settings["cleanup.policy"].split(","),
                    "retention.ms": int(topic.settings["retention.ms"]),
                    "retention.bytes": int(topic.settings["retention.bytes"]),
                    "max.message.bytes": int(topic.settings["max.message.bytes"]),
                },
                "bindingVersion": BINDING_VERSION,
            }
        },
    }


def _operations(topic: str) -> dict[str, Any]:
    traffic = topics.traffic(topic)
    what = [("send", process) for process in traffic.written_by] + [("receive", process) for process in traffic.read_by]
    return {
        f"{process} {action}s {topic}": {
            "action": action,
            "channel": {"$ref": f"#/channels/{topic}"},
            "tags": [{"name": process.partition("-")[0]}],
        }
        for action, process in what
    }


def _message(shape: type[Struct]) -> dict[str, Any]:
    type_ = _type(shape)
    return {
        "name": type_,
        "title": shape.__name__,
        "summary": prose(shape.__doc__),
        "contentType": CONTENT_TYPE,
        "headers": {"type": "object", "properties": {"content-type": {"type": "string", "const": CONTENT_TYPE}}},
        "payload": {
            "allOf": [{"$ref": _SCHEMA.format(name=_around(shape).__name__)}],
            "properties": {"type": {"const": type_}, "data": {"$ref": _SCHEMA.format(name=shape.__name__)}},
        },
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": BINDING_VERSION}},
        "examples": [{"name": "golden", "payload": golden(type_)}],
    }


def _around(shape: type[Struct]) -> type[Struct] | type[Event[object]]:
    """Return the struct of the attributes around a shape in the log."""
    return Submission if _type(shape) in REPORT_LANGUAGE.shapes else Event


def _schemas() -> dict[str, Schema]:
    return {**schemas_of(published(), _SCHEMA), **{around.__name__: attributes(around) for around in (Submission, Event)}}


def _type(shape: type[Struct]) -> str:
    name: str = shape.TYPE  # type: ignore[attr-defined]  # every published shape names its TYPE
    return name
