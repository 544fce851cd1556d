"""People: invited, changed, deactivated. Nobody is deleted: the audit trail names them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from reliability.access.domain.caller import Caller
from reliability.access.models import User
from reliability.access.services import audit
from reliability.access.services.authorize import require_installation
from reliability.access.services.passwords import Link, give_link
from reliability.access.services.sessions import end_sessions
from reliability.web.errors import Conflict, Invalid
from reliability.web.zones import zone_named


def invite(*, caller: Caller, email: str, name: str, is_administrator: bool, now: datetime, reason: str = "") -> Link:
    """Create a person without a password and the link by which they set one. Raises Forbidden, Conflict."""
    require_installation(caller=caller)
    with transaction.atomic():
        if User.objects.filter(email__iexact=email).exists():
            message = f"{email} is a person here already: give them a role in a team, or a reset link"
            raise Conflict(message, reason="exists", details=[{"field": "email", "message": message}])
        person = User.objects.create_user(email, None, name=name, is_administrator=is_administrator)
        changes: audit.Changes = {
            "email": [None, person.email],
            "name": [None, name],
            "is_administrator": [None, is_administrator],
        }
        _record(caller=caller, action="person.invite", person=person, now=now, changes=changes, reason=reason)
        return give_link(person=person, now=now)


def change_profile(*, caller: Caller, person: User, name: str, time_zone: str, now: datetime) -> None:
    """The person's own name and time zone. Raises Invalid for an unknown zone."""
    try:
        zone_named(time_zone)
    except Invalid as error:
        raise Invalid(details=[{"field": "time_zone", "message": error.message}]) from error
    new = {"name": name, "time_zone": time_zone}
    changes = audit.changes_between(old={"name": person.name, "time_zone": person.time_zone}, new=new)
    if not changes:
        return
    with transaction.atomic():
        person.name, person.time_zone = name, time_zone
        person.save(update_fields=("name", "time_zone"))
        _record(caller=caller, action="person.change", person=person, now=now, changes=changes)


def deactivate(*, caller: Caller, person: User, now: datetime, reason: str = "") -> None:
    """Close the account, end its sessions and void its link. Raises Forbidden, Conflict for the last administrator."""
    _switch(caller=caller, person=person, field="is_active", value=False, now=now, reason=reason)


def activate(*, caller: Caller, person: User, now: datetime, reason: str = "") -> None:
    _switch(caller=caller, person=person, field="is_active", value=True, now=now, reason=reason)


def make_administrator(*, caller: Caller, person: User, now: datetime, reason: str = "") -> None:
    """Let the person administer the whole installation. Raises Forbidden."""
    _switch(caller=caller, person=person, field="is_administrator", value=True, now=now, reason=reason)


def remove_administrator(*, caller: Caller, person: User, now: datetime, reason: str = "") -> None:
    """Take the installation out of the person's hands. Raises Forbidden, Conflict for the last administrator."""
    _switch(caller=caller, person=person, field="is_administrator", value=False, now=now, reason=reason)


_ACTIONS = {
    ("is_active", True): "person.activate",
    ("is_active", False): "person.deactivate",
    ("is_administrator", True): "person.make_administrator",
    ("is_administrator", False): "person.remove_administrator",
}


def _switch(*, caller: Caller, person: User, field: str, value: bool, now: datetime, reason: str) -> None:
    require_installation(caller=caller)
    with transaction.atomic():
        # Locking every administrator lets two removals see each other: one of the last two stays.
        administrators = User.objects.select_for_update().filter(is_administrator=True, is_active=True).order_by("pk")
        left = [pk for pk in administrators.values_list("pk", flat=True) if pk != person.pk]
        person.refresh_from_db()
        if getattr(person, field) == value:
            return
        if not value and not left:
            raise Conflict(
                f"{person.email} is the last administrator of the installation: make somebody else one first",
                reason="last_administrator",
            )
        setattr(person, field, value)
        fields = [field]
        if field == "is_active" and not value:
            person.link_hash, person.link_expires_at = "", None
            fields += ["link_hash", "link_expires_at"]
            end_sessions(person=person)
        person.save(update_fields=fields)
        action = _ACTIONS[field, value]
        changes = {field: [not value, value]}
        _record(caller=caller, action=action, person=person, now=now, changes=changes, reason=reason)


def _record(
    *,
    caller: Caller,
    action: str,
    person: User,
    now: datetime,
    changes: audit.Changes | None = None,
    reason: str = "",
) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind="person",
        object_name=person.email,
        team_id=None,
        now=now,
        changes=changes,
        reason=reason,
    )
