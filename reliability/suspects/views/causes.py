"""The blamed change of each burn, as a cause of spent budget."""

from __future__ import annotations

from collections.abc import Sequence

from reliability.kit.periods import Period
from reliability.suspects.domain.blame import blamed
from reliability.suspects.domain.kinds import CaseKind
from reliability.suspects.domain.ranking import Trouble
from reliability.suspects.domain.reasons import reasons_of
from reliability.suspects.models import Case
from reliability.suspects.selectors.cases_of_burns import cases_of_burns
from reliability.suspects.selectors.facts import facts_of
from reliability.suspects.selectors.rankings import Field, field_of
from reliability.suspects.selectors.windows import rules_for
from slo.domain.causes import Cause, CauseKind
from slo.models import Slo


def suspect_causes(*, slo: Slo, period: Period, burns: Sequence[Period], limit: int) -> list[Cause]:
    """Of each burn the confirmed suspect, else the first that nobody rejected; none where all are.

    Burns that are no case yet are ranked by what is known now. A fixed number of queries, none where nothing burnt.
    """
    burns = list(burns[-limit:])
    if not burns:
        return []
    cases = cases_of_burns(slo_id=slo.pk, burns=burns)
    unseen = [burn for burn, case in zip(burns, cases, strict=True) if case is None or case.ranked_at is None]
    field = _field(slo, unseen) if unseen else None
    found = [
        _of_case(burn, case) if case is not None and case.ranked_at is not None else _of_ranking(burn, field)
        for burn, case in zip(burns, cases, strict=True)
    ]
    return [one for one in found if one is not None]


def _field(slo: Slo, burns: Sequence[Period]) -> Field:
    roots = () if slo.service_id is None else (slo.service_id,)
    window = rules_for(team_id=slo.team_id, service_ids=roots).window(team_id=slo.team_id, service_ids=roots)
    began = Period(min(one.start for one in burns), max(one.start for one in burns))
    return field_of(team_id=slo.team_id, roots=roots, window=window, began=began)


def _of_case(burn: Period, case: Case) -> Cause | None:
    found = blamed(case.suspects.all())
    if found is None:
        return None
    row, is_declared = found
    first = "the first of its suspects" if row.place == 1 else "of its suspects the first that was not rejected"
    words = "; ".join(reason.text for reason in reasons_of(facts_of(row, case=CaseKind.BURN, of="it")))
    said = f"confirmed by {row.verdict_by_name}" if is_declared else first
    return Cause(
        kind=CauseKind.SUSPECT,
        key=row.key,
        start=burn.start,
        end=burn.end,
        label=row.label,
        url=row.url,
        detail=f"{said}: {words}",
        is_declared=is_declared,
        team_ids=row.owner_ids,
    )


def _of_ranking(burn: Period, field: Field | None) -> Cause | None:
    ranking = () if field is None else field.ranking(Trouble(burn.start))
    if not ranking:
        return None
    first = ranking[0]
    words = "; ".join(reason.text for reason in reasons_of(first.facts(case=CaseKind.BURN)))
    return Cause(
        kind=CauseKind.SUSPECT,
        key=first.told.key,
        start=burn.start,
        end=burn.end,
        label=first.told.label,
        url=first.told.url,
        detail=f"the first of its suspects: {words}",
        is_declared=False,
        team_ids=first.told.team_ids,
    )
