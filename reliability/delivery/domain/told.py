"""What senders tell, whatever their words for it: the parsers of `kinds` make these, and `services.taking` stores them.

Everything carries the sender's own instant (`at`), never the one at which it arrived: so the order of arrival is of no
matter. Shas and names are texts; instants are aware UTC; None and "" mean "not told".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


class UnreadableError(ValueError):
    """A payload that is not what its protocol says. reason: a word for programs; the text says what to change."""

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Payload:
    """What came, whatever its kind. event: what its headers call it. body: the JSON value. config: of the integration.
    key: the sender's id of this delivery; received_at: for what carries no instant of its own.
    """

    event: str
    body: Any
    key: str
    received_at: datetime
    config: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToldCommit:
    """parents: None when the sender names none. within: what came in the same push; before: what the branch held
    until then. is_truncated: the push had more commits than it named.
    """

    repository: str
    sha: str
    committed_at: datetime
    authored_at: datetime | None = None
    author: str = ""
    title: str = ""
    is_merge: bool = False
    parents: tuple[str, ...] | None = None
    within: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    is_truncated: bool = False


@dataclass(frozen=True, slots=True)
class ToldRequest:
    """A pull or merge request, or what the sender calls a change that is reviewed."""

    repository: str
    key: str
    at: datetime
    title: str = ""
    url: str = ""
    author: str = ""
    first_commit_at: datetime | None = None
    opened_at: datetime | None = None
    first_review_at: datetime | None = None
    approved_at: datetime | None = None
    merged_at: datetime | None = None
    merge_sha: str = ""
    base_sha: str = ""
    head_sha: str = ""


@dataclass(frozen=True, slots=True)
class ToldDeployment:
    """outcome: a value of Outcome, reached at `at`. hints: names by which the service is looked up, the best first.
    is_production: None when the sender does not say; its environment's name decides then.
    """

    key: str
    hints: tuple[str, ...]
    environment: str
    outcome: str
    at: datetime
    repository: str = ""
    is_production: bool | None = None
    started_at: datetime | None = None
    revision: str = ""
    ref: str = ""
    title: str = ""
    author: str = ""
    url: str = ""
    is_rollback: bool = False
    is_unplanned: bool | None = None
    commits: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToldSwitch:
    """Something else that was changed in production: a feature flag, a configuration, a release."""

    key: str
    title: str
    at: datetime
    hints: tuple[str, ...] = ()
    url: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """All that one payload tells. ignored: why it tells nothing for us; a sender is never blamed for that."""

    deployments: tuple[ToldDeployment, ...] = ()
    commits: tuple[ToldCommit, ...] = ()
    requests: tuple[ToldRequest, ...] = ()
    switches: tuple[ToldSwitch, ...] = ()
    ignored: str = ""


def ignored(why: str) -> Told:
    return Told(ignored=why)
