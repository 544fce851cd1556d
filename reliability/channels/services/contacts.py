"""How a person is reached: added, verified by a code that came back, tested, ordered, dropped. Only by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from secrets import randbelow
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max
from django.utils.crypto import constant_time_compare, salted_hmac

from reliability.access.domain.caller import Caller
from reliability.access.services import audit
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.kinds.credentials import check
from reliability.channels.models import ContactMethod
from reliability.channels.services.greetings import code_message, test_message
from reliability.channels.services.saving import checked_title, kind_named, require_administrator, sealed
from reliability.channels.services.sending import send_to_contact
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound

CODE_MINUTES = 10
CODE_PAUSE = timedelta(seconds=30)
GUESSES_MAX = 5


def add(
    *,
    caller: Caller,
    kind: str,
    config: Mapping[str, Any],
    now: datetime,
    secrets: Mapping[str, str | None] | None = None,
    title: str = "",
) -> ContactMethod:
    """One more way to reach the caller; nothing uses it before it is verified. Raises Forbidden, Invalid, Conflict."""
    user_id = _person(caller)
    found = kind_named(kind, for_persons=True)
    require_administrator(caller=caller, kind=found)
    checked = check(kind=found, config=config, secrets=secrets or {})
    own = ContactMethod.objects.filter(user_id=user_id)
    with transaction.atomic():
        if own.count() >= settings.CONTACT_METHODS_MAX:
            message = f"you have {settings.CONTACT_METHODS_MAX} contact methods already: remove one"
            raise Conflict(message, reason="too_many")
        method = ContactMethod.objects.create(
            user_id=user_id,
            title=checked_title(title or found.title),
            kind=kind,
            config=checked.config,
            secrets=sealed(checked.secrets),
            position=(own.aggregate(last=Max("position"))["last"] or 0) + 1,
        )
        _record(caller=caller, action="contact.add", method=method, now=now)
    return method


def send_code(*, caller: Caller, method: ContactMethod, now: datetime) -> Outcome:
    """Send a fresh code to it. Call it outside of a transaction. Raises Conflict when the last was sent just now."""
    _own(caller, method)
    # One statement, so that of two requests at the same time one sends.
    rows = ContactMethod.objects.filter(pk=method.pk).exclude(code_sent_at__gt=now - CODE_PAUSE)
    code = f"{randbelow(1_000_000):06d}"
    expires_at = now + timedelta(minutes=CODE_MINUTES)
    changed = rows.update(code_hash=_hash(method, code), code_sent_at=now, code_expires_at=expires_at, code_guesses=0)
    if not changed:
        raise Conflict("a code was sent just now: wait half a minute before you ask for another", reason="too_soon")
    path = f"settings/contacts/{method.pk}/verify/"
    outcome = send_to_contact(
        contact_method=method, message=code_message(code=code, minutes=CODE_MINUTES, path=path, now=now), now=now
    )
    _record(caller=caller, action="contact.code", method=method, now=now, changes=_tried(outcome))
    if outcome.result is Result.REFUSED:  # it did not go out: the next try need not wait
        ContactMethod.objects.filter(pk=method.pk).update(code_hash="", code_sent_at=None)
    return outcome


def verify(*, caller: Caller, method: ContactMethod, code: str, now: datetime) -> None:
    """Believe that the person reads it. Raises Invalid for a wrong, used up or expired code."""
    _own(caller, method)
    with transaction.atomic():
        # Counted before it is compared: guesses at the same time do not get more of them.
        rows = ContactMethod.objects.filter(pk=method.pk, code_expires_at__gt=now, code_guesses__lt=GUESSES_MAX)
        is_counted = rows.exclude(code_hash="").update(code_guesses=F("code_guesses") + 1)
        method.refresh_from_db()
        is_right = bool(is_counted) and constant_time_compare(method.code_hash, _hash(method, _digits(code)))
        if is_right:
            method.verified_at, method.code_hash, method.code_expires_at = now, "", None
            method.save(update_fields=("verified_at", "code_hash", "code_expires_at"))
            _record(caller=caller, action="contact.verify", method=method, now=now)
    if not is_right:
        raise Invalid(details=[{"field": "code", "message": _why_wrong(is_counted=bool(is_counted), method=method)}])


def test(*, caller: Caller, method: ContactMethod, now: datetime) -> Outcome:
    """Send a test message now. Call it outside of a transaction. Raises Conflict before it is verified: codes alone
    go to an address that may be somebody else's.
    """
    _own(caller, method)
    if method.verified_at is None:
        raise Conflict("verify it first: send yourself a code", reason="unverified")
    message = test_message(title=method.title, by=caller.name, path="settings/contacts/", team="", now=now)
    outcome = send_to_contact(contact_method=method, message=message, now=now)
    _record(caller=caller, action="contact.test", method=method, now=now, changes=_tried(outcome))
    return outcome


test.__test__ = False  # type: ignore[attr-defined]  # pytest: not a test


def set_enabled(*, caller: Caller, method: ContactMethod, is_enabled: bool, now: datetime) -> None:
    """Switch it off without forgetting it, or on again."""
    _own(caller, method)
    with transaction.atomic():
        if ContactMethod.objects.filter(pk=method.pk).exclude(is_enabled=is_enabled).update(is_enabled=is_enabled):
            changes = {"is_enabled": [not is_enabled, is_enabled]}
            _record(caller=caller, action="contact.update", method=method, now=now, changes=changes)
    method.is_enabled = is_enabled


def move(*, caller: Caller, method: ContactMethod, is_up: bool, now: datetime) -> None:
    """One place up or down in the person's order."""
    _own(caller, method)
    with transaction.atomic():
        own = list(
            ContactMethod.objects.select_for_update()
            .filter(user_id=method.user_id)
            .order_by("position", "created_at", "pk")
        )
        place = [one.pk for one in own].index(method.pk)
        other = place - 1 if is_up else place + 1
        if not 0 <= other < len(own):
            return
        own[place], own[other] = own[other], own[place]
        for position, one in enumerate(own, start=1):
            if one.position != position:
                one.position = position
                one.save(update_fields=("position",))
        changes = {"order": [place + 1, other + 1]}
        _record(caller=caller, action="contact.update", method=method, now=now, changes=changes)


