"""A place of a person does not take a page: the next place is told at once; without one, the next step comes."""

from __future__ import annotations

from datetime import datetime

from incidents.paging.domain.urgency import Urgency
from incidents.paging.models import Escalation, Notification
from incidents.paging.services import bundling_lost
from incidents.paging.services.due_kinds import SEND, STEP
from incidents.paging.services.notifications import Draft, Place, send
from reliability.access.models import User
from reliability.channels.domain.message import Event
from reliability.channels.selectors.contacts import methods_of
from reliability.outbox.services import due

HOPELESS = (Notification.State.REFUSED, Notification.State.GIVEN_UP)


def tell_next_place(*, notification: Notification, now: datetime) -> None:
    """Each call brings one more place, as long as the person has one. May be called again for the same try."""
    user = notification.user
    if notification.state == Notification.State.REFUSED:
        _take_back_reminders(notification=notification)
    if user is not None and (
        _hurry(notification=notification, now=now) or (user.is_active and _another(notification, user, now))
    ):
        return
    if notification.state in HOPELESS:
        _escalate_if_nobody_is_left(notification=notification, now=now)


def is_unheard(*, escalation: Escalation) -> bool:
    """Whether every place of the step at which it stands refused the page, or could not be told: waiting for its
    delay would be silence."""
    pages = Notification.objects.filter(
        escalation=escalation,
        epoch=escalation.epoch,
        step=escalation.step,
        pass_number=escalation.pass_number,
        purpose=Notification.Purpose.PAGE,
    )
    return pages.exists() and not pages.exclude(state__in=HOPELESS).exists()


def _of_the_same_page(notification: Notification) -> dict[str, object]:
    if notification.escalation_id is None:
        return {"key__startswith": notification.key.partition("/")[0]}
    return {
        "escalation_id": notification.escalation_id,
        "epoch": notification.epoch,
        "step": notification.step,
        "pass_number": notification.pass_number,
        "purpose": notification.purpose,
    }


def _take_back_reminders(*, notification: Notification) -> None:
    """A place that refuses it now is not asked again later."""
    reminders = Notification.objects.filter(
        **_of_the_same_page(notification),
        place_key=notification.place_key,
        state=Notification.State.WAITING,
        attempts=0,
    )
    reminders.update(state=Notification.State.REFUSED, state_reason="the place refused it before")


def _hurry(*, notification: Notification, now: datetime) -> bool:
    """A place whose turn is later has it now. Also True while another place is being told."""
    others = Notification.objects.filter(
        **_of_the_same_page(notification), user=notification.user, state=Notification.State.WAITING
    ).exclude(place_key=notification.place_key)
    under_way = others.filter(due_at__lte=now).first()
    if under_way is not None and under_way.attempts == 0:
        return True
    later = others.filter(due_at__gt=now).order_by("due_at", "pk").first()
    if later is None:
        return False
    Notification.objects.filter(pk=later.pk).update(due_at=now, why=f"{later.why}; at once: another place failed"[:300])
    due.demand(kind=SEND, key=later.pk, now=now)
    return True


def _another(notification: Notification, user: User, now: datetime) -> bool:
    """A place that the person's rules did not name: better than silence."""
    tried = set(
        Notification.objects.filter(**_of_the_same_page(notification), user=user).values_list("place_key", flat=True)
    )
    places = [Place(contact_method=method, user=user) for method in methods_of(user_id=user.pk)]
    places += [Place(user=user)] if user.email else []
    for place in places:
        if place.key in tried:
            continue
        base = notification.key.rpartition("/")[0]
        send(
            draft=Draft(
                key=f"{base}/{place.key}",
                purpose=Notification.Purpose(notification.purpose),
                event=Event(notification.event),
                place=place,
                urgency=Urgency(notification.urgency),
                why=f"{notification.why}; {notification.place} failed",
                due_at=now,
                team_id=notification.team_id,
                escalation=notification.escalation,
                step=notification.step,
                pass_number=notification.pass_number,
                content=notification.content or None,
                bundle=notification if notification.purpose == Notification.Purpose.BUNDLE else None,
            ),
            now=now,
        )
        return True
    return False


def _escalate_if_nobody_is_left(*, notification: Notification, now: datetime) -> None:
    escalation = notification.escalation
    if notification.purpose == Notification.Purpose.BUNDLE:
        family = Notification.objects.filter(**_of_the_same_page(notification))
        if not family.exclude(state__in=HOPELESS).exists():
            bundling_lost.give_up(bundle=notification, now=now)
    elif escalation is not None and is_unheard(escalation=escalation):
        due.demand(kind=STEP, key=escalation.pk, now=now)
