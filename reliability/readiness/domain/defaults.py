"""The built-in items that need evidence. Teams switch them off, add their own and say for which tiers they hold.

Sources: Beyer, Jones, Petoff, Murphy (editors), "Site Reliability Engineering", chapters 11, 17, 21, 22, 26, 27, 32
(the Production Readiness Review) and appendix E (the launch checklist); "The Site Reliability Workbook", chapters 2, 8,
16 and 18; the division of a service's life into days 0, 1, 2 and n as operations teams use it.
"""

from __future__ import annotations

from collections.abc import Iterable

from reliability.readiness.domain.days import Day
from reliability.readiness.domain.items import Item, Kind

_SRE = "https://sre.google/sre-book/"
_WORKBOOK = "https://sre.google/workbook/"
_HALF_YEAR = 180
_YEAR = 365


def _item(
    slug: str,
    title: str,
    day: Day,
    *,
    why: str,
    asks: str,
    source: tuple[str, str],
    tiers: Iterable[int],
    expires_days: int | None = None,
    needs_second: bool = False,
) -> Item:
    return Item(
        slug=slug,
        title=title,
        day=day,
        why=why,
        kind=Kind.EVIDENCE,
        tiers=frozenset(tiers),
        source=source[0],
        source_url=source[1],
        asks=asks,
        expires_days=expires_days,
        needs_second=needs_second,
    )


