"""Sources: created, changed, tested, deleted while nothing measures from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError

from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.access.services.vault import VaultError, encrypt
from reliability.catalog.domain.name import name_mistake
from reliability.telemetry.domain.failures import Reason, SourceError
from reliability.telemetry.models import Source
from reliability.telemetry.selectors.sources import connection_of, secrets_of
from reliability.telemetry.services.health import note_failure, note_success
from reliability.telemetry.sources.credentials import Checked, check
from reliability.telemetry.sources.kind import Connection, SourceKind, TestResult
from reliability.telemetry.sources.registry import UnknownKindError, kind_of
from reliability.web.errors import Conflict, Invalid, NotFound

TITLE_LENGTH_MAX = 120
NAMES_SHOWN_MAX = 10


def create(
    *,
    caller: Caller,
    team: Team,
    name: str,
    kind: str,
    settings: Mapping[str, Any],
    now: datetime,
    secrets: Mapping[str, str | None] | None = None,
    title: str = "",
    reason: str = "",
) -> Source:
    """A new source of *team*. Raises Forbidden, Invalid with every mistake, Conflict for a name in use."""
    require(caller=caller, team_id=team.pk, role=Role.EDITOR)
    checked = check(kind=_kind(kind), settings=settings, secrets=secrets or {})
    _check_title(title)
    source = Source(
        team=team,
        name=name,
        title=title.strip(),
        kind=kind,
        settings=checked.settings,
        secret=_sealed(checked),
        created_at=now,
        updated_at=now,
    )
    _check_name(source)
    try:
        with transaction.atomic():
            source.save(force_insert=True)
            changes = {field: [None, value] for field, value in _audited(source).items()}
            changes |= {f"secret {field}": [None, "set"] for field in checked.secrets}
            _record(caller=caller, action="source.create", source=source, now=now, changes=changes, reason=reason)
    except IntegrityError as error:
        message = f"there is a source {name!r} already (it may be private to another team): choose another name"
        raise Conflict(message, reason="exists", details=[{"field": "name", "message": message}]) from error
    return source


def update(
    *,
    caller: Caller,
    source: Source,
    now: datetime,
    settings: Mapping[str, Any] | None = None,
    secrets: Mapping[str, str | None] | None = None,
    title: str | None = None,
    team: Team | None = None,
    based_on: datetime | None = None,
    reason: str = "",
) -> Source:
    """Change what is given; name and kind stay. Settings replace the old ones as a whole.

    A secret that is absent or empty keeps its value, None forgets it. based_on: `updated_at` of what the person
    saw. Raises Forbidden, NotFound, Invalid, Conflict when somebody changed the source since.
    """
    with transaction.atomic():
        source = Source.objects.select_for_update(of=("self",)).select_related("team").get(pk=source.pk)
        require(caller=caller, team_id=source.team_id, role=Role.EDITOR)
        if team is not None:
            require(caller=caller, team_id=team.pk, role=Role.EDITOR)
        if based_on is not None and based_on != source.updated_at:
            raise Conflict("somebody changed this source since you opened the form: look at it and change it again")
        before, old_secrets = _audited(source), _readable_secrets(source)
        checked = check(
            kind=_kind(source.kind),
            settings=source.settings if settings is None else settings,
            secrets=secrets or {},
            old_settings=source.settings,
            old_secrets=old_secrets,
        )
        if title is not None:
            _check_title(title)
            source.title = title.strip()
        source.team = team or source.team
        source.settings = checked.settings
        changes = audit.changes_between(old=before, new=_audited(source)) | _secret_changes(
            old_secrets, checked.secrets
        )
        if changes:
            source.secret = _sealed(checked)
            source.save(update_fields=("title", "team", "settings", "secret", "updated_at"))
            _record(caller=caller, action="source.update", source=source, now=now, changes=changes, reason=reason)
    return source


def delete(*, caller: Caller, source: Source, now: datetime, reason: str = "") -> None:
    """Delete the source. Raises Forbidden, NotFound, Conflict naming the SLIs that measure from it."""
    require(caller=caller, team_id=source.team_id, role=Role.EDITOR)
    try:
        with transaction.atomic():
            changes = {field: [value, None] for field, value in _audited(source).items()}
            _record(caller=caller, action="source.delete", source=source, now=now, changes=changes, reason=reason)
            if not Source.objects.filter(pk=source.pk).delete()[0]:
                raise NotFound(f"the source {source.name!r} was deleted already")
    except ProtectedError as error:
        users = _words_for_users(caller=caller, users=error.protected_objects)
        raise Conflict(f"{source} is in use by {users}: move or delete those first", reason="in_use") from error


def test_connection(*, caller: Caller, source: Source, now: datetime) -> TestResult:
    """Try the source as it is stored, even while its breaker is open, and keep what came out as its health.

    Call it outside of a transaction. Raises Forbidden.
    """
    require(caller=caller, team_id=source.team_id, role=Role.RESPONDER)
    kind = _kind(source.kind)
    try:
        connection = connection_of(source)
    except VaultError as error:
        return TestResult(is_success=False, reason=Reason.INVALID_SETTINGS, message=str(error))
    result = kind.test(connection=connection, now=now)
    if kind.is_read and result.is_success:
        note_success(source_id=source.pk, latency_seconds=result.latency_seconds, warnings=result.warnings, now=now)
    elif kind.is_read:
        failure = SourceError(result.reason or Reason.UNREACHABLE, result.message)
        note_failure(source_id=source.pk, error=failure, now=now)
    return result


def try_settings(
    *,
    caller: Caller,
    team: Team,
    kind: str,
    settings: Mapping[str, Any],
    now: datetime,
    secrets: Mapping[str, str | None] | None = None,
    source: Source | None = None,
) -> TestResult:
    """Test settings before they are saved; with *source*, its stored secrets stand in for empty ones.

    Raises Forbidden, Invalid with every mistake.
    """
    require(caller=caller, team_id=team.pk, role=Role.EDITOR)
    if source is not None:
        require(caller=caller, team_id=source.team_id, role=Role.EDITOR)
    found = _kind(kind)
    checked = check(
        kind=found,
        settings=settings,
        secrets=secrets or {},
        old_settings=None if source is None else source.settings,
        old_secrets=None if source is None else _readable_secrets(source),
    )
    connection = Connection(
        source_id=None if source is None else source.pk,
        name="" if source is None else source.name,
        settings=checked.settings,
        secrets=checked.secrets,
    )
    return found.test(connection=connection, now=now)


def _kind(name: str) -> SourceKind:
    try:
        return kind_of(name)
    except UnknownKindError as error:
        raise Invalid(details=[{"field": "kind", "message": str(error)}]) from error


def _check_name(source: Source) -> None:
    fault = name_mistake(source.name)
    if fault:
        raise Invalid(details=[{"field": "name", "message": fault}])


def _check_title(title: str) -> None:
    if len(title.strip()) > TITLE_LENGTH_MAX:
        raise Invalid(details=[{"field": "title", "message": f"a title has at most {TITLE_LENGTH_MAX} characters"}])


def _sealed(checked: Checked) -> bytes | None:
    return encrypt(orjson.dumps(checked.secrets).decode()) if checked.secrets else None


def _readable_secrets(source: Source) -> dict[str, str]:
    """The stored secrets; none when their key is gone, so that they can be entered again."""
    try:
        return secrets_of(source)
    except VaultError:
        return {}


def _secret_changes(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, list[Any]]:
    """That a secret changed, never what it is."""
    words = {name: ["set" if name in old else None, "set" if name in new else None] for name in {*old, *new}}
    return {f"secret {name}": pair for name, pair in words.items() if old.get(name) != new.get(name)}


def _audited(source: Source) -> dict[str, Any]:
    return {
        "title": source.title,
        "team": source.team.slug,
        "kind": source.kind,
        **{f"settings.{name}": value for name, value in source.settings.items()},
    }


def _words_for_users(*, caller: Caller, users: Iterable[models.Model]) -> str:
    """`SLI checkout, SLI search and 1 private one`: names only where the caller may read."""
    owners: dict[Any, Any] = {}
    for user in users:
        owner: Any = getattr(user, "sli", user)  # a version of an SLI belongs to that SLI
        owners[owner.pk] = owner
    readable = sorted(owner.name for owner in owners.values() if caller.may_read(owner.team_id))
    words = [f"SLI {name}" for name in readable[:NAMES_SHOWN_MAX]]
    hidden = len(owners) - len(words)
    if hidden:
        words.append(f"{hidden} more")
    return ", ".join(words)


def _record(*, caller: Caller, action: str, source: Source, now: datetime, changes: audit.Changes, reason: str) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind="source",
        object_name=source.name,
        team_id=source.team_id,
        now=now,
        changes=changes,
        reason=reason,
    )
