"""A policy as it was when an escalation began: later edits of the policy do not move what is under way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Self

_MINUTE = timedelta(minutes=1)


class TargetKind(StrEnum):
    USER = "user"
    SCHEDULE = "schedule"  # whoever is on call
    TEAM = "team"  # its responders
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class FrozenTarget:
    """Whom or what a step tells. name: in words, for when the object is gone."""

    kind: TargetKind
    id: int
    name: str

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind.value, "id": self.id, "name": self.name}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(TargetKind(stored["kind"]), int(stored["id"]), str(stored.get("name", "")))


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenStep:
    """Told at the same time; `delay` later the next step begins unless somebody acknowledged.

    round_robin: of the targets one at a time. turn: how many had theirs before this escalation.
    """

    delay: timedelta
    targets: tuple[FrozenTarget, ...]
    round_robin: bool = False
    turn: int = 0

    def in_turn(self, pass_number: int) -> tuple[tuple[FrozenTarget, ...], ...]:
        """Groups of targets in the order in which they are tried: the first that reaches somebody is told.

        Without round robin there is one group of all. With it each is a group of its own, the one whose turn it is
        first; in the next pass it is the turn of the one after.
        """
        if not self.round_robin or not self.targets:
            return (self.targets,)
        first = (self.turn + pass_number) % len(self.targets)
        return tuple((target,) for target in (*self.targets[first:], *self.targets[:first]))

    def to_json(self) -> dict[str, Any]:
        return {
            "delay_minutes": self.delay // _MINUTE,
            "targets": [target.to_json() for target in self.targets],
            "round_robin": self.round_robin,
            "turn": self.turn,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(
            delay=int(stored["delay_minutes"]) * _MINUTE,
            targets=tuple(FrozenTarget.from_json(target) for target in stored["targets"]),
            round_robin=bool(stored.get("round_robin", False)),
            turn=int(stored.get("turn", 0)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenPolicy:
    """repeat: N = N more passes. ack_timeout: after which an acknowledgement lapses; None: never.

    last_resort: told when no step reaches anybody and after the last pass; None: the team's administrators.
    """

    slug: str
    title: str
    steps: tuple[FrozenStep, ...]
    repeat: int = 0
    ack_timeout: timedelta | None = None
    last_resort: FrozenStep | None = None

    @property
    def passes(self) -> int:
        return self.repeat + 1

    def to_json(self) -> dict[str, Any]:
        return {
            "slug": self.slug,
            "title": self.title,
            "steps": [step.to_json() for step in self.steps],
            "repeat": self.repeat,
            "ack_timeout_minutes": self.ack_timeout // _MINUTE if self.ack_timeout else None,
            "last_resort": self.last_resort.to_json() if self.last_resort else None,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Of what `to_json` gave."""
        minutes, last_resort = stored.get("ack_timeout_minutes"), stored.get("last_resort")
        return cls(
            slug=str(stored.get("slug", "")),
            title=str(stored.get("title", "")),
            steps=tuple(FrozenStep.from_json(step) for step in stored["steps"]),
            repeat=int(stored.get("repeat", 0)),
            ack_timeout=int(minutes) * _MINUTE if minutes else None,
            last_resort=FrozenStep.from_json(last_resort) if last_resort else None,
        )


# What stands in when a team has no policy: its administrators, at once.
NO_POLICY = FrozenPolicy(slug="", title="No escalation policy", steps=())
