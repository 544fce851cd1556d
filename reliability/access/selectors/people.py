"""Reading people."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from reliability.access.domain.caller import Caller
from reliability.access.domain.secret import hash_of_secret
from reliability.access.models import Membership, Session, User
from reliability.web.errors import Forbidden, NotFound


def is_set_up() -> bool:
    """Whether anybody exists: until then the first visit creates the administrator."""
    return User.objects.exists()


def list_people(*, caller: Caller, text: str = "") -> QuerySet[User]:
    """Everybody, with their memberships at hand in two queries. Raises Forbidden for all but administrators."""
    _require_administrator(caller)
    people = User.objects.prefetch_related(
        Prefetch("memberships", queryset=Membership.objects.select_related("team").order_by("team__name", "pk"))
    )
    if text:
        people = people.filter(Q(email__icontains=text) | Q(name__icontains=text))
    return people.order_by("email", "pk")


def person(*, caller: Caller, person_id: int) -> User:
    """One person. Raises Forbidden for all but administrators, NotFound."""
    _require_administrator(caller)
    found = User.objects.filter(pk=person_id).first()
    if found is None:
        raise NotFound("there is no such person")
    return found


def person_of_link(*, secret: str, now: datetime, lock: bool = False) -> User | None:
    """Whose one-time link this is, while it is good. *lock* holds the row for a change that follows."""
    people = User.objects.select_for_update() if lock else User.objects.all()
    return people.filter(link_hash=hash_of_secret(secret), link_expires_at__gt=now, is_active=True).first()


def sessions_of(*, person: User, now: datetime) -> QuerySet[Session]:
    """The signed-in browsers of a person, newest first."""
    return person.sessions.filter(expire_date__gt=now).order_by("-signed_in_at", "session_key")


def _require_administrator(caller: Caller) -> None:
    if not caller.is_administrator:
        raise Forbidden("only an administrator of the installation may see everybody", reason="role_too_low")
