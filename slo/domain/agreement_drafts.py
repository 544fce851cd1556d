"""An agreement as people write it, and what is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from slo.domain.agreements import PERIODS, Counting, Credit, Terms, mistakes_of_credits
from slo.domain.calendar_periods import PeriodKind
from slo.domain.naming import is_name
from slo.domain.objective import ObjectiveError, parse_objective
from slo.domain.window_errors import WindowError
from slo.domain.zones import zone_of

TITLE_MAX = 160
TEXT_MAX = 10_000
CREDITS_MAX = 20
YEARS = (2000, 2200)
_ROW = re.compile(r"(?:below\s+)?([0-9]+(?:[.,][0-9]+)?)\s*%?\s*[:;→ ]\s*([0-9]+(?:[.,][0-9]+)?)\s*%?")


@dataclass(frozen=True, slots=True)
class AgreementDraft:
    """slo_id: measured by this objective. first: these terms hold from this day on; last: the last day of all of it.

    target: a ratio.
    """

    name: str
    title: str
    slo_id: int
    target: Decimal
    first: date
    customer: str = ""
    contract: str = ""
    note: str = ""
    period: str = PeriodKind.MONTH.value
    zone: str = "UTC"
    counting: str = Counting.AS_OBJECTIVE.value
    credits: tuple[Credit, ...] = ()
    last: date | None = None

    def terms(self) -> Terms:
        """Of a draft without mistakes."""
        return Terms(self.first, self.target, PeriodKind(self.period), self.zone, Counting(self.counting), self.credits)


class CreditsError(ValueError):
    """Text that is no table of credits; says in which line."""


def parse_credits(text: str) -> tuple[Credit, ...]:
    """One row a line: `99.5: 10` is ten percent of the fee below 99.5 %. Raises CreditsError."""
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        match = _ROW.fullmatch(line.strip())
        if match is None:
            raise CreditsError(f"line {number}: {line.strip()[:40]!r} is no row: write 99.5: 10")
        try:
            below, percent = (Decimal(one.replace(",", ".")) for one in match.groups())
        except InvalidOperation as error:  # pragma: no cover  the pattern lets numbers through only
            raise CreditsError(f"line {number}: write 99.5: 10") from error
        rows.append(Credit(below / 100, percent))
    return tuple(rows)


def credits_text(table: tuple[Credit, ...]) -> str:
    """As `parse_credits` reads it."""
    return "\n".join(f"{(one.below * 100).normalize():f}: {one.percent.normalize():f}" for one in table)


def mistakes_of(draft: AgreementDraft) -> list[tuple[str, str]]:
    """(field, what to change) of everything that is wrong, but for what only the database knows."""
    found = []
    if not is_name(draft.name):
        found.append(("name", "must hold 1 to 63 lower-case letters, digits and hyphens, such as checkout-gold"))
    elif draft.name == "new":
        found.append(("name", "must not be 'new': that is the address of the form"))
    if not draft.title.strip():
        found.append(("title", "say in a few words what was promised"))
    texts = (
        ("title", draft.title, TITLE_MAX), ("customer", draft.customer, TITLE_MAX),
        ("contract", draft.contract, TITLE_MAX), ("note", draft.note, TEXT_MAX),
    )  # fmt: skip
    found += [(name, f"has at most {most:,} characters") for name, text, most in texts if len(text) > most]
    found += [(name, "holds a character that cannot be stored: take it out") for name, text, _ in texts if "\0" in text]
    try:
        parse_objective(draft.target, name="target")
    except ObjectiveError as error:
        found.append(("target", str(error)))
    else:
        found += [("credits", mistake) for mistake in mistakes_of_credits(table=draft.credits, target=draft.target)]
    if len(draft.credits) > CREDITS_MAX:
        found.append(("credits", f"has at most {CREDITS_MAX} rows"))
    found += _mistakes_of_time(draft)
    if draft.counting not in Counting._value2member_map_:
        found.append(("counting", f"is one of {', '.join(Counting)}"))
    return found


def _mistakes_of_time(draft: AgreementDraft) -> list[tuple[str, str]]:
    found = []
    if draft.period not in {one.value for one in PERIODS}:
        found.append(("period", "is month or quarter"))
    try:
        zone_of(draft.zone)
    except WindowError as error:
        found.append(("zone", str(error)))
    for name, day in (("first", draft.first), ("last", draft.last)):
        if day is not None and not YEARS[0] <= day.year < YEARS[1]:
            found.append((name, f"lies between {YEARS[0]} and {YEARS[1]}"))
    if draft.last is not None and draft.last < draft.first:
        found.append(("last", "must not lie before the day from which the terms hold"))
    return found
