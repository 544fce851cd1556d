"""OpenSLO documents planned and applied: all of them or none.

Whoever writes to SQLite keeps all others from writing. So documents are read, checked and compared before the
transaction begins, only differences are written in it, a bounded number of them, and objectives are judged after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.access.selectors import teams
from reliability.access.services import audit
from reliability.kit.problems import Problem
from reliability.telemetry.domain.specs import validate_spec
from reliability.web.errors import Invalid, NotFound, ProblemError
from slo.domain.definition import DefinitionError
from slo.domain.objective import ObjectiveError
from slo.domain.openslo.desired import Desired, Kind, Known
from slo.domain.openslo.documents import SourceText, read_files
from slo.domain.openslo.plan import Action, Change, Plan, compare
from slo.domain.openslo.resolve import resolve
from slo.domain.versions import VersionError
from slo.domain.window_errors import WindowError
from slo.selectors.openslo import known_to, stored_objects
from slo.services.openslo_objects import Write, write_object
from slo.services.openslo_written import References, Written

NAMES_SHOWN_MAX = 3
# What the domain raises for values it cannot compute with: a mistake of a document, never an accident of ours.
_ODDITIES = (WindowError, ObjectiveError, DefinitionError, VersionError)


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
    prepared = _prepare(caller, request)
    if isinstance(prepared, Plan):
        return prepared
    with transaction.atomic():
        written = _write_all(prepared.writes(now))
        transaction.set_rollback(True)
    return prepared.plan(written.problems)


def apply(*, caller: Caller, request: OpenSloRequest, now: datetime) -> Plan:
    """Bring everything to what the documents ask for, in one transaction; with a problem nothing is written.

    Applying the same documents again changes nothing. What no document names is left alone. The objectives written
    are evaluated together once they are committed.
    """
    prepared = _prepare(caller, request)
    if isinstance(prepared, Plan):
        return prepared
    with transaction.atomic():
        # Somebody may have written since: what they made must not be made twice.
        settled = _compare(caller, request, prepared.desired, prepared.warnings)
        if isinstance(settled, Plan):
            return settled
        written = _write_all(settled.writes(now))
        if written.problems:
            transaction.set_rollback(True)
        else:
            written.finish(now)
            _record(settled, now)
    if not written.problems:
        written.evaluate(now)
    return settled.plan(written.problems)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """Documents that differ from what is stored. owned: `desired` with the teams they belong to."""

    caller: Caller
    request: OpenSloRequest
    desired: Sequence[Desired]
    owned: Sequence[Desired]
    teams: Mapping[str, Team]
    changes: tuple[Change, ...]
    warnings: tuple[Problem, ...]

    def writes(self, now: datetime) -> list[Write]:
        """What differs, in the order of application."""
        references = References(self.caller)
        return [
            Write(
                caller=self.caller,
                wanted=item,
                team=self.teams[str(item.team)],
                is_new=change.action is Action.CREATE,
                now=now,
                reason=self.request.reason,
                references=references,
            )
            for item, change in zip(self.owned, self.changes, strict=True)
            if change.action is not Action.UNCHANGED
        ]

    def plan(self, problems: Sequence[Problem]) -> Plan:
        return Plan(self.changes, tuple(problems), self.warnings)


def _prepare(caller: Caller, request: OpenSloRequest) -> _Prepared | Plan:
    """The documents against what is stored, or the plan when they are refused or change nothing."""
    desired, problems, warnings = _read(request, known_to(caller=caller))
    if problems:
        return Plan((), tuple(problems), tuple(warnings))
    return _compare(caller, request, desired, tuple(warnings))


def _compare(
    caller: Caller, request: OpenSloRequest, desired: Sequence[Desired], warnings: tuple[Problem, ...]
) -> _Prepared | Plan:
    stored = _stored(caller, desired)
    if isinstance(stored, Problem):
        return Plan((), (stored,), warnings)
    owners = _Owners(caller, request.team_slug)
    owned = [owners.settle(item, stored.get((item.kind, item.name))) for item in desired]
    if owners.problems:
        return Plan((), tuple(owners.problems), warnings)
    changes = compare(desired=owned, stored={key: {**item.fields, "team": item.team} for key, item in stored.items()})
    differing = sum(change.action is not Action.UNCHANGED for change in changes)
    if not differing:
        return Plan(changes, (), warnings)
    if differing > settings.OPENSLO_CHANGES_MAX:
        return Plan((), (_too_many(request, differing),), warnings)
    return _Prepared(caller, request, desired, owned, owners.teams, changes, warnings)


def _stored(caller: Caller, desired: Sequence[Desired]) -> dict[tuple[Kind, str], Desired] | Problem:
    """The stored objects of these names, or which of them cannot be read."""
    try:
        return stored_objects(caller=caller, wanted=[(item.kind, item.name) for item in desired])
    except _ODDITIES as error:
        for item in desired:
            try:
                stored_objects(caller=caller, wanted=[(item.kind, item.name)])
            except _ODDITIES as own:
                return _problem_at(item, f"as it is stored: {own}")
        return Problem(desired[0].file, 0, "", str(error))


def _too_many(request: OpenSloRequest, differing: int) -> Problem:
    bound = settings.OPENSLO_CHANGES_MAX
    message = (
        f"{differing:,} objects would be created or changed, at most {bound:,} are at once: apply them in parts, "
        "sources, services and SLIs first (OPENSLO_CHANGES_MAX is the bound)"
    )
    return Problem(", ".join(file.name for file in request.files)[:200], 0, "", message)


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
    """What the source's kind says about the measurement, placed at the query it speaks of."""
    faults = validate_spec(item.fields["spec"], source_kinds[item.fields["source"]])
    return [
        _problem_at(item, message if f"spec.{path}" in item.places else f"{path} {message}".strip(), f"spec.{path}")
        for path, message in faults
    ]


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
        if default_slug:  # a mistake of the request, not of any document
            try:
                self.teams[default_slug] = teams.team(caller=caller, slug=default_slug)
            except NotFound as error:
                raise Invalid(details=[{"field": "team", "message": error.message}]) from error

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
        self.problems.append(_problem_at(item, message, "team"))


