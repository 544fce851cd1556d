"""Fault 10: 10,000 alerts within a minute over 200 keys, from one source, into the running product.

The whole product runs: web, worker, tick, broker. Events go to /v2/enqueue one by one, as monitoring tools send them;
a channel of the escalation policy is a webhook to this process, which notes when it was told of which incident.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time

from django.utils import timezone
from flooding import Answer, Goals, Receiver, Usage, product, quantile, receiver, send_alerts, title_of, wait_until
from stage import stage
from timing import demand, finish, heading

from incidents.intake.models import Integration
from incidents.intake.services.keys import keys
from incidents.paging.models import EscalationPolicy, NotificationAttempt, PolicyStep, StepTarget
from incidents.response.models import Alert, Incident
from reliability.access.models import Team
from reliability.channels.models import Channel

INTAKE_P99_SECONDS = 0.5
FIRST_PAGE_SECONDS = 2.0


def lay(url: str) -> str:
    """A team whose policy tells a webhook, and an integration. Returns its key."""
    now = timezone.now()
    team = Team.objects.create(slug="bench", name="Bench")
    channel = Channel.objects.create(team=team, name="bench", title="Bench", kind="webhook", config={"url": url})
    policy = EscalationPolicy.objects.create(team=team, slug="bench", title="Bench", is_team_default=True)
    step = PolicyStep.objects.create(policy=policy, position=0, delay_minutes=30)
    StepTarget.objects.create(step=step, channel=channel)
    integration = Integration.objects.create(team=team, name="bench", title="Bench", kind="pagerduty")
    return keys.make(integration=integration, now=now).text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=10_000)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60.0, help="0: as fast as it goes")
    parser.add_argument("--settle", type=float, default=60.0, help="how long to wait for the last page")
    options = parser.parse_args()
    goals = Goals()
    with stage(), receiver() as told:
        key = lay(told.url)
        with product() as running:
            usage = Usage(running)
            usage.start()
            heading(f"{options.alerts:,} alerts over {options.keys} keys within {options.seconds:g} s")
            goals.tell("load of the machine before", f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
            began = time.perf_counter()
            answers = send_alerts(
                running.url, key, alerts=options.alerts, over_keys=options.keys, seconds=options.seconds
            )
            taken = time.perf_counter() - began
            wait_until(lambda: len(told_of(told)) == options.keys, seconds=options.settle)
            usage.stop()
        check(answers, over_keys=options.keys, alerts=options.alerts)
        report(goals, answers, told, taken=taken)
        goals.usage(usage, alerts=options.alerts)
    if goals.missed:
        raise SystemExit(1)
    finish()


def told_of(told: Receiver) -> dict[int, float]:
    """When the channel was first told of each alert, by its key."""
    found: dict[int, float] = {}
    for at, text in list(told.told):
        name = int(text.partition("flood-")[2].partition("-end")[0])
        found.setdefault(name, at)
    return found


def check(answers: list[Answer], *, over_keys: int, alerts: int) -> None:
    """Nothing that was accepted is lost, and nothing was refused."""
    refused = [answer.status for answer in answers if answer.status != 202]
    demand(not refused, f"{len(refused)} were refused: {sorted(set(refused))}")
    demand(Alert.objects.count() == over_keys, f"{Alert.objects.count()} alerts are stored, not {over_keys}")
    demand(Incident.objects.count() == over_keys, f"{Incident.objects.count()} incidents, not {over_keys}")
    seen = sum(Alert.objects.values_list("times_seen", flat=True))
    demand(seen == alerts, f"{seen} alerts were counted, not {alerts}")


def report(goals: Goals, answers: list[Answer], told: Receiver, *, taken: float) -> None:
    times = [answer.seconds for answer in answers]
    goals.tell("accepted, stored and counted", f"{len(answers):,} in {taken:.1f} s ({len(answers) / taken:,.0f}/s)")
    goals.tell("an answer, median", f"{statistics.median(times) * 1000:.2f} ms")
    goals.meet("an answer, 99th percentile", quantile(times, 0.99), INTAKE_P99_SECONDS, "s")
    firsts: dict[int, Answer] = {}
    for answer in sorted(answers, key=lambda answer: answer.asked_at):
        firsts.setdefault(answer.key, answer)
    pages = told_of(told)
    silent = [name for name in firsts if name not in pages]
    demand(not silent, f"{len(silent)} incidents were told to nobody")
    begun = _begun_at()
    goals.tell("messages that the channel was told", f"{len(told.told):,}")
    stations = {
        "first alert to the answer (committed)": [one.seconds for one in firsts.values()],
        "answer to a worker's try": [begun[name] - one.answered_at for name, one in firsts.items()],
        "try to the channel": [pages[name] - begun[name] for name in firsts],
    }
    for title, waits in stations.items():
        goals.tell(f"  {title}, median and p99", f"{statistics.median(waits):.2f} s, {quantile(waits, 0.99):.2f} s")
    waits = [pages[name] - one.asked_at for name, one in firsts.items()]
    goals.tell("first alert to the channel, median", f"{statistics.median(waits):.2f} s")
    goals.meet("first alert to the channel, 99th percentile", quantile(waits, 0.99), FIRST_PAGE_SECONDS, "s")


def _begun_at() -> dict[int, float]:
    """When a worker began the first try to tell of each alert."""
    titles = dict(Incident.objects.values_list("escalation_id", "title"))
    names = {title_of(name): name for name in range(Incident.objects.count())}
    tries = NotificationAttempt.objects.filter(number=1).values_list("notification__escalation_id", "began_at")
    return {names[titles[pk].removesuffix(" fires")]: at.timestamp() for pk, at in tries}


if __name__ == "__main__":
    main()
