"""What objectives prove of the readiness of services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from django.urls import reverse

from reliability.catalog.models import Dependency, Service
from reliability.kit.percent import percent_text
from reliability.readiness.domain.answers import Answer, met, not_met, unknown
from reliability.readiness.domain.days import Day
from reliability.readiness.proofs import Proof, register_proof
from slo.domain.chain import Chain, Link, chain_of
from slo.models import Slo
from slo.selectors.alert_policies import policies_of
from slo.selectors.terms import Terms, terms_of

MEASURED_WITHIN = timedelta(hours=1)
_ANOTHER_TEAMS = "an objective of a team that you cannot see decides it"
_NAMES_MAX = 5


def slo_exists(*, services: Sequence[Service], now: datetime) -> Mapping[int, Answer]:
    objectives = _objectives([one.pk for one in services])
    found: dict[int, Answer] = {}
    for service in services:
        own = objectives[service.pk]
        if own:
            noun = "objective" if len(own) == 1 else "objectives"
            words = f"{len(own)} {noun}: {_listed(str(slo) for slo in own)}"
            url = _objectives_url(service)
            found[service.pk] = met(words, url, team_ids=_teams(own), elsewhere=f"{len(own)} {noun}")
        else:
            found[service.pk] = not_met("no objective is set", _new_url(service), step="Set an objective")
    return found


def slo_measured(*, services: Sequence[Service], now: datetime) -> Mapping[int, Answer]:
    """Every objective of the service has minutes measured within the last hour."""
    objectives = _objectives([one.pk for one in services])
    found: dict[int, Answer] = {}
    for service in services:
        own = objectives[service.pk]
        ends = {slo: slo.sli.measured_until for slo in own}
        silent = [slo for slo, end in ends.items() if end is None or end <= now - MEASURED_WITHIN]
        if not own:
            found[service.pk] = unknown("there is no objective to measure", _new_url(service), step="Set an objective")
            continue
        if not silent:
            oldest = min((min(end, now) for end in ends.values() if end is not None), default=now)
            minutes = int((now - oldest) / timedelta(minutes=1))
            every = f"all {len(own)} objectives are" if len(own) > 1 else "its objective is"
            words = f"{every} measured until {minutes} min ago"
            found[service.pk] = met(words, _objectives_url(service))
            continue
        names = _listed(f"{slo} ({_since(ends[slo])})" for slo in silent)
        words = f"{len(own) - len(silent)} of {len(own)} measured in the last hour; silent: {names}"
        answer = unknown if all(end is None for end in ends.values()) else not_met
        url = reverse("slo-detail", args=(silent[0].name,))
        found[service.pk] = answer(
            words, url, step="See why nothing arrives", team_ids=_teams(silent), elsewhere=_ANOTHER_TEAMS
        )
    return found


def burn_alerts(*, services: Sequence[Service], now: datetime) -> Mapping[int, Answer]:
    """Every objective of the service has a rule that can fire."""
    objectives = _objectives([one.pk for one in services])
    terms = terms_of(slos=[slo for own in objectives.values() for slo in own], at=now)
    rules = {
        one.slo.pk: [rule for rule in policy.rules if not rule.never]
        for one, policy in zip(terms, policies_of(terms=terms, at=now), strict=True)
    }
    found: dict[int, Answer] = {}
    for service in services:
        own = objectives[service.pk]
        unwatched = [slo for slo in own if not rules.get(slo.pk)]
        if not own:
            found[service.pk] = not_met(
                "there is no objective whose burn could be watched", _new_url(service), step="Set an objective"
            )
        elif unwatched:
            url = reverse("slo-alerting", args=(unwatched[0].name,))
            words = f"nothing watches the burn of {_listed(str(slo) for slo in unwatched)}"
            found[service.pk] = not_met(
                words, url, step="Switch its alerts on", team_ids=_teams(unwatched), elsewhere=_ANOTHER_TEAMS
            )
        else:
            count = sum(len(rules[slo.pk]) for slo in own)
            words = f"{count} rules watch the burn of {len(own)} objective{'' if len(own) == 1 else 's'}"
            found[service.pk] = met(words, reverse("burn-alert-list"))
    return found


def dependencies_sufficient(*, services: Sequence[Service], now: datetime) -> Mapping[int, Answer]:
    """Whether what each service hard-depends on promises enough for what the service promises: the chain rule.

    Of a service with several objectives the highest counts, on both sides: the others ask for less (such as how quick
    answers are), and a chain of them would say more of how they were chosen than of what fails together.
    """
    needs: dict[int, list[Service]] = defaultdict(list)
    rows = Dependency.objects.filter(service__in=[one.pk for one in services], is_hard=True)
    for row in rows.select_related("needs__team").order_by("service_id", "needs__name", "pk"):
        needs[row.service_id].append(row.needs)
    everybody = {one.pk for one in services} | {one.pk for below in needs.values() for one in below}
    objectives = _objectives(everybody)
    terms = terms_of(slos=[slo for own in objectives.values() for slo in own], at=now)
    highest: dict[int, Terms] = {}
    for one in terms:
        service_id = one.slo.service_id
        if service_id is None:
            continue
        best = highest.get(service_id)
        if best is None or one.definition.objective > best.definition.objective:
            highest[service_id] = one
    return {one.pk: _chained(one, needs[one.pk], highest) for one in services}


def chain_words(*, chain: Chain, objective: str) -> str:
    """The reckoning in figures: `asks 99.9 %; payments 99.95 % × orders-db 99.9 % = 99.85 % at most`."""
    known = [link for link in chain.links if link.objective is not None]
    factors = " × ".join(f"{link.name} {_percent(link.objective)}" for link in known)
    words = [f"{objective} promises {_percent(chain.ours)}"]
    if known:
        words.append(f"{factors} = {_percent(chain.product)} at most" if len(known) > 1 else f"{factors} at most")
    if chain.missing:
        words.append(f"{_listed(link.name for link in chain.missing)} promise{_s(len(chain.missing))} nothing")
    weakest, needed = chain.weakest, chain.weakest_needs
    if chain.is_sufficient is False and weakest is not None and needed is not None:
        if needed < 1:
            words.append(f"the weakest is {weakest.name}: with {_percent(needed)} there it would hold")
        else:
            words.append(f"the weakest is {weakest.name}, and no promise of it alone would do")
    elif weakest is not None and len(known) > 1:
        words.append(f"the weakest is {weakest.name}")
    return "; ".join(words)


def _chained(service: Service, below: Sequence[Service], highest: Mapping[int, Terms]) -> Answer:
    url = reverse("service-detail", args=(service.name,))
    ours = highest.get(service.pk)
    if not below:
        return met("nothing is named that it cannot do without", url)
    if ours is None:
        return unknown(
            "it has no objective to compare with those of its dependencies", _new_url(service), step="Set an objective"
        )
    theirs = [highest.get(one.pk) for one in below]
    links = [
        Link(one.title, terms.definition.objective if terms else None) for one, terms in zip(below, theirs, strict=True)
    ]
    chain = chain_of(ours=ours.definition.objective, links=links)
    words = chain_words(chain=chain, objective=f"“{ours.slo}”")
    team_ids = {one.team_id for one in below} | {terms.slo.team_id for terms in (ours, *theirs) if terms}
    elsewhere = "services or objectives of teams that you cannot see decide it"
    if chain.is_sufficient:
        return met(words, url, team_ids=team_ids, elsewhere=elsewhere)
    if chain.is_sufficient is None:
        lacking = next(one for one, terms in zip(below, theirs, strict=True) if terms is None)
        step = f"Set an objective for {lacking.title}" if len(chain.missing) == 1 else "Set objectives for them"
        return unknown(words, _new_url(lacking), step=step, team_ids=team_ids, elsewhere=elsewhere)
    edit = reverse("slo-edit", args=(ours.slo.name,))
    return not_met(words, edit, step="Promise less, or need less", team_ids=team_ids, elsewhere=elsewhere)


def _objectives(service_ids: Iterable[int]) -> dict[int, list[Slo]]:
    """Of each service by title, with their indicators: one query."""
    found: dict[int, list[Slo]] = defaultdict(list)
    rows = Slo.objects.filter(service__in=list(service_ids)).select_related("sli").order_by("title", "name", "pk")
    for slo in rows:
        if slo.service_id is not None:
            found[slo.service_id].append(slo)
    return found


def _objectives_url(service: Service) -> str:
    return f"{reverse('slo-list')}?service={service.name}"


def _new_url(service: Service) -> str:
    return f"{reverse('slo-new')}?service={service.name}"


def _teams(slos: Iterable[Slo]) -> set[int]:
    return {slo.team_id for slo in slos}


def _since(end: datetime | None) -> str:
    return "never measured" if end is None else f"since {end:%Y-%m-%d %H:%M} UTC"


def _percent(share: Decimal | Fraction | None) -> str:
    if isinstance(share, Fraction):
        share = Decimal(share.numerator) / Decimal(share.denominator)
    return percent_text(None if share is None else share * 100)


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    more = f" and {len(found) - _NAMES_MAX} more" if len(found) > _NAMES_MAX else ""
    return ", ".join(found[:_NAMES_MAX]) + more


def _s(count: int) -> str:
    return "s" if count == 1 else ""


_WORKBOOK = ("SRE Workbook, chapter 2: Implementing SLOs", "https://sre.google/workbook/implementing-slos/")

register_proof(
    Proof(
        slug="slo-exists",
        title="It has an objective",
        day=Day.DAY_0,
        why="Without a number for good enough, every outage is too much and every release too risky.",
        source=_WORKBOOK[0],
        source_url=_WORKBOOK[1],
        check=slo_exists,
        tiers=(1, 2, 3),
        order=20,
    )
)
register_proof(
    Proof(
        slug="dependencies-sufficient",
        title="What it depends on promises enough for what it promises",
        day=Day.DAY_0,
        why="A service is up at most as often as all that it cannot do without together: the product of their "
        "promises.",
        source="Treynor and others: The Calculus of Service Availability",
        source_url="https://queue.acm.org/detail.cfm?id=3096459",
        check=dependencies_sufficient,
        tiers=(1, 2),
        order=30,
    )
)
register_proof(
    Proof(
        slug="slo-measured",
        title="Its objectives were measured in the last hour",
        day=Day.DAY_1,
        why="An objective without data is met by nobody and breached by nobody.",
        source="SRE, chapter 6: Monitoring Distributed Systems",
        source_url="https://sre.google/sre-book/monitoring-distributed-systems/",
        check=slo_measured,
        tiers=(1, 2, 3),
        order=10,
    )
)
register_proof(
    Proof(
        slug="burn-alerts",
        title="The burn of each of its objectives is watched",
        day=Day.DAY_1,
        why="Customers should not be the first to tell that the budget burns.",
        source="SRE Workbook, chapter 5: Alerting on SLOs",
        source_url="https://sre.google/workbook/alerting-on-slos/",
        check=burn_alerts,
        tiers=(1, 2, 3),
        order=20,
    )
)
