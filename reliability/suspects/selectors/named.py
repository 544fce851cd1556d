"""A case and its suspects as a reader may know them: named where that is allowed, for pages and the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from reliability.access.domain.caller import Caller, Role
from reliability.access.domain.visible import visible
from reliability.catalog.models import Service
from reliability.kit.percent import share_text
from reliability.suspects.domain.kinds import CaseKind, SuspectKind, VerdictState
from reliability.suspects.domain.reasons import Reason, ReasonKind, reasons_of
from reliability.suspects.models import Case, Suspect, Verdict
from reliability.suspects.selectors.facts import facts_of

HIDDEN = "A change of another team"
SHOWN_MAX = 3
# What can be told of a change whose team keeps to itself.
_OF_HIDDEN = frozenset({ReasonKind.TIME, ReasonKind.LATE})


@dataclass(frozen=True, slots=True)
class SuspectView:
    """is_hidden: the reader may not know what it is. score: percent. moved: that its place was another at first. said:
    why it was judged so, which may name what is hidden."""

    suspect: Suspect
    label: str
    url: str
    kind: str
    is_hidden: bool
    reasons: Sequence[Reason]
    score: int
    state: str
    moved: str
    said: str
    history: Sequence[Verdict]

    @property
    def place(self) -> str:
        return "" if self.suspect.place is None else str(self.suspect.place)


@dataclass(frozen=True, slots=True)
class CaseView:
    """more: suspects that are not shown. may_judge: the reader may confirm and reject."""

    case: Case
    title: str
    url: str
    subject_url: str
    service: Service | None
    spent: str
    lasted: timedelta | None
    suspects: Sequence[SuspectView]
    more: int
    may_judge: bool
    window: timedelta

    @property
    def first(self) -> SuspectView | None:
        return self.suspects[0] if self.suspects else None

    @property
    def is_taken_back(self) -> bool:
        """Once a burn, and none by what is known now."""
        return self.case.kind == CaseKind.BURN and self.case.ended_at == self.case.started_at


def case_view(*, case: Case, caller: Caller, limit: int | None = None, with_history: bool = False) -> CaseView:
    """No query for a case of `selectors.cases`; with_history: of `cases.case` alone, which has read it."""
    rows = list(case.suspects.all())
    of = visible(caller=caller, related=case.service)
    shown = rows if limit is None else rows[:limit]
    views = [suspect_view(row=row, case=case, of=of, caller=caller, with_history=with_history) for row in shown]
    return CaseView(
        case=case,
        title=title_of(case),
        url=reverse("suspect-case", args=[case.pk]),
        subject_url=subject_url(case),
        service=of,
        spent="" if case.spent is None else share_text(case.spent),
        lasted=None if case.ended_at is None else case.ended_at - case.started_at,
        suspects=views,
        more=len(rows) - len(shown),
        may_judge=caller.may(case.team_id, Role.RESPONDER),
        window=timedelta(seconds=case.window_seconds),
    )


def suspect_view(
    *, row: Suspect, case: Case, of: Service | None, caller: Caller, with_history: bool = False
) -> SuspectView:
    """of: the service in trouble, None when the reader may not know it."""
    is_hidden = not all(caller.may_read(team_id) for team_id in row.owner_ids)
    reasons = reasons_of(facts_of(row, case=CaseKind(case.kind), of="it" if of is None else of.title))
    moved = ""
    if not row.is_late and row.place != row.first_place:
        moved = f"ranked {row.first_place} at first"
    return SuspectView(
        suspect=row,
        label=HIDDEN if is_hidden else row.label,
        url="" if is_hidden else row.url,
        kind=SuspectKind(row.kind).noun,
        is_hidden=is_hidden,
        reasons=[one for one in reasons if not is_hidden or one.kind in _OF_HIDDEN],
        score=round(row.score * 100),
        state=f"suspect_{VerdictState(row.verdict).value}",
        moved=moved,
        said="" if is_hidden else row.verdict_reason,
        history=list(row.verdicts.all()) if with_history and not is_hidden else (),
    )


def title_of(case: Case) -> str:
    """Checkout works burnt; #12 Orders fail."""
    return f"#{case.incident_id} {case.subject}" if case.kind == CaseKind.INCIDENT else f"{case.subject}: burn"


def subject_url(case: Case) -> str:
    """Of the incident, or of the objective's ledger around the burn."""
    if case.kind == CaseKind.INCIDENT:
        return f"/incidents/{case.incident_id}/"
    if case.slo is None:
        return ""
    since, until = case.started_at - timedelta(hours=1), (case.ended_at or case.started_at) + timedelta(hours=1)
    return f"{reverse('slo-ledger', args=[case.slo.name])}?from={_text(since)}&to={_text(until)}"


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
