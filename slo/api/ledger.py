"""/api/v1/slos/{name}/ledger: what spent the budget, line by line, and the minutes of a line."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from reliability.access.requests import AccessRequest
from reliability.kit.instants import floor_minute
from reliability.kit.periods import Period
from reliability.web.api.params import Instant
from reliability.web.errors import Invalid, NotFound
from reliability.web.zones import zone_named
from slo.api.slo_schemas import PeriodOut
from slo.domain.causes import Behind, CauseKind
from slo.domain.ledger import Line, Step
from slo.models import Slo
from slo.selectors import ledger as ledgers
from slo.selectors import slos
from slo.selectors.ledger import LedgerBasis, LedgerView
from slo.selectors.terms import dossier_of

router = Router(tags=["SLOs"])

MINUTES_MAX = 1_440


class LedgerCauseOut(Schema):
    start: datetime
    end: datetime | None = Field(description="null: it goes on")
    why: str = Field(description="why it is taken for the cause", examples=["it names this objective"])
    declared: bool = Field(description="false: found through the service, or inferred")


class LedgerSuspectOut(Schema):
    label: str = Field(description="names service and revision, where you may know it", examples=["shop 4f2a91c"])
    url: str = Field(description="its page; empty when there is none, or it may not be told")
    why: str
    confirmed: bool = Field(description="false: the first of the suspects that nobody rejected")


class LedgerLineOut(Schema):
    key: str = Field(description="names the line of this ledger", examples=["incident-12", "unknown"])
    kind: CauseKind
    label: str
    url: str = Field(description="the page that tells more; empty when there is none, or it may not be told")
    causes: list[LedgerCauseOut]
    suspect: LedgerSuspectOut | None = Field(description="of an incident: what was changed before; null: not known")
    minutes: int = Field(description="minutes that spent budget")
    minutes_touched: int = Field(description="minutes under this cause, whether they spent or not")
    events_lost: float
    units_spent: float | None = Field(description="bad events, or bad slices; null when the period mixes both")
    budget_spent: float = Field(description="share of the budget of the period")


class LedgerStepOut(Schema):
    start: datetime
    end: datetime
    measured: bool
    budget_spent: float | None = Field(description="null: nothing was measured in it")
    by_kind: dict[str, float] = Field(description="what each kind spent; kinds that spent nothing are left out")


class LedgerStretchOut(Schema):
    window: PeriodOut
    basis: str = Field(description="which version of the objective judged it, in words")


class LedgerOut(Schema):
    slo: str
    window: PeriodOut = Field(description="the period asked for")
    basis: LedgerBasis
    stretches: list[LedgerStretchOut]
    budget_spent: float | None = Field(description="share of the budget of the period; null: nothing was measured")
    events_lost: float | None
    minutes: int | None
    units_allowed: float | None = Field(description="the whole budget: bad events, or bad slices")
    slice_minutes: int | None = Field(description="how long a slice is; null for events")
    lines: list[LedgerLineOut] = Field(description="what spent most first, unknown last; they sum to budget_spent")
    steps: list[LedgerStepOut] = Field(description="hours up to three days, else days of `tz`")
    complete: bool = Field(description="false: there were more causes than can be told; theirs counts as unknown")


class LedgerMinuteOut(Schema):
    at: datetime
    bad: float
    valid: float
    budget_spent: float


class LedgerMinutesOut(Schema):
    slo: str
    window: PeriodOut
    line: str
    count: int = Field(description="minutes of the line in the whole period")
    minutes: list[LedgerMinuteOut]


class LedgerQuery(Schema):
    from_: Annotated[
        Instant | None, Field(alias="from", description="28 days before `to`; without both the SLO's window")
    ] = None
    to: Annotated[Instant | None, Field(description="now when left out")] = None
    basis: Annotated[LedgerBasis, Field(description="which version of the objective judges")] = LedgerBasis.ITS_TIME
    tz: Annotated[str, Field(max_length=64, description="zone of the days", examples=["Europe/Berlin"])] = "UTC"


class MinutesQuery(LedgerQuery):
    line: Annotated[str, Field(max_length=120, description="key of a line of the ledger")] = "unknown"
    offset: Annotated[int, Field(ge=0, le=1_000_000, description="minutes to leave out, the oldest first")] = 0
    limit: Annotated[int, Field(ge=1, le=MINUTES_MAX)] = MINUTES_MAX


@router.get("/{name}/ledger", response=LedgerOut, operation_id="getSloLedger", summary="What spent the budget")
def get_ledger(request: AccessRequest, name: str, query: Query[LedgerQuery]) -> Any:
    """Each minute's spent budget has one cause, by precedence: maintenance, experiment, incident, suspected change,
    unknown. What people added or gave back are lines of their own. The lines sum to the whole exactly (before they are
    rounded to floats). Computed from the stored minutes and the causes as they are now.
    """
    slo = slos.get_slo(caller=request.caller, name=name)
    period, view = _ledger(request, slo, query)
    found = view.ledger
    is_one_measure = found.allowed is not None
    return {
        "slo": slo.name,
        "window": _window(period),
        "basis": view.basis,
        "stretches": [{"window": _window(part), "basis": words} for part, words in view.stretches],
        "budget_spent": None if found.total is None else float(found.total.consumed),
        "events_lost": None if found.total is None else float(found.total.bad),
        "minutes": None if found.total is None else found.total.minutes,
        "units_allowed": None if found.allowed is None else float(found.allowed),
        "slice_minutes": found.unit_minutes,
        "lines": [_line_out(line, is_one_measure=is_one_measure) for line in found.lines],
        "steps": [_step_out(step) for step in found.steps],
        "complete": not view.is_cut,
    }


@router.get(
    "/{name}/ledger/minutes",
    response=LedgerMinutesOut,
    operation_id="listSloLedgerMinutes",
    summary="Minutes of one line of the ledger",
)
def list_minutes(request: AccessRequest, name: str, query: Query[MinutesQuery]) -> Any:
    """The minutes that one line spent, oldest first, a day's worth at once."""
    slo = slos.get_slo(caller=request.caller, name=name)
    period, view = _ledger(request, slo, query)
    line = next((one for one in view.ledger.lines if one.key == query.line), None)
    if line is None:
        raise NotFound(f"the ledger of this period has no line {query.line}: take a key of its lines")
    minutes = view.minutes_of((line.kind, line.key))
    return {
        "slo": slo.name,
        "window": _window(period),
        "line": line.key,
        "count": len(minutes),
        "minutes": [
            {"at": one.at, "bad": one.bad, "valid": one.valid, "budget_spent": one.consumed}
            for one in minutes[query.offset : query.offset + query.limit]
        ],
    }


