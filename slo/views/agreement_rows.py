"""Agreements as rows: what the template shows, looked up once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.catalog.models import Service
from slo.domain.agreements import Compliance, Kept, tension_words
from slo.models import Agreement, AgreementVersion
from slo.selectors.agreements import compliance_in, version_at
from slo.selectors.availability_rows import downtime_words, nines_words
from slo.selectors.definitions import newest_versions


@dataclass(frozen=True, slots=True)
class ComplianceView:
    one: Compliance
    nines: str
    downtime: str

    @property
    def state(self) -> str:
        """A slug of reliability.web.states."""
        if self.one.state is Kept.RUNNING and self.one.left_minutes is not None and self.one.left_minutes < 0:
            return "agreement_lost"
        return f"agreement_{self.one.state.value}"


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """running, before: the period that holds now and the one before it; None before the first."""

    agreement: Agreement
    version: AgreementVersion | None
    service: Service | None
    running: ComplianceView | None
    before: ComplianceView | None
    is_roomy: bool
    tension: str


def view_of(one: Compliance) -> ComplianceView:
    return ComplianceView(one, nines_words(one.found), downtime_words(one.found))


def rows_of(agreements: Sequence[Agreement], *, caller: Caller, now: datetime) -> list[AgreementRow]:
    """A handful of queries for all of them, see `compliance_in`."""
    found = compliance_in(agreements=agreements, now=now)
    current = {one.pk: version_at(agreement=one, at=now) for one in agreements}
    objectives = newest_versions(slo_ids={version.slo_id for version in current.values() if version is not None})
    rows = []
    for agreement in agreements:
        version = current[agreement.pk]
        periods = [view_of(one) for one in found.get(agreement.pk, [])]
        running = next((one for one in periods if one.one.state is Kept.RUNNING), None)
        over = [one for one in periods if one.one.state is not Kept.RUNNING]
        newest = objectives.get(version.slo_id) if version is not None else None
        is_roomy, tension = (
            tension_words(objective=newest.objective, target=version.target)
            if version is not None and newest is not None
            else (True, "")
        )
        service = visible(caller=caller, related=version.slo.service) if version is not None else None
        rows.append(AgreementRow(agreement, version, service, running, over[-1] if over else None, is_roomy, tension))
    return rows
