"""Fault 11: 10,000 distinct alerts, as fast as one source can send them, into the running product.

Each opens an incident. The policy tells a person and a chat channel: both hear of the first incidents one by one and
of all others in few messages that list them. Both are ntfy topics on this process.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time

from alert_flood import INTAKE_P99_SECONDS
from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone
from flooding import Answer, Goals, Receiver, Usage, product, quantile, receiver, send_alerts, wait_until
from stage import stage
from timing import demand, finish, heading

from incidents.intake.models import Integration
from incidents.intake.services.keys import keys
from incidents.paging.models import EscalationPolicy, Notification, NotificationAttempt, PolicyStep, StepTarget
from incidents.response.models import Alert, Incident
from reliability.access.domain.caller import Role
from reliability.access.models import Membership, Team, User
from reliability.channels.models import Channel, ContactMethod
from reliability.channels.services.saving import sealed
from reliability.outbox.models import Due

FIRST_PAGE_SECONDS = 30.0
_STATE = Notification.State


def lay(person: Receiver, room: Receiver) -> str:
    """A team whose policy tells a person and a channel, and an integration that groups nothing. Returns its key."""
    now = timezone.now()
    team = Team.objects.create(slug="bench", name="Bench")
    user = User.objects.create_user("storm@example.org", None, name="Storm")
    Membership.objects.create(team=team, user=user, role=Role.RESPONDER.value)
    topic = sealed({"topic": "bench"})
    ContactMethod.objects.create(
        user=user, title="Phone", kind="ntfy", config={"server": person.url}, secrets=topic, verified_at=now
    )
    channel = Channel.objects.create(
        team=team, name="bench", title="Bench", kind="ntfy", config={"server": room.url}, secrets=topic
    )
    policy = EscalationPolicy.objects.create(team=team, slug="bench", title="Bench", is_team_default=True)
    step = PolicyStep.objects.create(policy=policy, position=0, delay_minutes=120)
    StepTarget.objects.create(step=step, user=user, position=0)
    StepTarget.objects.create(step=step, channel=channel, position=1)
    integration = Integration.objects.create(team=team, name="bench", title="Bench", kind="pagerduty")
    return keys.make(integration=integration, now=now).text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=0.0, help="0: as fast as it goes")
    parser.add_argument("--settle", type=float, default=400.0, help="how long to wait until all are told")
    options = parser.parse_args()
    goals = Goals()
    with stage(), receiver() as person, receiver() as room:
        key = lay(person, room)
        with product() as running:
            usage = Usage(running)
            usage.start()
            heading(f"{options.alerts:,} distinct alerts")
            goals.tell("load of the machine before", f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
            began = time.perf_counter()
            answers = send_alerts(
                running.url, key, alerts=options.alerts, over_keys=options.alerts, seconds=options.seconds
            )
            taken = time.perf_counter() - began
            wait_until(lambda: not _waiting(), seconds=options.settle)
            usage.stop()
        check(answers, alerts=options.alerts)
        report(goals, answers, person, room, taken=taken)
        goals.usage(usage, alerts=options.alerts)
    if goals.missed:
        raise SystemExit(1)
    finish()


def _waiting() -> int:
    return Notification.objects.filter(state=_STATE.WAITING).count() + Due.objects.filter(kind="paging.send").count()


def check(answers: list[Answer], *, alerts: int) -> None:
    """Nothing that was accepted is lost: each alert has its incident, each incident was told to both places."""
    refused = [answer.status for answer in answers if answer.status != 202]
    demand(not refused, f"{len(refused)} were refused: {sorted(set(refused))}")
    demand(Alert.objects.count() == alerts, f"{Alert.objects.count()} alerts are stored, not {alerts}")
    demand(Incident.objects.count() == alerts, f"{Incident.objects.count()} incidents, not {alerts}")
    was_told = Q(state=_STATE.SENT) | Q(state=_STATE.BUNDLED, bundle__state=_STATE.SENT)
    pages = Notification.objects.filter(purpose=Notification.Purpose.PAGE)
    told = dict(pages.filter(was_told).values_list("place").annotate(Count("escalation_id", distinct=True)).order_by())
    demand(len(told) == 2 and set(told.values()) == {alerts}, f"told of {told}, not both places of {alerts}")


def report(goals: Goals, answers: list[Answer], person: Receiver, room: Receiver, *, taken: float) -> None:
    times = [answer.seconds for answer in answers]
    goals.tell("accepted, stored and opened", f"{len(answers):,} in {taken:.1f} s ({len(answers) / taken:,.0f}/s)")
    goals.tell("an answer, median", f"{statistics.median(times) * 1000:.2f} ms")
    goals.meet("an answer, 99th percentile", quantile(times, 0.99), INTAKE_P99_SECONDS, "s")
    first_asked = min(answer.asked_at for answer in answers)
    for title, place in (("person", person), ("channel", room)):
        goals.meet(f"first alert to the {title}", place.told[0][0] - first_asked, FIRST_PAGE_SECONDS, "s")
    goals.tell("first alert to the last message", f"{max(person.told[-1][0], room.told[-1][0]) - first_asked:.1f} s")
    unanswered = NotificationAttempt.objects.exclude(outcome="delivered").count()
    goals.tell("tries without an answer, told again under the same key", f"{unanswered}")
    window = settings.PAGES_WINDOW_MINUTES
    most = {"person": settings.PAGES_PER_PERSON_MAX, "channel": settings.PAGES_PER_CHANNEL_MAX}
    for title, place in (("person", person), ("channel", room)):
        goals.tell(f"messages to the {title}", f"{len(place.told)}")
        goals.meet(f"  of them within {window} min", _most_within(place, window * 60), most[title], "messages")


def _most_within(place: Receiver, seconds: float) -> int:
    """The most messages that any span of so many seconds saw."""
    instants = [at for at, _ in place.told]
    return max(sum(start <= at < start + seconds for at in instants) for start in instants)


if __name__ == "__main__":
    main()
