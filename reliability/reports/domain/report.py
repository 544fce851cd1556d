"""What a report holds, as plain values: a page shows it, a mail tells it, and a copy of it is kept as it was sent."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from reliability.kit.percent import share_text

MEASURED_ENOUGH = 0.9  # of the minutes of a period: of what was measured less nobody says that all was well


class Met(StrEnum):
    MET = "met"
    MISSED = "missed"
    NO_DATA = "no_data"
    LEFT_OUT = "left_out"  # one of too many over time slices


@dataclass(frozen=True, slots=True)
class Share:
    """What spent budget. part: of all that was spent, 0 to 1."""

    label: str
    kind: str
    url: str
    part: float


@dataclass(frozen=True, slots=True)
class ObjectiveLine:
    """spent, left, before: of the period's own budget, 1 is all of it. causes: of the few that spent most."""

    name: str
    title: str
    state: str
    objective: float | None
    sli: float | None
    nines: str
    spent: float | None
    left: float | None
    before: float | None
    coverage: float
    url: str
    ledger_url: str
    causes: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """credit: percent of the fee that is owed. coverage: the measured share of the time; None when there was none."""

    name: str
    title: str
    customer: str
    period: str
    state: str
    reason: str
    target: float
    availability: float | None
    credit: float | None
    url: str
    coverage: float | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number beside that of the period before. text, before_text: as people read them; blank is no data.

    n: of how many it stands; None where it is a count itself. trend: better, worse, same or unknown.
    """

    slug: str
    title: str
    value: float | None
    before: float | None
    text: str
    before_text: str
    change: str
    trend: str
    n: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Highlight:
    """tone: bad, warn or good. rule: when this is said."""

    tone: str
    text: str
    rule: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class TrendRow:
    """One of six periods. Objectives: of those that were measured. Times in seconds."""

    period: str
    title: str
    met: int
    measured: int
    incidents: int
    severe: int
    mttr: float | None
    deployments: int
    fail_rate: float | None
    lead: float | None


@dataclass(frozen=True, slots=True)
class IncidentLine:
    number: int
    title: str
    severity: str
    url: str


@dataclass(frozen=True, slots=True)
class Report:
    """start, end, as_of: RFC 3339. is_over: the period; if not, figures are of what has passed."""

    team: str
    team_slug: str
    period: str
    title: str
    zone: str
    start: str
    end: str
    as_of: str
    is_over: bool
    objectives: tuple[ObjectiveLine, ...]
    objectives_total: int
    agreements: tuple[AgreementLine, ...]
    severities: tuple[Figure, ...]
    incidents: tuple[Figure, ...]
    severe: tuple[IncidentLine, ...]
    delivery: tuple[Figure, ...]
    chaos: tuple[Figure, ...]
    actions: tuple[Figure, ...]
    toil: tuple[Figure, ...]
    trend: tuple[TrendRow, ...]
    highlights: tuple[Highlight, ...] = field(default=())

    def count(self, state: Met) -> int:
        return sum(one.state == state for one in self.objectives)

    @property
    def met(self) -> int:
        return self.count(Met.MET)

    @property
    def missed(self) -> int:
        return self.count(Met.MISSED)

    @property
    def unmeasured(self) -> int:
        return self.count(Met.NO_DATA)

    @property
    def little_measured(self) -> tuple[ObjectiveLine, ...]:
        """Of those with data, what was measured for less than MEASURED_ENOUGH of the period; the least first."""
        known = (one for one in self.objectives if one.state in (Met.MET, Met.MISSED))
        return tuple(
            sorted((one for one in known if one.coverage < MEASURED_ENOUGH), key=lambda one: (one.coverage, one.title))
        )

    @property
    def left_out(self) -> int:
        return self.count(Met.LEFT_OUT)

    @property
    def beyond(self) -> int:
        """Objectives that the report does not hold, since it has a bound."""
        return max(self.objectives_total - len(self.objectives), 0)

    def to_json(self) -> dict[str, Any]:
        """As it is kept, and answered by the API."""
        return asdict(self)


_KEYS = {"spent": "spent", "availability": "available"}
SECTIONS = ("severities", "incidents", "delivery", "chaos", "actions", "toil")

_TITLED = (
    ("Incidents", ("severities", "incidents")),
    ("Delivery", ("delivery",)),
    ("Experiments and game days", ("chaos",)),
    ("Actions from postmortems", ("actions",)),
    ("Toil", ("toil",)),
)


def sections_of(numbers: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """(title, its figures) of a report as it is kept."""
    return [(title, [one for name in names for one in numbers.get(name, ())]) for title, names in _TITLED]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a figure was when the report was sent, and what it is today."""

    title: str
    sent: str
    today: str


def differences(*, sent: dict[str, Any], today: Report) -> tuple[list[Difference], int]:
    """What reads otherwise today, and of how many things it was asked."""
    pairs: list[Difference] = []
    now = today.to_json()
    for noun, key in (("objectives", "spent"), ("agreements", "availability")):
        before = {one["name"]: one for one in sent.get(noun, ())}
        after = {one["name"]: one for one in now[noun]}
        for name in dict.fromkeys((*before, *after)):
            one, other = before.get(name), after.get(name)
            title = (one or other or {}).get("title", name)
            pairs.append(Difference(f"{title}: {noun[:-1]}", _line(one, key), _line(other, key)))
    for section in SECTIONS:
        before = {one["slug"]: one for one in sent.get(section, ())}
        after = {one["slug"]: one for one in now[section]}
        for slug in dict.fromkeys((*before, *after)):
            was, one = before.get(slug), after.get(slug)
            pairs.append(Difference((one or was or {}).get("title", slug), _text(was), _text(one)))
    return [one for one in pairs if one.sent != one.today], len(pairs)


def _text(one: dict[str, Any] | None) -> str:
    return "not in it" if one is None else one["text"] or "no data"


def _line(one: dict[str, Any] | None, key: str) -> str:
    if one is None:
        return "not in it"
    value = one.get(key)
    state = one["state"].replace("_", " ")
    # Coverage tells late data that changed nothing else.
    measured = f", measured {share_text(one['coverage'])}" if "coverage" in one else ""
    return f"{state}{measured}" if value is None else f"{state}, {share_text(value)} {_KEYS[key]}{measured}"
