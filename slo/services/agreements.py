"""Agreements with customers: written, changed by versions, taken away; each audited."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid, NotFound
from slo.domain.agreement_drafts import AgreementDraft, mistakes_of
from slo.models import Agreement, AgreementVersion, Slo
from slo.services.editing import refuse

KIND = "agreement"
_OWN = ("title", "customer", "contract", "note")


def create(*, caller: Caller, team_id: int, draft: AgreementDraft, now: datetime, reason: str = "") -> Agreement:
    """Raises NotFound, Forbidden (editors of the team), Invalid with each field, Conflict for a name in use."""
    require(caller=caller, team_id=team_id, role=Role.EDITOR)
    if Agreement.objects.filter(team_id=team_id).count() >= settings.AGREEMENTS_PER_TEAM_MAX:
        most = settings.AGREEMENTS_PER_TEAM_MAX
        raise Conflict(f"the team has {most:,} agreements: take some away first", reason="too_many")
    _check(draft, team_id)
    row = Agreement(team_id=team_id, name=draft.name, created_at=now)
    _fill(row, draft)
    row.updated_at, row.updated_by_name = now, caller.name[:160]
    with transaction.atomic():
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            message = f"there is an agreement {draft.name!r} already (it may be private to another team)"
            raise Conflict(message, reason="exists", details=[{"field": "name", "message": message}]) from error
        _version(row, draft, caller, reason, now)
        changes = {name: [None, value] for name, value in seen(row).items() if value not in ("", None)}
        _record(caller, "create", row, now, changes, reason)
    return row


def edit(
    *,
    caller: Caller,
    agreement: Agreement,
    draft: AgreementDraft,
    now: datetime,
    reason: str = "",
    expected_revision: int | None = None,
) -> Agreement:
    """Terms that begin on another day than those in force make a version; on the same day they take its place.

    Later versions are replaced, the audit trail keeps what they said. Raises as create, and Conflict when somebody
    changed it since. The name stays.
    """
    with transaction.atomic():
        row = _held(caller, agreement)
        if expected_revision is not None and row.revision != expected_revision:
            raise Conflict(
                f"{row.updated_by_name or 'somebody'} changed this at {row.updated_at.astimezone(UTC):%Y-%m-%d %H:%M} "
                "UTC, after you opened it: your change is not saved; compare both and save again",
                reason="changed_meanwhile",
            )
        _check(draft, row.team_id)
        before = seen(row)
        _fill(row, draft)
        _version(row, draft, caller, reason, now)
        changes = audit.changes_between(old=before, new=seen(row))
        if changes:
            row.revision += 1
            row.updated_at, row.updated_by_name = now, caller.name[:160]
            row.save(update_fields=(*_OWN, "ends_on", "revision", "updated_at", "updated_by_name"))
            _record(caller, "update", row, now, changes, reason)
    return row


def remove(*, caller: Caller, agreement: Agreement, now: datetime, reason: str = "") -> None:
    """With its versions. Raises NotFound, Forbidden."""
    with transaction.atomic():
        row = _held(caller, agreement)
        changes = {name: [value, None] for name, value in seen(row).items() if value not in ("", None)}
        _record(caller, "delete", row, now, changes, reason)
        row.delete()


def draft_of(*, agreement: Agreement, version: AgreementVersion) -> AgreementDraft:
    """The agreement as it would be written."""
    terms = version.terms
    return AgreementDraft(
        name=agreement.name,
        **{name: getattr(agreement, name) for name in _OWN},
        slo_id=version.slo_id,
        target=terms.target,
        first=terms.first,
        period=terms.period.value,
        zone=terms.zone_name,
        counting=terms.counting.value,
        credits=terms.credits,
        last=agreement.ends_on,
    )


def seen(row: Agreement) -> dict[str, Any]:
    """What the audit trail tells of it: one line for each version."""
    versions = AgreementVersion.objects.filter(agreement=row).select_related("slo").order_by("starts_on", "pk")
    return {
        **{name: getattr(row, name) for name in _OWN},
        "ends_on": row.ends_on.isoformat() if row.ends_on else None,
        "versions": [_told(one) for one in versions],
    }


def _told(version: AgreementVersion) -> dict[str, Any]:
    return {
        "from": version.starts_on.isoformat(),
        "slo": version.slo.name,
        "target": f"{version.target.normalize():f}",
        "period": version.period,
        "zone": version.zone,
        "counting": version.counting,
        "credits": version.credits,
    }


def _check(draft: AgreementDraft, team_id: int) -> None:
    mistakes = mistakes_of(draft)
    if not Slo.objects.filter(pk=draft.slo_id, team_id=team_id).exists():
        mistakes.append(("slo", "is no objective of this team: choose again"))
    refuse(mistakes)


def _fill(row: Agreement, draft: AgreementDraft) -> None:
    row.title = " ".join(draft.title.split())
    row.customer, row.contract, row.note = draft.customer.strip(), draft.contract.strip(), draft.note.strip()
    row.ends_on = draft.last


def _version(row: Agreement, draft: AgreementDraft, caller: Caller, reason: str, now: datetime) -> None:
    versions = AgreementVersion.objects.filter(agreement=row)
    terms = {
        "slo_id": draft.slo_id,
        "target": draft.target,
        "period": draft.period,
        "zone": draft.zone,
        "counting": draft.counting,
        "credits": [[f"{one.below.normalize():f}", f"{one.percent.normalize():f}"] for one in draft.credits],
    }
    versions.filter(starts_on__gt=draft.first).delete()
    in_force = versions.order_by("-starts_on", "-pk").first()
    if in_force is not None and all(getattr(in_force, name) == value for name, value in terms.items()):
        return
    most = settings.AGREEMENT_VERSIONS_MAX
    if versions.exclude(starts_on=draft.first).count() >= most:
        raise Invalid(details=[{"field": "first", "message": f"there are {most} versions: begin an agreement anew"}])
    written = {"author_name": caller.name[:160], "reason": reason.strip(), "created_at": now}
    AgreementVersion.objects.update_or_create(agreement=row, starts_on=draft.first, defaults=terms | written)


def _held(caller: Caller, agreement: Agreement) -> Agreement:
    row: Agreement | None = Agreement.objects.select_for_update(of=("self",)).filter(pk=agreement.pk).first()
    if row is None or not caller.may_read(row.team_id):
        raise NotFound("this agreement is not there any more")
    require(caller=caller, team_id=row.team_id, role=Role.EDITOR)
    return row


def _record(
    caller: Caller, verb: str, row: Agreement, now: datetime, changes: dict[str, list[Any]], reason: str
) -> None:
    audit.record(
        caller=caller,
        action=f"{KIND}.{verb}",
        object_kind=KIND,
        object_name=row.name,
        team_id=row.team_id,
        now=now,
        changes=changes,
        reason=reason,
    )
