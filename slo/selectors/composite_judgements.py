"""Judging composites at an instant: where they stand, and what their rules read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import Error as DatabaseError

from reliability.kit.instants import floor_minute, from_minute, to_minute
from slo.domain.alerting_policy import UNCOUNTED_KINDS, Policy, Settings, policy_of
from slo.domain.alerting_readings import FRESH, Guards, Reading
from slo.domain.alerting_steps import Decision, decide
from slo.domain.composite_readings import LEAD, reading_of
from slo.domain.composite_slices import Whole
from slo.domain.composites import Missing
from slo.models import Composite, CompositeAlert, CompositeEvaluation, Sli
from slo.selectors.alert_policies import indicator_kinds
from slo.selectors.alerts import RuleState, memory_of
from slo.selectors.composite_status import LONGEST_RATE, CompositeStatus, status_of_whole
from slo.selectors.composite_terms import CompositeTerms, composite_terms_of
from slo.selectors.composite_wholes import Stretch, wholes_of

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class CompositeJudgement:
    """What a composite comes to. ends_at: where the windows of its rules end, see `readings_end`.

    whole: its slices from a day before the longest window on. readings: of the rules of the policy, in their order.
    """

    status: CompositeStatus
    whole: Whole
    policy: Policy
    readings: tuple[Reading, ...]
    ends_at: datetime

    @property
    def composite(self) -> Composite:
        return self.status.terms.composite


def judge_composites(
    *, composites: Sequence[Composite], at: datetime
) -> tuple[list[CompositeJudgement], list[Composite]]:
    """Judge *composites* at *at*, the start of a minute; when one cannot be judged the others are, found by halves.

    Returns what could be judged and what could not. Raises what the database raises: that is no fault of a composite.
    """
    try:
        return judgements_of(composites=composites, at=at), []
    except DatabaseError:
        raise
    except Exception:
        if len(composites) == 1:
            logger.exception("composite_not_evaluated", composite=composites[0].name)
            return [], list(composites)
        middle = len(composites) // 2
        halves = [judge_composites(composites=half, at=at) for half in (composites[:middle], composites[middle:])]
        return [one for judged, _ in halves for one in judged], [one for _, failed in halves for one in failed]


def judgements_of(*, composites: Sequence[Composite], at: datetime) -> list[CompositeJudgement]:
    """Each composite under the versions in force at *at* (the start of its minute): as many statements as for one."""
    at = floor_minute(at)
    terms = composite_terms_of(composites=composites, at=at, since=at - LONGEST_RATE - LEAD)
    policies = [_policy(one, at) for one in terms]
    asked = []
    for one, policy in zip(terms, policies, strict=True):
        period = one.definition.window.period_at(at)
        longest = max([LONGEST_RATE, *(rule.long for rule in policy.rules)])
        start = min(period.start_minute, to_minute(at - longest - LEAD))
        asked.append((one, Stretch(start, max(period.end_minute, to_minute(at)), at)))
    wholes = wholes_of(asked=asked)
    sli_ids = {leaf.sli_id for one in terms for leaf in one.leaves()}
    measured, kinds = _measured_until(sli_ids, at), indicator_kinds(sli_ids)
    return [
        _judged(one, whole, policy, measured, kinds, at)
        for one, whole, policy in zip(terms, wholes, policies, strict=True)
    ]


def rule_states(
    *, judged: CompositeJudgement, alerts: Mapping[str, CompositeAlert], row: CompositeEvaluation | None
) -> list[RuleState]:
    """Where each rule stands, as the next evaluation will decide; nothing is written."""
    waiting = row.alerts_pending if row is not None else {}
    found = []
    for rule, reading in zip(judged.policy.rules, judged.readings, strict=True):
        alert = alerts.get(rule.key)
        found.append(RuleState(rule, reading, decided(judged, rule.key, alert, waiting), alert))
    return found


def decided(judged: CompositeJudgement, key: str, alert: CompositeAlert | None, waiting: Mapping[str, str]) -> Decision:
    """The next step of one rule."""
    place = next(row for row, rule in enumerate(judged.policy.rules) if rule.key == key)
    return decide(
        rule=judged.policy.rules[place],
        reading=judged.readings[place],
        guards=judged.policy.guards,
        memory=memory_of(alert, waiting, key),
        at=judged.status.at,
    )


def _judged(
    terms: CompositeTerms,
    whole: Whole,
    policy: Policy,
    measured: Mapping[int, datetime],
    kinds: Mapping[int, str],
    at: datetime,
) -> CompositeJudgement:
    guards = _guards(terms, kinds)
    ends_at, is_stale = readings_end([measured.get(leaf.sli_id) for leaf in terms.leaves()], at)
    readings = tuple(
        reading_of(
            whole=whole,
            definition=terms.definition,
            rule=rule,
            at=ends_at,
            is_stale=is_stale and guards.needs_coverage,
        )
        for rule in policy.rules
    )
    policy = Policy(policy.rules, guards, None, policy.warnings)
    return CompositeJudgement(status_of_whole(terms, whole, at), whole, policy, readings, ends_at)


def readings_end(measured: Sequence[datetime | None], at: datetime) -> tuple[datetime, bool]:
    """Where windows end, and whether nothing is known of late: where the data of the slowest part end that has any of
    the last minutes. What a source still owes does not count as calm; a part that is silent for long holds up nobody.
    """
    fresh = [one for one in measured if one is not None and at - one <= FRESH]
    return (min(min(fresh), at), False) if fresh else (at, True)


def _policy(terms: CompositeTerms, at: datetime) -> Policy:
    return policy_of(
        settings=Settings(
            has_page=terms.composite.has_page, has_ticket=terms.composite.has_ticket, watches_silence=False
        ),
        objective=terms.definition.objective,
        window_length=terms.definition.window.period_at(at).length,
        indicator_kind="composite",
    )


def _guards(terms: CompositeTerms, kinds: Mapping[int, str]) -> Guards:
    """As those of an objective: five bad events at least, where all parts count events and silence is none."""
    leaves = list(terms.leaves())
    is_silence_bad = _has_bad_silence(terms) or any(leaf.definition.counts_no_data_as_bad for leaf in leaves)
    counts = all(kinds.get(leaf.sli_id) not in UNCOUNTED_KINDS for leaf in leaves)
    return Guards(counts_events=counts and not is_silence_bad, needs_coverage=not is_silence_bad)


def _has_bad_silence(terms: CompositeTerms) -> bool:
    nested = (part.nested for part in terms.parts if part.nested is not None)
    return terms.definition.missing is Missing.BAD or any(_has_bad_silence(one) for one in nested)


def _measured_until(sli_ids: set[int], at: datetime) -> dict[int, datetime]:
    rows = Sli.objects.filter(pk__in=sli_ids).order_by("pk").values_list("pk", "measured_until_minute")
    return {pk: min(at, from_minute(minute)) for pk, minute in rows if minute is not None}
