"""Agreements with customers in a period."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from reliability.access.domain.caller import Caller
from reliability.kit.periods import Period
from reliability.reports.domain.report import AgreementLine
from slo.domain.agreements import Compliance, Kept
from slo.models import Agreement
from slo.selectors.agreements import AgreementFilters, compliance_in, list_agreements

AGREEMENTS_MAX = 100
_ORDER = {Kept.MISSED: 0, Kept.RUNNING: 1, Kept.NO_DATA: 2, Kept.MET: 3}


def lines_of(*, caller: Caller, team_slug: str, whole: Period, now: datetime) -> tuple[AgreementLine, ...]:
    """What was missed first."""
    found = list(list_agreements(caller=caller, filters=AgreementFilters(team_slug=team_slug))[:AGREEMENTS_MAX])
    kept = compliance_in(agreements=found, now=now, within=whole)
    rows = [(agreement, one) for agreement in found for one in kept.get(agreement.pk, [])]
    rows.sort(key=lambda row: (_ORDER[row[1].state], row[0].title, row[1].part.period.start))
    return tuple(_line(agreement, one) for agreement, one in rows)


def _line(agreement: Agreement, one: Compliance) -> AgreementLine:
    return AgreementLine(
        name=f"{agreement.name}/{one.part.calendar.slug}",
        title=agreement.title,
        customer=agreement.customer,
        period=one.part.title,
        state=one.state.value,
        reason=one.reason,
        target=float(one.part.terms.target),
        availability=one.found.ratio,
        credit=None if one.credit is None else float(one.credit),
        url=reverse("agreement", args=[agreement.name]),
        coverage=one.found.coverage,
    )
