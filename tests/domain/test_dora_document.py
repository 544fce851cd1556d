"""The tables of docs/delivery-metrics.md, computed anew."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from reliability.delivery.domain.dora import Failure, figures, judged
from reliability.delivery.domain.dora_columns import DeploymentFacts, Fact, columns_of
from reliability.kit.periods import Period

TEXT = (Path(__file__).parents[2] / "docs/delivery-metrics.md").read_text().split("## An example, checked by hand")[1]
PERIOD = Period(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC))


def table(after: str) -> list[list[str]]:
    """The rows of the table whose head starts so."""
    lines = TEXT[TEXT.index(after) :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def facts(row: list[str]) -> DeploymentFacts:
    number, finished, outcome, kind, commits, _ = row
    lengths = [(at(finished) - at(one.strip())).total_seconds() for one in commits.split(",") if one.strip()]
    known = [(place, int(length)) for place, length in enumerate(lengths) if length >= 0]
    succeeded = Fact.SUCCEEDED if outcome == "succeeded" else Fact(0)
    return DeploymentFacts(
        int(number), at(finished), succeeded | (Fact(0) if kind == "planned" else Fact.REWORK), known
    )


def test_the_example_comes_out_as_the_document_says() -> None:
    rows = table("| id |")
    failures = [Failure(int(row[0]), at(row[5])) for row in rows if row[5]]
    assert len(rows) == 8
    found = figures(judged=judged(columns=columns_of([[facts(row) for row in rows]]), failures=failures), period=PERIOD)
    assert None not in (found.lead.median, found.lead.p90, found.recovery.median, found.recovery.p90)
    values = {
        "deployments": found.deployments,
        "deployments a day": found.per_day,
        "lead time n": found.lead.n,
        "lead time median, hours": (found.lead.median or 0) / 3600,
        "lead time p90, hours": (found.lead.p90 or 0) / 3600,
        "failed": found.failed,
        "change fail rate": found.fail_rate,
        "recovery n": found.recovery.n,
        "recovery median, hours": (found.recovery.median or 0) / 3600,
        "recovery p90, hours": (found.recovery.p90 or 0) / 3600,
        "rework rate": found.rework_rate,
    }
    said = {name: float(value) for name, value in table("| figure | value |")}
    assert values == pytest.approx(said, abs=1e-6)
