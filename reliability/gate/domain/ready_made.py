"""Policies to start from, of both schools. They are changed before they are agreed on.

Sources: Google, Site Reliability Workbook (2018), appendix B "Example Error Budget Policy",
https://sre.google/workbook/error-budget-policy/; chapter 2 on what a team may do instead of stopping releases.
"""

from __future__ import annotations

from dataclasses import dataclass

from reliability.gate.domain.budget_rules import Action, Measure, Rule
from reliability.gate.domain.kinds import ChangeKind
from reliability.gate.domain.terms import Terms


@dataclass(frozen=True, slots=True)
class ReadyMade:
    slug: str
    title: str
    summary: str
    terms: Terms


_FREEZE_TEXT = """\
If the service is at or above its objective, releases go on as the release policy says.

If it has spent its error budget for the preceding window, we halt all changes and releases other than urgent issues and
security fixes until the service is back within its objective. The team may go on with non-reliability work only if
the budget was spent by somebody else (a company-wide network problem, load tests, users who are out of scope).

**Escalation.** Where the parties disagree on the budget or on what this policy asks for, whoever is named decides.
"""
_SHIFT_TEXT = """\
We do not stop releases: small changes that go on are safer than a heap of them afterwards. Instead the team's work
follows the budget.

With a quarter of the budget left, half of the work goes to reliability, the causes that the ledger names first, until
the budget is back. Pipelines go on with a warning that says so.
"""
_STAGED_TEXT = """\
First people, then changes: while the budget runs low, half of the work goes to reliability and releases go on with a
warning. Once it is spent, or burns so fast that 2 % of it is gone within an hour, ordinary changes wait.
"""

READY_MADE = (
    ReadyMade(
        slug="freeze",
        title="Freeze when the budget is spent",
        summary="The Workbook's example: changes wait until the service is within its objective again.",
        terms=Terms(
            rules=(Rule(action=Action.FREEZE, threshold=0.0, until=0.05, hold_minutes=60),),
            decides="The head of engineering decides when the parties disagree.",
            text=_FREEZE_TEXT,
        ),
    ),
    ReadyMade(
        slug="shift",
        title="Shift work to reliability",
        summary="Releases go on with a warning; with little budget left, half of the team's work goes to reliability.",
        terms=Terms(
            rules=(Rule(action=Action.SHIFT_WORK, threshold=0.25, until=0.4, work_percent=50, hold_minutes=24 * 60),),
            decides="The team's lead and the product manager decide together what the work is.",
            text=_SHIFT_TEXT,
        ),
    ),
    ReadyMade(
        slug="staged",
        title="Shift work first, freeze last",
        summary="Both: a warning and reliability work while the budget runs low, a freeze when it is spent.",
        terms=Terms(
            rules=(
                Rule(action=Action.SHIFT_WORK, threshold=0.25, until=0.4, work_percent=50, hold_minutes=24 * 60),
                Rule(action=Action.FREEZE, threshold=0.0, until=0.1, hold_minutes=60),
                Rule(action=Action.FREEZE, measure=Measure.BURN_RATE_1H, threshold=14.4, until=1.0, hold_minutes=30),
            ),
            passes=(ChangeKind.SECURITY, ChangeKind.ROLLBACK, ChangeKind.HOTFIX, ChangeKind.RELIABILITY),
            decides="The engineering manager on duty decides on exceptions.",
            text=_STAGED_TEXT,
        ),
    ),
)


def ready_made(slug: str) -> ReadyMade | None:
    return next((one for one in READY_MADE if one.slug == slug), None)
