"""Agreements with customers as lists and single ones, and whether they were kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Prefetch, Q, QuerySet

from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.kit.instants import floor_minute
from reliability.kit.periods import Period
from reliability.web.errors import NotFound
from slo.attributions import announced
from slo.domain.agreements import Compliance, Counting, Part, judge, parts_of
from slo.domain.exclusions import Exclusion
from slo.models import Agreement, AgreementVersion
from slo.selectors.availability import SLICED_MINUTES_MAX, cells_of
from slo.selectors.terms import Terms, dossier_of, terms_of

# A month of another zone begins up to so much before that of the report: it is the next one, not this.
_OTHER_ZONES = timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class AgreementFilters:
    """Empty fields do not filter."""

    team_slug: str = ""
    service_name: str = ""
    slo_name: str = ""
    text: str = ""


def list_agreements(*, caller: Caller, filters: AgreementFilters | None = None) -> QuerySet[Agreement]:
    """Readable ones by name, with team and versions (the oldest first), those with objective and service."""
    wanted = filters or AgreementFilters()
    found: QuerySet[Agreement] = Agreement.objects.readable_by(caller)
    if wanted.team_slug:
        found = found.filter(team__slug=wanted.team_slug)
    if wanted.service_name:
        services = Service.objects.readable_by(caller).filter(name=wanted.service_name)
        found = found.filter(pk__in=AgreementVersion.objects.filter(slo__service__in=services).values("agreement_id"))
    if wanted.slo_name:
        found = found.filter(pk__in=AgreementVersion.objects.filter(slo__name=wanted.slo_name).values("agreement_id"))
    for word in wanted.text.split()[:8]:
        found = found.filter(
            Q(name__icontains=word)
            | Q(title__icontains=word)
            | Q(customer__icontains=word)
            | Q(contract__icontains=word)
        )
    versions = AgreementVersion.objects.select_related("slo__team", "slo__service").order_by("starts_on", "pk")
    return found.select_related("team").prefetch_related(Prefetch("versions", versions)).order_by("name", "pk")


def get_agreement(*, caller: Caller, name: str) -> Agreement:
    """Raises NotFound, for those of private teams of others, too."""
    found = list_agreements(caller=caller).filter(name=name).first()
    if found is None:
        raise NotFound(f"there is no agreement {name!r}, or it is not yours to see")
    return found


def versions_of(agreement: Agreement) -> list[AgreementVersion]:
    """The oldest first, as `list_agreements` read them."""
    return list(agreement.versions.all())


def version_at(*, agreement: Agreement, at: datetime) -> AgreementVersion | None:
    """Those in force, else the first that will be; None for an agreement without any."""
    rows = versions_of(agreement)
    begun = [row for row in rows if row.terms.start <= at]
    return begun[-1] if begun else rows[0] if rows else None


def compliance_of(*, agreement: Agreement, now: datetime, count: int) -> list[Compliance]:
    """The last *count* periods, the oldest first. A handful of queries, one or two more where maintenance counts."""
    parts = _parts(agreement, now)[-count:]
    slos = {row.pk: row.slo for row in versions_of(agreement)}
    versions = versions_of(agreement)
    terms = []
    for slo in {versions[part.place].slo_id: slos[versions[part.place].pk] for part in parts}.values():
        own = [part for part in parts if versions[part.place].slo_id == slo.pk]
        dossier = dossier_of(slo=slo, period=Period(own[0].period.start, own[-1].period.end))
        terms += [(part, dossier.at(min(part.period.end, floor_minute(now)), now=now)) for part in own]
    return _judged(sorted(terms, key=lambda pair: pair[0].period.start), now)


def compliance_in(
    *, agreements: Sequence[Agreement], now: datetime, within: Period | None = None
) -> dict[int, list[Compliance]]:
    """Of many: by agreement the periods that end in *within* (or run at its end), the oldest first; without it the
    period that runs and the one before it.

    Four queries for each distinct end of a period, and two for all figures, however many agreements; one or two more
    for each that leaves announced maintenance out.
    """
    wanted: list[tuple[Agreement, Part]] = []
    for agreement in agreements:
        parts = _parts(agreement, now)
        kept = parts[-2:] if within is None else [part for part in parts if _counts_in(part, within, now)]
        wanted += [(agreement, part) for part in kept]
    by_end: dict[datetime, list[tuple[Agreement, Part]]] = defaultdict(list)
    for agreement, part in wanted:
        by_end[min(part.period.end, floor_minute(now))].append((agreement, part))
    terms: dict[tuple[int, datetime], Terms] = {}
    for end, pairs in by_end.items():
        slos = {slo.pk: slo for agreement, part in pairs for slo in [versions_of(agreement)[part.place].slo]}
        since = min(part.period.start for _, part in pairs)
        terms |= {(one.slo.pk, end): one for one in terms_of(slos=list(slos.values()), at=end, since=since)}
    pairs_of: list[tuple[int, Part, Terms]] = []
    for end, pairs in by_end.items():
        for agreement, part in pairs:
            found = terms.get((versions_of(agreement)[part.place].slo_id, end))
            if found is not None:
                pairs_of.append((agreement.pk, part, found))
    judged = _judged([(part, one) for _, part, one in pairs_of], now)
    answer: dict[int, list[Compliance]] = defaultdict(list)
    for (pk, _, _), one in zip(pairs_of, judged, strict=True):
        answer[pk].append(one)
    return {pk: sorted(rows, key=lambda one: one.part.period.start) for pk, rows in answer.items()}


def _parts(agreement: Agreement, now: datetime) -> list[Part]:
    return parts_of(versions=[row.terms for row in versions_of(agreement)], last=agreement.ends_on, until=now)


def _counts_in(part: Part, within: Period, now: datetime) -> bool:
    """A month counts in the month, a quarter in the month in which it ends, or, while it runs, in each of its own."""
    if within.start < part.period.end <= within.end:
        return True
    return part.period.start < within.end - _OTHER_ZONES and part.period.end > max(within.end, now)


def _judged(rows: Sequence[tuple[Part, Terms]], now: datetime) -> list[Compliance]:
    terms = [_counted(part, one) for part, one in rows]
    cells = cells_of(
        terms=terms, periods=[[part.period] for part, _ in rows], now=now, sliced_minutes_max=SLICED_MINUTES_MAX
    )
    return [
        judge(part=part, found=found[0], at=floor_minute(now))
        for (part, _), found in zip(rows, cells, strict=True)
        if found
    ]


def _counted(part: Part, terms: Terms) -> Terms:
    """The terms of the objective with what the agreement leaves out."""
    if part.terms.counting is Counting.EVERYTHING:
        return replace(terms, exclusions=())
    if part.terms.counting is Counting.AS_OBJECTIVE:
        return terms
    causes = announced(slo=terms.slo, period=part.period)
    work = tuple(Exclusion(Period(one.start, max(one.start, one.end or part.period.end))) for one in causes)
    return replace(terms, exclusions=(*terms.exclusions, *work))
