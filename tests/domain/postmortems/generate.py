"""Postmortems in many shapes, the same ones each time: house styles × ways to write facts, dates, headings, timelines.

`.venv/bin/python tests/domain/postmortems/generate.py DIRECTORY` writes them as files.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import product
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """What a file says, to be found again. started: UTC, on the minute, or at midnight when only the day is told."""

    name: str
    text: str
    title: str
    started: datetime | None
    has_clock: bool
    slugs: frozenset[str]
    timeline: int
    actions: int
    factors: int


_WHAT = (
    "Checkout",
    "Search",
    "Login",
    "Payments",
    "Mail delivery",
    "Image uploads",
    "The order API",
    "Billing exports",
)
_HOW = ("returned errors", "was slow", "lost writes", "was unavailable in eu-west", "rejected new sessions")
_CAUSES = (
    "A migration locked the orders table",
    "The certificate of the gateway expired",
    "Retries doubled the load on a pool that was short of connections",
    "An alert threshold was set for last year's traffic",
    "The configuration was rolled out to all regions at once",
)
_DONE = ("Alert on pool usage above 80 %", "Add a canary stage", "Renew certificates by machine", "Drill the failover")
_EVENTS = (
    "deployment of release 841 begins",
    "first errors in the logs of the gateway",
    "alert “burn rate” pages the on-call engineer",
    "incident declared, channel opened",
    "rollback started",
    "error rate back to normal",
)
_MONTH_NAMES = "January February March April May June July August September October November December"
_MONTHS = _MONTH_NAMES.split()

DATES: dict[str, Callable[[datetime], str]] = {
    "iso": lambda at: f"{at:%Y-%m-%d %H:%M} UTC",
    "iso T": lambda at: f"{at:%Y-%m-%dT%H:%M:%SZ}",
    "offset": lambda at: f"{at + timedelta(hours=2):%Y-%m-%dT%H:%M:%S}+02:00",
    "long": lambda at: f"{_MONTHS[at.month - 1]} {at.day}, {at.year}, {at:%H:%M} UTC",
    "long th": lambda at: f"{_MONTHS[at.month - 1]} {at.day}th, {at.year} at {at:%I:%M %p} UTC",
    "british": lambda at: f"{at.day} {_MONTHS[at.month - 1]} {at.year} {at:%H:%M} UTC",
    "german": lambda at: f"{at:%d.%m.%Y %H:%M} UTC",
    "pst": lambda at: f"{at - timedelta(hours=8):%Y-%m-%d %I:%M %p} PST",
    "weekday": lambda at: f"{at:%A}, {_MONTHS[at.month - 1]} {at.day}, {at.year} {at:%H:%M} UTC",
    "range": lambda at: f"{at:%Y-%m-%d %H:%M} – {at + timedelta(minutes=37):%H:%M} UTC",
    "day": lambda at: f"{at:%Y-%m-%d}",
    "long day": lambda at: f"{_MONTHS[at.month - 1]} {at.day}, {at.year}",
}
FACTS: dict[str, Callable[[str, str, str], str]] = {
    "bold": lambda date, sev, who: f"**Date:** {date}\n\n**Severity:** {sev}\n\n**Authors:** {who}\n",
    "bullets": lambda date, sev, who: f"- **Date**: {date}\n- **Severity**: {sev}\n- **Author**: {who}\n",
    "plain": lambda date, sev, who: f"Date: {date}  \nSeverity: {sev}  \nOwner: {who}\n",
    "table": lambda date, sev, who: (
        f"| Field | Value |\n|---|---|\n| Date | {date} |\n| Severity | {sev} |\n| Incident commander | {who} |\n"
    ),
    "wide table": lambda date, sev, who: (
        f"| Date | Severity | Author |\n| --- | --- | --- |\n| {date} | {sev} | {who} |\n"
    ),
    "heading": lambda date, sev, who: f"## Date\n\n{date}\n\n## Severity\n\n{sev}\n\n## Authors\n\n{who}\n",
    "front matter": lambda date, sev, who: f'---\ndate: "{date}"\nseverity: {sev}\nauthors: [{who}]\n---\n',
    "details": lambda date, sev, who: f"## Incident details\n\n* Start time: {date}\n* Priority: {sev}\n* DRI: {who}\n",
}
HEADINGS: dict[str, Callable[[str], str]] = {
    "atx": lambda text: f"## {text}\n",
    "atx closed": lambda text: f"### {text} ###\n",
    "setext": lambda text: f"{text}\n{'-' * len(text)}\n",
    "bold": lambda text: f"**{text}**\n",
    "bold colon": lambda text: f"**{text}:**\n",
    "numbered": lambda text: f"## 3. {text}\n",
    "emoji": lambda text: f"## 🔥 {text}\n",
    "capitals": lambda text: f"{text.upper()}\n",
    "colon": lambda text: f"{text}:\n",
}
TIMELINES: dict[str, Callable[[list[tuple[datetime, str]]], str]] = {
    "list": lambda rows: "\n".join(f"- {at:%H:%M} {text}" for at, text in rows),
    "bold list": lambda rows: "\n".join(f"* **{at:%H:%M}** - {text}" for at, text in rows),
    "dated list": lambda rows: "\n".join(f"- {at:%Y-%m-%d %H:%M} UTC: {text}" for at, text in rows),
    "table": lambda rows: (
        "| Time (UTC) | Event |\n|:---|:---|\n" + "\n".join(f"| {at:%H:%M} | {text} |" for at, text in rows)
    ),
    "dated table": lambda rows: (
        "Time | What\n--- | ---\n" + "\n".join(f"{at:%Y-%m-%d %H:%M:%S} | {text}" for at, text in rows)
    ),
    "lines": lambda rows: "\n\n".join(f"{at:%H:%M} UTC — {text}" for at, text in rows),
    "code stamps": lambda rows: "\n".join(f"- `{at:%H:%M:%S}` {text}" for at, text in rows),
}
# House styles: the headings of summary, impact, cause, detection, response, timeline, well, lucky, actions.
HOUSES: dict[str, dict[str, str]] = {
    "sre book": {
        "summary": "Summary", "customer-impact": "Impact", "factors": "Root Causes", "detection": "Detection",
        "response": "Resolution", "actions": "Action Items", "what-went-well": "What went well",
        "where-we-got-lucky": "Where we got lucky", "timeline": "Timeline",
    },
    "atlassian": {
        "summary": "Incident summary", "customer-impact": "Impact", "detection": "Detection", "response": "Response",
        "timeline": "Timeline (all times are UTC)", "factors": "Root cause identification",
        "actions": "Corrective actions",
    },
    "pagerduty": {
        "summary": "Overview", "factors": "Contributing Factors", "response": "Resolution", "customer-impact": "Impact",
        "timeline": "Timeline", "what-went-well": "What Went Well?", "actions": "Action Items",
    },
    "etsy": {
        "summary": "What happened", "timeline": "Chronology", "what-surprised-us": "What surprised us",
        "factors": "Contributing conditions", "actions": "Remediation items",
    },
    "gitlab": {
        "summary": "Summary", "customer-impact": "Customer Impact", "detection": "How did we find out",
        "factors": "What caused it", "response": "Recovery", "timeline": "Timeline (UTC)",
        "actions": "Corrective Actions",
        "what-went-well": "What went well",
    },
    "issue": {
        "summary": "TL;DR", "customer-impact": "Who was affected", "factors": "Trigger", "actions": "TODO",
        "timeline": "Sequence of events",
    },
}  # fmt: skip


def samples(count: int = 240) -> list[Sample]:
    """Deterministic; the first are odd ones, then those of other zones."""
    made = [*_odd(), *_zoned()]
    index = 0
    while len(made) < count:
        made.append(_sample(index))
        index += 1
    return made


def _sample(index: int) -> Sample:
    pick = random.Random(index)  # noqa: S311  the same files each time, no secret
    house = list(HOUSES)[index % len(HOUSES)]
    fact = list(FACTS)[index % len(FACTS)]
    dated = list(DATES)[index % len(DATES)]
    headed = HEADINGS[list(HEADINGS)[(index * 5 + index // 9) % len(HEADINGS)]]
    timed = list(TIMELINES)[(index // 3) % len(TIMELINES)]
    started = datetime(
        2015 + index % 10, 1 + index % 12, 13 + index % 15, 9 + index % 10, pick.randrange(60), tzinfo=UTC
    )
    title = f"{pick.choice(_WHAT)} {pick.choice(_HOW)} ({1000 + index})"
    rows = [(started + timedelta(minutes=9 * number), text) for number, text in enumerate(_EVENTS[: 3 + index % 4])]
    causes, done = pick.sample(_CAUSES, 1 + index % 3), pick.sample(_DONE, 1 + index % 4)
    facts = FACTS[fact](DATES[dated](started), pick.choice(["SEV-1", "Sev2", "P3", "S2"]), "Ines Vidal, Jonas")
    words = HOUSES[house]
    body = [headed(heading) + "\n" + _body(kind, index, causes, done, timed, rows) for kind, heading in words.items()]
    top = f"# {title}\n" if index % 4 else f"{title}\n{'=' * len(title)}\n"
    head = [facts, top] if fact == "front matter" else [top, facts]
    extra = (
        [headed("What the moon did"), "It was **full** – `x > 3` and [elsewhere](https://example.org/a_b)."]
        if index % 2
        else []
    )
    text = "\n".join([*head, *body, *extra]) + "\n"
    if index % 7 == 3:
        text = text.replace("\n", "\r\n")
    return Sample(
        f"{index:03d}-{house}.md",
        text,
        title,
        started,
        dated not in ("day", "long day"),
        frozenset(kind for kind in words if kind not in ("factors", "actions", "timeline")),
        len(rows),
        len(done),
        len(causes),
    )


def _body(
    kind: str, index: int, causes: list[str], done: list[str], timed: str, rows: list[tuple[datetime, str]]
) -> str:
    if kind == "timeline":
        return TIMELINES[timed](rows) + "\n"
    if kind == "factors":
        return "\n".join(f"{'-*+'[index % 3]} {cause}." for cause in causes) + "\n"
    if kind == "actions" and index % 3 == 0:
        head = "| Action item | Type | Owner | Bug |\n| --- | --- | --- | --- |\n"
        return head + "\n".join(f"| {text} | prevent | jonas | n/a **TODO** |" for text in done) + "\n"
    if kind == "actions":
        return "\n".join(f"- [{'x '[index % 2]}] {text} (@ines)" for text in done) + "\n"
    code = "```\n## no heading here\n$ kubectl get pods\n```\n"
    return f"Words about {kind.replace('-', ' ')} number {index}.\n\nSome *more* of them:\n\n{code}"


def _odd() -> list[Sample]:
    """No structure, or too much of it."""
    texts = {
        "prose": "On March 13, 2023 the site was down for 12 minutes.\n\nNobody had seen it. We rolled back.\n",
        "empty": "",
        "blank": " \n\t\n",
        "one word": "Outage",
        "only headings": "# A\n## Summary\n## Timeline\n## Action items\n",
        "broken yaml": "---\ntitle: [unclosed\n---\n# Broken\n\nText\n",
        "yaml bomb": "---\na: &a [1,1]\nb: &b [*a,*a]\nc: [*b,*b]\n---\nText\n",
        "deep": "> " * 300 + "deep\n" + "- " * 300 + "deeper\n",
        "table of nothing": "|||\n|-|-|\n|||\n",
        "binary": "".join(chr(code) for code in range(1200)),
        "long line": "word " * 8000,
        "many headings": "".join(f"# Part {number}\n\ntext {number}\n\n" for number in range(300)),
        "bars": "|" * 5000 + "\n" + "[" * 5000 + "\n" + "*" * 5000,
        "rtl": "# תקלה\n\n‮abc\n\nDate: 2024-02-30 25:61\n",
        "html": "<h1>Outage</h1><script>alert(1)</script>\n<h2>Summary</h2>\nIt broke.\n",
    }
    return [Sample(f"odd {name}.md", text, "", None, False, frozenset(), 0, 0, 0) for name, text in texts.items()]


def _zoned() -> list[Sample]:
    """Outside UTC, with a day and a time: the day first or last, as a table, of the start itself, or with no time."""
    zones = {"PST": -8.0, "EST": -5.0, "CEST": 2.0, "IST": 5.5, "JST": 9.0, "AEDT": 11.0}
    layouts = {
        "day first": "**Date:** {day}\n\n**Start:** {day} {clock} {zone}\n",
        "day last": "**Start:** {day} {clock} {zone}\n\n**Date:** {day}\n",
        "day of the start last": "- Started: {day} {clock} {zone}\n- Start: {day}\n",
        "table": "| Field | Value |\n|---|---|\n| Date of incident | {long} |\n| Start | {long} {clock} {zone} |\n",
        "day only": "**Date:** {day}\n",
    }
    made = []
    for (zone, hours), (layout, facts), hour in product(zones.items(), layouts.items(), (0, 22)):
        at = datetime(2025, 8, 12, hour, 41, tzinfo=timezone(timedelta(hours=hours)))
        told = facts.format(day=f"{at:%Y-%m-%d}", long=f"{at:%d %b %Y}", clock=f"{at:%H:%M}", zone=zone)
        title = f"Carts were lost in {zone} at {hour} ({layout})"
        rows = "".join(
            f"- {at + timedelta(minutes=48 * number):%H:%M} {text}\n" for number, text in enumerate(_EVENTS[:3])
        )
        text = f"# {title}\n\n{told}\n## Severity\n\nSEV-2\n\n## Summary\n\nOut.\n\n## Timeline ({zone})\n\n{rows}"
        name, slugs = f"zoned {layout} {zone} {hour}.md", frozenset({"summary"})
        made.append(
            Sample(name, text, title, at.astimezone(UTC), has_clock=True, slugs=slugs, timeline=3, actions=0, factors=0)
        )
    return made


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for sample in samples():
        (folder / sample.name).write_text(sample.text, newline="", errors="surrogatepass")