def remove(*, caller: Caller, method: ContactMethod, now: datetime) -> None:
    """Forget it, and with it the notification rules that use it. Raises NotFound when it is gone already."""
    _own(caller, method)
    with transaction.atomic():
        _record(caller=caller, action="contact.remove", method=method, now=now)
        if not ContactMethod.objects.filter(pk=method.pk).delete()[0]:
            raise NotFound("this contact method was removed already")


def _person(caller: Caller) -> int:
    if caller.user_id is None or caller.token_id is not None:
        raise Forbidden("contact methods belong to people: sign in", reason="person_needed")
    return caller.user_id


def _own(caller: Caller, method: ContactMethod) -> None:
    if method.user_id != _person(caller):
        raise NotFound("there is no such contact method, or it is not yours")


def _hash(method: ContactMethod, code: str) -> str:
    """Keyed: six digits are guessed at once from a plain hash."""
    return salted_hmac("reliability.channels.code", f"{method.pk}:{code}", algorithm="sha256").hexdigest()


def _digits(code: str) -> str:
    return "".join(letter for letter in code if letter.isdigit())


def _why_wrong(*, is_counted: bool, method: ContactMethod) -> str:
    if not is_counted:
        return "this code holds no longer: send yourself a new one"
    left = GUESSES_MAX - method.code_guesses
    return (
        f"this is not the code; {left} more {'try' if left == 1 else 'tries'}"
        if left
        else "wrong too often: send a new one"
    )


def _tried(outcome: Outcome) -> dict[str, list[Any]]:
    return {"result": [None, outcome.result.value], "status": [None, outcome.status]}


def _record(
    *, caller: Caller, action: str, method: ContactMethod, now: datetime, changes: audit.Changes | None = None
) -> None:
    """Kind and title only: where a person is reached is theirs alone."""
    audit.record(
        caller=caller,
        action=action,
        object_kind="contact",
        object_name=f"{method.kind}: {method.title}",
        team_id=None,
        now=now,
        changes=changes,
    )
