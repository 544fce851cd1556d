"""The fields of a policy in words: what each asks for, an example, and its value with its unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from chaos.runs.domain.guards import Policy


class Unit(StrEnum):
    COUNT = "count"
    SHARE = "share"  # of one; people read and write percent
    MULTIPLE = "multiple"  # of the sustainable burn
    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class PolicyField:
    """name: of Policy. nothing: what a value of 0 means, where that is no number."""

    name: str
    label: str
    unit: Unit
    help: str
    example: str = ""
    nothing: str = ""

    @property
    def default(self) -> Any:
        return getattr(Policy(), self.name)

    @property
    def suffix(self) -> str:
        return _SUFFIXES[self.unit]

    def text_of(self, value: Any) -> str:
        """With its unit: "25 %", "3 ×", "30 min"; flags are yes or no."""
        if self.unit is Unit.FLAG:
            return "yes" if value else "no"
        if not value and self.nothing:
            return self.nothing
        number = value * 100 if self.unit is Unit.SHARE else value
        return f"{number:.6g}{self.suffix}"


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    lead: str
    fields: tuple[PolicyField, ...]


_SUFFIXES: Mapping[Unit, str] = MappingProxyType(
    {
        Unit.COUNT: "",
        Unit.SHARE: " %",
        Unit.MULTIPLE: " ×",
        Unit.SECONDS: " s",
        Unit.MINUTES: " min",
        Unit.HOURS: " h",
        Unit.FLAG: "",
    }
)

_BUDGET = Section(
    "Error budget, before the start",
    "Asked of every objective that the run watches.",
    (
        PolicyField(
            "budget_left_least",
            "Budget that must be left",
            Unit.SHARE,
            "With less of its error budget left, an objective refuses the run. Negative: also when it is overspent.",
            "25: a quarter of the budget is still there",
        ),
        PolicyField(
            "burn_before_most",
            "Burn it may have already",
            Unit.MULTIPLE,
            "An objective that burns faster than this, in multiples of the sustainable rate, makes the run wait.",
            "3: the burn that opens a ticket",
        ),
        PolicyField(
            "burn_before_minutes",
            "Burn measured over",
            Unit.MINUTES,
            "How far back that burn is looked at.",
            "60: the last hour",
        ),
        PolicyField(
            "allows_no_data",
            "Objectives without data do not object",
            Unit.FLAG,
            "Otherwise an objective of which nothing is known refuses the run.",
        ),
        PolicyField(
            "needs_objectives",
            "The service must have an objective",
            Unit.FLAG,
            "Without any, nothing could tell that users are hurt, and nothing would stop the run for it.",
        ),
    ),
)
_PEOPLE = Section(
    "People, before the start",
    "Who must agree, know, and be there.",
    (
        PolicyField(
            "approvals_needed",
            "Approvals needed",
            Unit.COUNT,
            "From responders who neither asked for the run nor wrote the version it runs.",
            "1: one other person",
            nothing="none",
        ),
        PolicyField(
            "approval_hours",
            "An approval counts for",
            Unit.HOURS,
            "From the start that was asked for; a run that waits longer asks again.",
            "24: a day",
        ),
        PolicyField(
            "notice_minutes",
            "Notice before the start",
            Unit.MINUTES,
            "How long before the start the channels and people below are told; 0: they are not told.",
            "30: told half an hour ahead",
            nothing="not told",
        ),
        PolicyField(
            "needs_acknowledgement",
            "Everybody told must acknowledge",
            Unit.FLAG,
            "By the link in the message, or on the page of the run. Until then it waits.",
        ),
        PolicyField(
            "needs_on_call",
            "Somebody must be on call",
            Unit.FLAG,
            "The run waits for the next shift; without a schedule of the team it is refused.",
        ),
    ),
)
_DURING = Section(
    "While it runs",
    "Looked at every few seconds. The first that is breached stops the run, and every fault is taken back.",
    (
        PolicyField(
            "stop_burn_rate",
            "Burn that stops it",
            Unit.MULTIPLE,
            "Of any watched objective, counted from the first fault on; never more than half of what a total failure "
            "burns.",
            "14.4: the burn that pages",
        ),
        PolicyField(
            "stop_burn_minutes",
            "That burn measured over",
            Unit.MINUTES,
            "Shorter stops sooner, longer forgives a blip.",
            "5: the last five minutes",
        ),
        PolicyField(
            "stop_bad_least",
            "Bad events before a burn counts",
            Unit.COUNT,
            "With fewer, no burn stops a run: one failed request of three says little.",
            "5",
        ),
        PolicyField(
            "spend_most",
            "Budget that one run may spend",
            Unit.SHARE,
            "Share of a whole error budget; spending as much stops the run.",
            "5: a twentieth of the budget",
        ),
        PolicyField(
            "budget_floor",
            "Budget that must stay",
            Unit.SHARE,
            "With less left of any watched objective the run is stopped, whoever spent it.",
            "0: it stops when the budget is gone",
        ),
        PolicyField(
            "telemetry_seconds",
            "Newest counts at most this old",
            Unit.SECONDS,
            "Before the start and during: what is not seen cannot stop a run. Counts settle for a minute or two.",
            "300: five minutes",
        ),
    ),
)
SECTIONS: tuple[Section, ...] = (_BUDGET, _PEOPLE, _DURING)
FIELDS: Mapping[str, PolicyField] = MappingProxyType({one.name: one for part in SECTIONS for one in part.fields})