def _ledger(request: AccessRequest, slo: Slo, query: LedgerQuery) -> tuple[Period, LedgerView]:
    now = timezone.now()
    period = _period(slo, query, now)
    view = ledgers.ledger_of(
        caller=request.caller,
        slo=slo,
        period=period,
        at=now,
        now=now,
        zone=ZoneInfo(zone_named(query.tz).key),
        basis=query.basis,
    )
    return period, view


def _period(slo: Slo, query: LedgerQuery, now: datetime) -> Period:
    if query.from_ is None and query.to is None:
        window = dossier_of(slo=slo, period=Period(now, now)).at(now, now=now).definition.window
        whole = window.period_at(floor_minute(now))
        return Period(floor_minute(whole.start), floor_minute(whole.end))
    end = floor_minute(query.to or now)
    start = floor_minute(query.from_) if query.from_ else end - timedelta(days=28)
    if start >= end:
        raise Invalid(details=[{"field": "from", "message": "must be earlier than `to` by a minute or more"}])
    return Period(start, end)


def _window(period: Period) -> dict[str, datetime]:
    return {"start": period.start, "end": period.end}


def _line_out(line: Line, *, is_one_measure: bool) -> dict[str, Any]:
    first = line.causes[0] if line.causes else None
    return {
        "key": line.key,
        "kind": line.kind,
        "label": first.label if first else line.kind.words,
        "url": first.url if first else "",
        "causes": [
            {"start": one.start, "end": one.end, "why": one.detail, "declared": one.is_declared} for one in line.causes
        ],
        "suspect": None if first is None or first.behind is None else _suspect_out(first.behind),
        "minutes": line.amount.minutes,
        "minutes_touched": line.amount.touched,
        "events_lost": float(line.amount.bad),
        "units_spent": float(line.amount.spent) if is_one_measure else None,
        "budget_spent": float(line.amount.consumed),
    }


def _suspect_out(behind: Behind) -> dict[str, Any]:
    return {"label": behind.label, "url": behind.url, "why": behind.why, "confirmed": behind.is_confirmed}


def _step_out(step: Step) -> dict[str, Any]:
    is_known = step.is_measured or bool(step.consumed)
    return {
        "start": step.period.start,
        "end": step.period.end,
        "measured": step.is_measured,
        "budget_spent": float(step.total) if is_known else None,
        "by_kind": {kind.value: float(share) for kind, share in step.consumed.items()},
    }
