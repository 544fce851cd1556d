"""The record of a game day as Markdown: the same day gives the same text, byte by byte."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chaos.runs.domain.report import escaped
from reliability.kit.percent import share_text


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioLines:
    """answers: what was asked and what is known of it, in words. detection: in words."""

    title: str
    state: str
    happens: str
    experiment: str
    run: str
    expected: Sequence[str]
    detection: str
    answers: Sequence[tuple[str, str]]
    learnt: str
    score: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All that is told. people: role, name. answers: name, answer. observations: at, kind, by, words, history."""

    number: int
    title: str
    team: str
    state: str
    goal: str
    hypothesis: str
    when: str
    place: str
    score: float | None
    people: Sequence[tuple[str, str]] = ()
    answers: Sequence[tuple[str, str]] = ()
    checks: Sequence[tuple[str, str, str]] = ()
    override: str = ""
    scenarios: Sequence[ScenarioLines] = ()
    observations: Sequence[tuple[datetime, str, str, str, str]] = ()
    was_right: str = ""
    was_right_why: str = ""
    went_well: str = ""
    went_badly: str = ""
    was_lucky: str = ""
    findings: Sequence[tuple[str, str]] = ()
    follow_ups: Sequence[tuple[str, str, str, str]] = ()
    notes: str = ""


def markdown(record: Record) -> str:
    """Title, what for, who, what was tried and how it went, what was seen, what follows."""
    parts = [
        f"# Game day {record.number}: {escaped(record.title)}",
        _table(("", ""), _facts(record)),
        _section("Goal", _text(record.goal)),
        _section("Hypothesis", _text(record.hypothesis)),
        _section("Roles", _table(("Role", "Who"), record.people)),
        _section("Invited", _table(("Who", "Answer"), record.answers)),
        _section("Go or no-go", _table(("Question", "Answer", "Reason"), record.checks)),
        f"It was begun without go: {escaped(record.override)}" if record.override else "",
        *(_scenario(number, one) for number, one in enumerate(record.scenarios, start=1)),
        _section("Observations", "\n".join(_observation(one) for one in record.observations)),
        _section("Was it the right experiment?", _joined(escaped(record.was_right), _text(record.was_right_why))),
        _section("What went well", _text(record.went_well)),
        _section("What went badly", _text(record.went_badly)),
        _section("Where we were lucky", _text(record.was_lucky)),
        _section("Findings", "\n".join(f"- {escaped(layer)}: {escaped(title)}" for title, layer in record.findings)),
        _section("Follow-ups", _table(("What", "Kind", "Owner", "Due"), record.follow_ups)),
        _section("Notes", _text(record.notes)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def correction(*, at: datetime, by_name: str, text: str) -> str:
    """One that is appended to a closed record."""
    return f"- {at:%Y-%m-%d %H:%M} UTC, {escaped(by_name)}: {escaped(text)}"


def score_words(score: float | None) -> str:
    return "nothing is known" if score is None else share_text(round(score, 4))


def _facts(record: Record) -> Iterable[tuple[str, str]]:
    rows = (
        ("Team", record.team),
        ("State", record.state),
        ("When", record.when),
        ("Where", record.place),
        ("Score", score_words(record.score)),
    )
    return [row for row in rows if row[1]]


def _scenario(number: int, one: ScenarioLines) -> str:
    rows = [
        ("State", one.state),
        ("Experiment", one.experiment),
        ("Run", one.run),
        ("Detection", one.detection),
        *one.answers,
        ("Score", score_words(one.score)),
    ]
    expected = "\n".join(f"- {escaped(line)}" for line in one.expected)
    return _joined(
        f"## Scenario {number}: {escaped(one.title)}",
        _text(one.happens),
        f"Expected:\n\n{expected}" if expected else "",
        _table(("", ""), [row for row in rows if row[1]]),
        f"Learnt: {escaped(one.learnt)}" if one.learnt else "",
    )


def _observation(one: tuple[datetime, str, str, str, str]) -> str:
    at, kind, by_name, text, history = one
    tail = f" ({escaped(history)})" if history else ""
    return f"- {at:%Y-%m-%d %H:%M:%S} UTC, {escaped(kind)}, {escaped(by_name)}: {escaped(text)}{tail}"


def _section(heading: str, body: str) -> str:
    return f"## {heading}\n\n{body}" if body else ""


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _text(text: str) -> str:
    """Its paragraphs stay apart; within one, lines are joined."""
    return "\n\n".join(escaped(part) for part in text.split("\n\n") if part.strip())


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(escaped(cell) for cell in row)} |" for row in rows]
    if not lines:
        return ""
    return "\n".join([f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *lines])
