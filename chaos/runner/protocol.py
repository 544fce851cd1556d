"""What the process of a run and its supervisor say to each other: one JSON object a line, in both directions.

The supervisor writes a Job, then Answers to Asks, at most one Stop. The child writes Events and Asks, last an End.
A line is bounded; one that is longer, or is not what is listed here, is a ProtocolError: the supervisor treats the
child as lost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

LINE_BYTES_MAX = 1 << 20
VERSION = 1


class ProtocolError(Exception):
    """A line that is too long, is not JSON, or says something unknown."""


@dataclass(frozen=True, slots=True)
class Job:
    """All the child gets to know. It has no database and a scrubbed environment.

    part: "all", or "rollbacks" to replay only those the document declares. targets: slug → {kind, config, secrets}.
    allowed: modules, programs and hosts, as chaos.runner.allow reads them. secrets: group → name → value.
    fault_prefix: every fault of the run has a key that begins so.
    """

    run_id: int
    part: str
    is_dry: bool
    document: Mapping[str, Any]
    targets: Mapping[str, Mapping[str, Any]]
    secrets: Mapping[str, Mapping[str, str]]
    allowed: Mapping[str, Any]
    fault_prefix: str
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. kind: hypothesis, activity_began, activity_ended, pause, injected, log …"""

    kind: str
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ask:
    """The child waits for the Answer of the same number. what: record_undo, injected, slo_status, slo_burn, query …"""

    number: int
    what: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    number: int
    is_ok: bool
    value: Any = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """No further activity begins; the child ends by itself, or is killed."""

    reason: str


@dataclass(frozen=True, slots=True)
class End:
    """The journal in the Chaos Toolkit's format, and what we saw: see chaos.runner.outcome."""

    journal: Mapping[str, Any]
    outcome: Mapping[str, Any]


Line = Job | Event | Ask | Answer | Stop | End
_BY_NAME: Mapping[str, type[Line]] = {
    "job": Job,
    "event": Event,
    "ask": Ask,
    "answer": Answer,
    "stop": Stop,
    "end": End,
}
_NAMES = {made: name for name, made in _BY_NAME.items()}


def encode(line: Line) -> bytes:
    """One line with its newline. Raises ProtocolError when it is too long."""
    text = json.dumps({"type": _NAMES[type(line)], **asdict(line)}, default=str, separators=(",", ":")) + "\n"
    encoded = text.encode()
    if len(encoded) > LINE_BYTES_MAX:
        raise ProtocolError(f"a line of {len(encoded):,} bytes: at most {LINE_BYTES_MAX:,} are allowed")
    return encoded


def decode(encoded: bytes) -> Line:
    """The line, checked to be one that is listed here. Raises ProtocolError."""
    if len(encoded) > LINE_BYTES_MAX:
        raise ProtocolError(f"a line of {len(encoded):,} bytes: at most {LINE_BYTES_MAX:,} are allowed")
    try:
        values = json.loads(encoded)
        made = _BY_NAME[values.pop("type")]
        return made(**values)
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise ProtocolError(f"a line that is not understood: {encoded[:200]!r}") from error
