"""Reading contact methods: only those of one person at a time."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from reliability.access.domain.caller import Caller
from reliability.access.models import User
from reliability.channels.models import ContactMethod
from reliability.web.errors import NotFound


def all_of(*, user_id: int) -> QuerySet[ContactMethod]:
    """Everything the person has entered, in their order."""
    return ContactMethod.objects.filter(user_id=user_id).order_by("position", "created_at", "pk")


def methods_of(*, user_id: int) -> list[ContactMethod]:
    """What reaches the person: enabled and verified, in their order."""
    return list(all_of(user_id=user_id).filter(is_enabled=True, verified_at__isnull=False))


def sign_in_mail(*, user: User) -> ContactMethod:
    """The address the person signs in with, as an unsaved contact method: for when there is no other way."""
    return ContactMethod(user=user, title="Sign-in address", kind="email", config={"address": user.email})


def first_way_of(*, user: User) -> ContactMethod:
    """The person's first way, else the address they sign in with."""
    methods = methods_of(user_id=user.pk)
    return methods[0] if methods else sign_in_mail(user=user)


def carries_files(way: ContactMethod) -> bool:
    """Whether what comes by it can bring attachments along: only mails do."""
    return way.kind == "email"


def reaching(*, user_ids: Iterable[int]) -> QuerySet[ContactMethod]:
    """What reaches each of many people, in one query: by person, then in their order."""
    return ContactMethod.objects.filter(
        user_id__in=list(user_ids), is_enabled=True, verified_at__isnull=False
    ).order_by("user_id", "position", "created_at", "pk")


def contact(*, caller: Caller, contact_id: int) -> ContactMethod:
    """One of the caller's own. Raises NotFound for everybody else's."""
    own = ContactMethod.objects.none() if caller.user_id is None else all_of(user_id=caller.user_id)
    found = own.filter(pk=contact_id).first()
    if found is None:
        raise NotFound("there is no such contact method, or it is not yours")
    return found
