"""What an error-budget policy says: its rules, what passes a freeze, who agreed; written, read, checked. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from reliability.gate.domain.budget_rules import Action, Measure, Rule
from reliability.gate.domain.kinds import ChangeKind

TITLE_MAX = 120
TEXT_MAX = 10_000
WHO_MAX = 300
RULES_MAX = 6
HOLD_MINUTES_MAX = 90 * 24 * 60
BUDGET_LEAST = -100.0
BURN_MOST = 100_000.0
# Of a freeze; the Workbook's example lets P0 issues and security fixes pass.
PASSES_DEFAULT = (ChangeKind.SECURITY, ChangeKind.ROLLBACK, ChangeKind.HOTFIX, ChangeKind.RELIABILITY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """passes: kinds of change that a freeze does not keep back. decides: who decides in doubt, and on exceptions.
    agreed_by: names; review_on: when people look at it again. text: the agreement in full, Markdown.
    """

    rules: tuple[Rule, ...]
    passes: tuple[ChangeKind, ...] = PASSES_DEFAULT
    decides: str = ""
    agreed_by: str = ""
    review_on: date | None = None
    text: str = ""


def to_json(terms: Terms) -> dict[str, Any]:
    """As it is stored and answered."""
    return {
        "rules": [{**asdict(rule), "action": rule.action.value, "measure": rule.measure.value} for rule in terms.rules],
        "passes": [kind.value for kind in ChangeKind if kind in terms.passes],
        "decides": terms.decides,
        "agreed_by": terms.agreed_by,
        "review_on": terms.review_on.isoformat() if terms.review_on else None,
        "text": terms.text,
    }


def from_json(stored: Mapping[str, Any]) -> Terms:
    """What `to_json` wrote."""
    rules = tuple(
        Rule(**{**one, "action": Action(one["action"]), "measure": Measure(one["measure"])}) for one in stored["rules"]
    )
    review_on = date.fromisoformat(stored["review_on"]) if stored.get("review_on") else None
    passes = tuple(ChangeKind(one) for one in stored["passes"])
    texts = {name: str(stored.get(name, "")) for name in ("decides", "agreed_by", "text")}
    return Terms(rules=rules, passes=passes, review_on=review_on, **texts)


def tidied(terms: Terms) -> Terms:
    """Without blanks around texts, and without shares of work where no work is shifted."""
    texts = {name: getattr(terms, name).strip() for name in ("decides", "agreed_by", "text")}
    rules = tuple(one if one.action is Action.SHIFT_WORK else replace(one, work_percent=0) for one in terms.rules)
    return replace(terms, rules=rules, passes=tuple(kind for kind in ChangeKind if kind in terms.passes), **texts)


def mistakes_of(*, title: str, terms: Terms, slo_names: Sequence[str]) -> list[tuple[str, str]]:
    """(field, what to change) of everything that is wrong; `rules.0.until` is a field of the first rule.

    slo_names: objectives that a rule may name.
    """
    found = []
    if not title.strip():
        found.append(("title", "say what people call it, such as Error-budget policy of Payments"))
    texts = (("title", title, TITLE_MAX), ("decides", terms.decides, WHO_MAX), ("agreed_by", terms.agreed_by, WHO_MAX))
    for name, text, most in (*texts, ("text", terms.text, TEXT_MAX)):
        if len(text) > most:
            found.append((name, f"has at most {most:,} characters"))
        if "\0" in text:
            found.append((name, "holds a character that cannot be stored: take it out"))
    if ChangeKind.CHANGE in terms.passes:
        found.append(("passes", "leave ordinary changes out: a freeze that lets them pass is none"))
    if not terms.rules:
        found.append(("rules", "write one rule at least: when what happens"))
    if len(terms.rules) > RULES_MAX:
        found.append(("rules", f"a policy has at most {RULES_MAX} rules"))
    keys = [rule.key for rule in terms.rules]
    for number, rule in enumerate(terms.rules):
        found += [(f"rules.{number}.{name}", words) for name, words in _mistakes_of_rule(rule, slo_names)]
        if rule.key in keys[:number]:
            words = "another rule of the policy has the same action, measure and objective: keep one of them"
            found.append((f"rules.{number}.measure", words))
    return found


def _mistakes_of_rule(rule: Rule, slo_names: Sequence[str]) -> list[tuple[str, str]]:
    found = []
    is_budget = rule.measure is Measure.BUDGET_LEFT
    low, high = (BUDGET_LEAST, 1.0) if is_budget else (0.0, BURN_MOST)
    for name, value in (("threshold", rule.threshold), ("until", rule.until)):
        if not math.isfinite(value) or not low <= value <= high:
            words = "is at most 100 % of the budget" if is_budget else f"is a burn rate from 0 to {BURN_MOST:,.0f}"
            found.append((name, words))
    if is_budget and rule.until < rule.threshold:
        found.append(("until", "is not below where it begins: it would be over at once"))
    if is_budget and rule.until >= 1.0:
        found.append(("until", "is less than 100 %: no budget has more, so it would never be over"))
    if not is_budget and rule.until > rule.threshold:
        found.append(("until", "is not above where it begins: it would be over at once"))
    if not 0 <= rule.hold_minutes <= HOLD_MINUTES_MAX:
        found.append(("hold_minutes", f"is a number of minutes from 0 to {HOLD_MINUTES_MAX:,}"))
    if rule.action is Action.SHIFT_WORK and not 1 <= rule.work_percent <= 100:
        found.append(("work_percent", "say how much of the work goes to reliability, from 1 to 100 %"))
    if rule.slo and rule.slo not in slo_names:
        found.append(("slo", f"the team has no objective {rule.slo!r} on a service: choose one, or any"))
    return found
