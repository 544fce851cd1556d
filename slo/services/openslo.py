"""OpenSLO documents planned and applied: all of them or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.access.selectors import teams
from reliability.access.services import audit
from reliability.telemetry.domain.specs import validate_spec
from reliability.web.errors import NotFound, ProblemError
from slo.domain.openslo.desired import Desired, Kind, Known
from slo.domain.openslo.documents import SourceText, read_files
from slo.domain.openslo.metadata import PREFIX
from slo.domain.openslo.plan import Action, Change, Plan, compare
from slo.domain.openslo.problems import Problem
from slo.domain.openslo.resolve import resolve
from slo.selectors.openslo import known_to, stored_objects
from slo.services.openslo_objects import Write, write_object

_TEAM_PATH = f"metadata.annotations[{PREFIX}team]"
# Where our specs say a query stands, and where documents have it.
_SPEC_PATHS = {
    "good": "ratioMetric.good",
    "bad": "ratioMetric.bad",
    "valid": "ratioMetric.total",
    "success": "ratioMetric.raw",
    "failure": "ratioMetric.raw",
    "query": "thresholdMetric",
    "metric": "thresholdMetric",
}


@dataclass(frozen=True, slots=True)
class OpenSloRequest:
    """Files to apply. team_slug: whose new objects are that name no team themselves."""

    files: Sequence[SourceText]
    team_slug: str = ""
    reason: str = ""


def validate(*, caller: Caller, request: OpenSloRequest) -> Plan:
    """Read and check the documents against each other and what the caller may see; writes nothing, plans nothing."""
    _, problems, warnings = _read(request, known_to(caller=caller))
    return Plan((), tuple(problems), tuple(warnings))


def plan(*, caller: Caller, request: OpenSloRequest, now: datetime) -> Plan:
    """What apply would do, found by doing it and taking it back: the problems are those apply would have."""
    return _run(caller=caller, request=request, now=now, is_kept=False)


def apply(*, caller: Caller, request: OpenSloRequest, now: datetime) -> Plan:
    """Bring everything to what the documents ask for, in one transaction; with a problem nothing is written.

    Applying the same documents again changes nothing. What no document names is left alone.
    """
    return _run(caller=caller, request=request, now=now, is_kept=True)


def _run(*, caller: Caller, request: OpenSloRequest, now: datetime, is_kept: bool) -> Plan:
    with transaction.atomic():
        desired, problems, warnings = _read(request, known_to(caller=caller))
        if problems:
            return Plan((), tuple(problems), tuple(warnings))
        stored = stored_objects(caller=caller, wanted=[(item.kind, item.name) for item in desired])
        owners = _Owners(caller, request.team_slug)
        owned = [owners.settle(item, stored.get((item.kind, item.name))) for item in desired]
        if owners.problems:
            return Plan((), tuple(owners.problems), tuple(warnings))
        changes = compare(
            desired=owned, stored={key: {**item.fields, "team": item.team} for key, item in stored.items()}
        )
        writes = [
            Write(caller, item, owners.teams[str(item.team)], change.action is Action.CREATE, now, request.reason)
            for item, change in zip(owned, changes, strict=True)
            if change.action is not Action.UNCHANGED
        ]
        problems = _write_all(writes)
        if problems or not is_kept:
            transaction.set_rollback(True)
        elif writes:
            _record(caller, request, changes, now)
    return Plan(changes, tuple(problems), tuple(warnings))


def _read(request: OpenSloRequest, known: Known) -> tuple[list[Desired], list[Problem], list[Problem]]:
    read = read_files(request.files)
    desired = resolve(read=read, known=known)
    if not read.count and not read.problems:
        names = ", ".join(file.name for file in request.files) or "nothing"
        read.problems.append(Problem(names, 0, "", "holds no document: write apiVersion: openslo/v1 and a kind"))
    kinds = {item.name: str(item.fields["type"]) for item in desired if item.kind is Kind.DATA_SOURCE}
    for item in desired:
        if item.kind is Kind.SLI:
            read.problems.extend(_spec_problems(item, {**known.source_kinds, **kinds}))
    return desired, sorted(set(read.problems)), sorted(set(read.warnings))


def _spec_problems(item: Desired, source_kinds: Mapping[str, str]) -> list[Problem]:
    """What the source's kind says about the measurement, placed at the SLI's document."""
    faults = validate_spec(item.fields["spec"], source_kinds[item.fields["source"]])
    problems = []
    for path, message in faults:
        if path in _SPEC_PATHS:
            place = f"spec.{_SPEC_PATHS[path]}.metricSource.spec.query"
            problems.append(Problem(item.file, item.line, place, message))
        else:
            problems.append(Problem(item.file, item.line, "spec", f"{path} {message}".strip()))
    return problems


class _Owners:
    """Finds the team of each object: its annotation, else the stored one, else the request's, else the only choice."""

    def __init__(self, caller: Caller, default_slug: str) -> None:
        self.caller = caller
        self.default_slug = default_slug
        self.teams: dict[str, Team] = {}
        self.problems: list[Problem] = []
        self.only: str | None = None
        writable = teams.writable_teams(caller=caller, role=Role.EDITOR).order_by("pk")[:2]
        if len(writable) == 1:
            self.only = writable[0].slug

    def settle(self, item: Desired, stored: Desired | None) -> Desired:
        """*item* with the slug of its team, also among its fields."""
        slug = item.team or (stored.team if stored else None) or self.default_slug or self.only
        if not slug:
            self._refuse(
                item, "whose is it? Add this annotation with the slug of a team, or name one with --team or ?team="
            )
            return item
        if slug not in self.teams:
            try:
                self.teams[slug] = teams.team(caller=self.caller, slug=slug)
            except NotFound as error:
                self._refuse(item, error.message)
        return replace(item, team=slug, fields={**item.fields, "team": slug})

    def _refuse(self, item: Desired, message: str) -> None:
        self.problems.append(Problem(item.file, item.line, _TEAM_PATH, message))


def _write_all(writes: Sequence[Write]) -> list[Problem]:
    """Write each object; stop after the kind in which something was refused, for the rest would only follow from it."""
    problems: list[Problem] = []
    for place, write in enumerate(writes):
        if problems and write.wanted.kind is not writes[place - 1].wanted.kind:
            break
        try:
            with transaction.atomic():
                write_object(write)
        except ProblemError as error:
            problems.extend(_problems_of(write.wanted, error))
    return problems


def _problems_of(item: Desired, error: ProblemError) -> list[Problem]:
    details: list[dict[str, Any]] = error.details or [{"message": error.message}]
    return [
        Problem(
            item.file,
            item.line,
            f"{item.kind} {item.name}",
            ": ".join(str(detail[part]) for part in ("field", "message") if detail.get(part)),
        )
        for detail in details
    ]


def _record(caller: Caller, request: OpenSloRequest, changes: Sequence[Change], now: datetime) -> None:
    """One audit entry for the whole, beside those of each object."""
    done = {
        action.value: [None, [f"{change.kind} {change.name}" for change in changes if change.action is action]]
        for action in (Action.CREATE, Action.CHANGE)
    }
    audit.record(
        caller=caller,
        action="openslo.apply",
        object_kind="openslo",
        object_name=", ".join(file.name for file in request.files),
        team_id=None,
        now=now,
        changes={name: pair for name, pair in done.items() if pair[1]},
        reason=request.reason,
    )