BUILT_IN: tuple[Item, ...] = (
    _item(
        "design-reviewed",
        "Somebody else has read the design",
        Day.DAY_0,
        why="What a design cannot survive is cheapest to mend before it is built; its authors see it last.",
        asks="The document, and what the reviewers had to say about single points of failure. "
        "Example: “Read by Platform on 3 March; they asked for a queue before the mail provider.”",
        source=("SRE, chapter 32: Production Readiness Review", f"{_SRE}evolving-sre-engagement-model/"),
        tiers=(1, 2),
        needs_second=True,
    ),
    _item(
        "failure-modes-listed",
        "What happens when each dependency fails is written down",
        Day.DAY_0,
        why="A dependency that was never thought of as failing takes the service with it when it does.",
        asks="A table: dependency, what users see, what we do. Example: “Recommendations down: the page is shown "
        "without them.”",
        source=("SRE, chapter 22: Addressing Cascading Failures", f"{_SRE}addressing-cascading-failures/"),
        tiers=(1, 2),
        expires_days=_YEAR,
    ),
    _item(
        "capacity-planned",
        "The load is estimated, and twice of it fits",
        Day.DAY_0,
        why="Launches fail by success: the load nobody reckoned with arrives on the first day.",
        asks="Requests a second at the peak, and what there is. Example: “400/s at Christmas; 900/s measured.”",
        source=("SRE, appendix E: Launch Coordination Checklist", f"{_SRE}launch-checklist/"),
        tiers=(1, 2),
        expires_days=_YEAR,
    ),
    _item(
        "security-reviewed",
        "Security and personal data are reviewed",
        Day.DAY_0,
        why="A leak is an outage that no rollback ends.",
        asks="Who looked, when, what is open. Example: “Threat model of 12 May; two findings, both closed.”",
        source=("SRE, appendix E: Launch Coordination Checklist", f"{_SRE}launch-checklist/"),
        tiers=(1, 2, 3),
        expires_days=_YEAR,
        needs_second=True,
    ),
    _item(
        "load-tested",
        "A load test found the limit",
        Day.DAY_1,
        why="Every service has a load at which it breaks; who knows it sheds before, who does not finds out at night.",
        asks="The load at which it broke, and how. Example: “820 orders/s; the connection pool runs out, answers 503.”",
        source=("SRE, chapter 17: Testing for Reliability", f"{_SRE}testing-reliability/"),
        tiers=(1, 2),
        expires_days=_YEAR,
    ),
    _item(
        "rollback-tried",
        "A rollback was tried, and how long it takes is known",
        Day.DAY_1,
        why="Most outages begin with a change, and end when it is taken back.",
        asks="When, of which release, minutes. Example: “Release 214 taken back on staging in 4 min, no data touched.”",
        source=("SRE Workbook, chapter 16: Canarying Releases", f"{_WORKBOOK}canarying-releases/"),
        tiers=(1, 2, 3),
        expires_days=_HALF_YEAR,
    ),
    _item(
        "released-gradually",
        "Changes reach a few users first",
        Day.DAY_1,
        why="A mistake that one user in a hundred meets spends a hundredth of the error budget.",
        asks="How: canary, flags, zones; and what stops it. Example: “1 % for 15 min, stopped by the burn alert.”",
        source=("SRE, chapter 27: Reliable Product Launches at Scale", f"{_SRE}reliable-product-launches/"),
        tiers=(1,),
        expires_days=_YEAR,
    ),
    _item(
        "restore-tried",
        "A backup was restored, and what came back was checked",
        Day.DAY_1,
        why="Nobody wants backups; people want restores. What was never restored is a hope.",
        asks="From when, how long it took, how much was lost. Example: “Backup of 02:00, 38 min, last 4 min missing.” "
        "A service without data says so.",
        source=("SRE, chapter 26: Data Integrity", f"{_SRE}data-integrity/"),
        tiers=(1, 2),
        expires_days=_HALF_YEAR,
        needs_second=True,
    ),
    _item(
        "overload-handled",
        "Too much load is refused early, and retries are bounded",
        Day.DAY_1,
        why="A service that takes what it cannot serve serves nobody; retries without a bound finish it off.",
        asks="Limits, time-outs, retry budgets. Example: “Queue of 200, 2 s time-out, at most one retry with jitter.”",
        source=("SRE, chapter 21: Handling Overload", f"{_SRE}handling-overload/"),
        tiers=(1, 2),
        expires_days=_YEAR,
    ),
    _item(
        "runbook-walked",
        "Somebody who did not write the runbook has followed it",
        Day.DAY_2,
        why="A runbook is read at 3 a.m. by the person who knows the least about it.",
        asks="Who, what was unclear, what was changed. Example: “Ines, 9 June: step 4 named a host that is gone.”",
        source=("SRE, chapter 11: Being On-Call", f"{_SRE}being-on-call/"),
        tiers=(1, 2),
        expires_days=_HALF_YEAR,
        needs_second=True,
    ),
    _item(
        "responders-trained",
        "Everybody on call has been shown the service",
        Day.DAY_2,
        why="People who are called to what they have never seen wait for those who have.",
        asks="Who was shown what. Example: “All five of the rota; recorded, link below.”",
        source=("SRE Workbook, chapter 8: On-Call", f"{_WORKBOOK}on-call/"),
        tiers=(1, 2),
        expires_days=_HALF_YEAR,
    ),
    _item(
        "customers-told",
        "It is known who tells customers what, and where",
        Day.DAY_2,
        why="Silence costs more trust than the outage.",
        asks="Page, people, prepared words. Example: “Component Checkout on the status page; support lead writes.”",
        source=("SRE, chapter 14: Managing Incidents", f"{_SRE}managing-incidents/"),
        tiers=(1, 2),
        expires_days=_YEAR,
    ),
    _item(
        "objective-agreed",
        "The objective was agreed with whoever speaks for the users, and is looked at again",
        Day.DAY_N,
        why="An objective that nobody wants is defended by nobody when a release waits for it.",
        asks="With whom, when, what follows when it is missed. Example: “Product agreed to 99.9 % on 2 July.”",
        source=("SRE Workbook, chapter 2: Implementing SLOs", f"{_WORKBOOK}implementing-slos/"),
        tiers=(1, 2),
        expires_days=_HALF_YEAR,
    ),
    _item(
        "capacity-looked-at",
        "Growth since the last look still fits",
        Day.DAY_N,
        why="What fitted at the launch is outgrown one percent a week.",
        asks="The busiest hour of the quarter against the limit. Example: “510/s of 820/s; twice a year is enough.”",
        source=("SRE Workbook, chapter 18: SRE Engagement Model", f"{_WORKBOOK}engagement-model/"),
        tiers=(1,),
        expires_days=_HALF_YEAR,
    ),
)