def _write_all(writes: Sequence[Write]) -> Written:
    """Write each object; stop after the kind in which something was refused, for the rest would only follow from it."""
    written = Written()
    for place, write in enumerate(writes):
        if written.problems and write.wanted.kind is not writes[place - 1].wanted.kind:
            break
        try:
            with transaction.atomic():
                written.add(write_object(write))
        except ProblemError as error:
            written.problems.extend(_problems_of(write.wanted, error))
        except _ODDITIES as error:
            written.problems.append(_problem_at(write.wanted, str(error)))
    return written


def _problem_at(item: Desired, message: str, name: str = "") -> Problem:
    """A problem at the place of what our services call *name*; without one it names the object it is about."""
    line, path = item.place(name)
    return Problem(item.file, line, path, message if name else f"{item.kind} {item.name}: {message}")


def _problems_of(item: Desired, error: ProblemError) -> list[Problem]:
    details: list[dict[str, Any]] = error.details or [{"message": error.message}]
    return [
        _problem_at(item, str(detail.get("message") or error.message), str(detail.get("field") or ""))
        for detail in details
    ]


def _record(settled: _Prepared, now: datetime) -> None:
    """One audit entry for each team touched, beside those of each object, so that its members read of their own."""
    done: dict[str, dict[Action, list[str]]] = {}
    for item, change in zip(settled.owned, settled.changes, strict=True):
        if change.action is not Action.UNCHANGED:
            of_team = done.setdefault(str(item.team), {})
            of_team.setdefault(change.action, []).append(f"{change.kind} {change.name}")
    for slug, by_action in sorted(done.items()):
        names = [name for listed in by_action.values() for name in listed]
        shown = ", ".join(names[:NAMES_SHOWN_MAX])
        audit.record(
            caller=settled.caller,
            action="openslo.apply",
            object_kind="openslo",
            object_name=shown if len(names) <= NAMES_SHOWN_MAX else f"{shown} and {len(names) - NAMES_SHOWN_MAX} more",
            team_id=settled.teams[slug].pk,
            now=now,
            changes={action.value: [None, listed] for action, listed in by_action.items()},
            reason=settled.request.reason,
        )
