"""AlertPolicy and AlertCondition documents of OpenSLO as rules.

A condition has one window there, so it is decided by that alone. What a policy leaves open: it alerts when breaching
and tells of the end (alertWhenBreaching, alertWhenResolved: true), and it does not watch for silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from slo.domain.alerting_conditions import LOOKBACK_MIN, Condition, condition_rule, too_long_reason
from slo.domain.alerting_rules import Operator, Origin, Rule, severity_of

Documents = Mapping[tuple[str, str], Mapping[str, Any]]  # (kind, name) → the document as kept
_MINUTES = {"m": 1, "h": 60, "d": 1440, "w": 10_080, "M": 43_200, "Q": 129_600, "Y": 525_600}  # months of 30 days


@dataclass(frozen=True, slots=True)
class PolicyAsk:
    """What policies ask for. watches_silence, tells_silence_end: some policy wants an alert without data, and its end.

    warnings: what of them cannot take effect, in words.
    """

    rules: tuple[Rule, ...] = ()
    watches_silence: bool = False
    tells_silence_end: bool = True
    warnings: tuple[str, ...] = ()


def asked_by(
    *, policies: Iterable[str], documents: Documents, objective: Decimal, window_length: timedelta
) -> PolicyAsk:
    """The rules of the AlertPolicy documents of these names."""
    rules: dict[str, Rule] = {}
    warnings: list[str] = []
    silent: list[bool] = []
    for name in policies:
        document = documents.get(("AlertPolicy", name))
        if document is None:
            warnings.append(f"there is no AlertPolicy {name}: apply a document of that name, or take it off")
            continue
        spec = document.get("spec", {})
        tells_end = spec.get("alertWhenResolved", True)
        if spec.get("alertWhenNoData", False):
            silent.append(bool(tells_end))
        if not spec.get("alertWhenBreaching", True):
            warnings.append(f"the AlertPolicy {name} does not alert when breaching (alertWhenBreaching: false)")
            continue
        targets = tuple(_names(spec.get("notificationTargets"), "targetRef"))
        for condition, words in _conditions(name, spec, documents):
            warnings += words
            if condition is None:
                continue
            if reason := too_long_reason(condition.lookback, window_length=window_length):
                warnings.append(f"the AlertCondition {condition.name} takes no effect: its lookbackWindow {reason}")
                continue
            rule = condition_rule(
                condition,
                objective=objective,
                key=f"policy:{name}/{condition.name}",
                origin=Origin.POLICY,
                tells_resolved=bool(tells_end),
                targets=targets,
            )
            rules[rule.key] = rule
            warnings += [f"{condition.name}: {rule.never}"] if rule.never else []
    return PolicyAsk(tuple(rules.values()), bool(silent), not silent or any(silent), tuple(warnings))


def _conditions(
    policy: str, spec: Mapping[str, Any], documents: Documents
) -> Iterable[tuple[Condition | None, list[str]]]:
    for entry in spec.get("conditions") or ():
        if reference := entry.get("conditionRef"):
            document = documents.get(("AlertCondition", reference))
            if document is None:
                yield None, [f"the AlertPolicy {policy} refers to AlertCondition {reference}, which does not exist"]
                continue
            yield _condition(document)
        else:
            yield _condition(entry)


def _condition(document: Mapping[str, Any]) -> tuple[Condition | None, list[str]]:
    metadata, spec = document.get("metadata", {}), document.get("spec", {})
    name, asked = str(metadata.get("name", "condition")), spec.get("condition", {})
    severity, is_known = severity_of(str(spec.get("severity", "")))
    warnings = [] if is_known else [f"{name}: the severity {spec.get('severity')!r} is read as Sev{severity}"]
    lookback = _length(asked.get("lookbackWindow"))
    if lookback is None or lookback < LOOKBACK_MIN:
        return None, [f"the AlertCondition {name} takes no effect: its lookbackWindow must be 2m or longer"]
    return (
        Condition(
            name=name,
            title=str(metadata.get("displayName") or "")[:160],
            op=Operator(asked.get("op", Operator.GT)),
            threshold=float(asked.get("threshold", 0)),
            lookback=lookback,
            alert_after=_length(asked.get("alertAfter")) or timedelta(0),
            severity=severity,
        ),
        warnings,
    )


def _length(value: object) -> timedelta | None:
    """OpenSLO's shorthand, one number and one letter."""
    text = str(value or "").strip()
    if not text[:-1].isdigit() or text[-1] not in _MINUTES or int(text[:-1]) == 0:
        return None
    return timedelta(minutes=int(text[:-1]) * _MINUTES[text[-1]])


def _names(entries: Any, reference: str) -> Iterable[str]:
    for entry in entries or ():
        name = entry.get(reference) or entry.get("metadata", {}).get("name")
        if name:
            yield str(name)
