"""What to talk about in a retrospective, from what a period shows: each point says why it is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from chaos.runs.domain.report import escaped

LINKS_MAX = 8


@dataclass(frozen=True, slots=True)
class Link:
    """url: a path of ours."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Point:
    """title: what to talk about; why: the numbers behind it; ask: a question to open with."""

    title: str
    why: str
    ask: str = ""
    links: tuple[Link, ...] = ()
    more: int = 0  # links that are left out


@dataclass(frozen=True, slots=True)
class Findings:
    """What a period shows. worse: (name of a figure, in words how it changed). Lists are links to what is meant."""

    title: str
    incidents: int
    incidents_before: int
    severe: Sequence[Link] = ()
    unwritten: Sequence[Link] = ()
    recurring: Sequence[str] = ()
    worse: Sequence[tuple[str, str]] = ()
    better: Sequence[tuple[str, str]] = ()
    overdue: Sequence[Link] = ()
    unproven: Sequence[Link] = ()
    reopened: Sequence[Link] = ()
    proven: Sequence[Link] = ()
    overspent: Sequence[Link] = ()
    unmeasured: Sequence[Link] = ()
    deviated: Sequence[Link] = ()
    held: int = 0
    experiments: int = 0
    totals: dict[str, int] = field(default_factory=dict)  # how many there are of a list that is cut off


def agenda_of(found: Findings) -> list[Point]:
    """The points in the order to take them: what went well, what happened, what recurs, what is not done."""
    points = [_well(found), _incidents(found), _unwritten(found), _factors(found), _figures(found), _budgets(found)]
    points += [_experiments(found), _overdue(found), _unproven(found)]
    return [*(point for point in points if point is not None), _closing()]


def markdown_of(*, points: Sequence[Point], heading: str, scope: str, base_url: str) -> str:
    """The agenda as a document. base_url: what paths stand behind."""
    parts = [f"# {escaped(heading)}", escaped(scope)] if scope else [f"# {escaped(heading)}"]
    for number, point in enumerate(points, 1):
        lines = "\n".join(f"- [ ] [{escaped(link.title)}]({base_url}{link.url})" for link in point.links)
        lines += f"\n- … and {point.more} more" if point.more else ""
        body = [
            f"## {number}. {escaped(point.title)}",
            escaped(point.why),
            f"*{escaped(point.ask)}*" if point.ask else "",
        ]
        parts += [*(part for part in (*body, lines) if part), "Notes:"]
    return "\n\n".join(parts) + "\n"


def _point(found: Findings, name: str, title: str, why: str, ask: str) -> Point:
    links: Sequence[Link] = getattr(found, name)
    shown = tuple(links[:LINKS_MAX])
    return Point(title, why, ask, shown, max(found.totals.get(name, len(links)) - len(shown), 0))


def _count(found: Findings, name: str) -> int:
    return found.totals.get(name, len(getattr(found, name)))


def _said(number: int, one: str, several: str) -> str:
    """ "1 action was proven", "2 actions were proven"."""
    return f"{number} {one if number == 1 else several}"


def _well(found: Findings) -> Point | None:
    said = [f"{name}: {words}" for name, words in found.better]
    if _count(found, "proven"):
        said.append(_said(_count(found, "proven"), "action was proven", "actions were proven"))
    if found.held:
        said.append(f"{found.held} of {_said(found.experiments, 'experiment', 'experiments')} held")
    if not said:
        return None
    why = "; ".join(said) + "."
    return _point(found, "proven", "What went well", why, "What did we do that made this possible, and is it luck?")


def _incidents(found: Findings) -> Point | None:
    if not found.incidents:
        return Point("No incident", f"Nothing was declared in {found.title}.", "Was it quiet, or did nobody tell us?")
    before = f"{found.incidents_before} in the period before"
    severe = f"{_count(found, 'severe')} of them Sev1 or Sev2" if found.severe else "none of them Sev1 or Sev2"
    why = f"{_said(found.incidents, 'incident', 'incidents')}, {severe}; {before}."
    return _point(found, "severe", "What happened", why, "What surprised us, and where were we lucky?")


def _unwritten(found: Findings) -> Point | None:
    if not found.unwritten:
        return None
    why = _said(_count(found, "unwritten"), "Sev1 or Sev2 incident has", "Sev1 or Sev2 incidents have")
    why += " no published postmortem."
    return _point(found, "unwritten", "What is not written down", why, "Who writes it, and until when?")


def _factors(found: Findings) -> Point | None:
    if not found.recurring:
        return None
    why = "More than one incident had these contributing factors: " + ", ".join(found.recurring) + "."
    return Point("What comes again", why, "Did what we did about it last time work?")


def _figures(found: Findings) -> Point | None:
    if not found.worse:
        return None
    why = "; ".join(f"{name}: {words}" for name, words in found.worse) + "."
    return Point("What takes longer or comes sooner", why, "Which step took the time?")


def _budgets(found: Findings) -> Point | None:
    if not found.overspent and not found.unmeasured:
        return None
    said = []
    if found.overspent:
        said.append(
            _said(_count(found, "overspent"), "objective", "objectives") + " spent more than the period's error budget"
        )
    if found.unmeasured:
        said.append(_said(_count(found, "unmeasured"), "was not measured at all", "were not measured at all"))
    links = (*found.overspent, *found.unmeasured)
    shown = tuple(links[:LINKS_MAX])
    total = _count(found, "overspent") + _count(found, "unmeasured")
    ask = "Is the objective right, and what do we stop doing until it is met?"
    return Point("Error budgets", "; ".join(said) + ".", ask, shown, max(total - len(shown), 0))


def _experiments(found: Findings) -> Point | None:
    if not found.experiments:
        return Point("Nothing was tried", "No experiment ran.", "What do we believe that we have never tried?")
    if not found.deviated:
        return None
    why = f"{_count(found, 'deviated')} of {_said(found.experiments, 'experiment', 'experiments')} deviated."
    return _point(found, "deviated", "What experiments showed", why, "What would have happened on a bad day?")


def _overdue(found: Findings) -> Point | None:
    if not found.overdue:
        return None
    why = _said(_count(found, "overdue"), "action item is overdue.", "action items are overdue.")
    return _point(found, "overdue", "What we said we would do", why, "Do it, give it away, or cancel it?")


def _unproven(found: Findings) -> Point | None:
    if not found.unproven and not found.reopened:
        return None
    said = []
    if found.unproven:
        said.append(
            _said(_count(found, "unproven"), "action was closed without proof", "actions were closed without proof")
        )
    if found.reopened:
        said.append(_said(_count(found, "reopened"), "was opened again", "were opened again"))
    links = (*found.reopened, *found.unproven)
    shown = tuple(links[:LINKS_MAX])
    total = _count(found, "unproven") + _count(found, "reopened")
    ask = "How would we know that it works?"
    return Point("What nobody has proven", "; ".join(said) + ".", ask, shown, max(total - len(shown), 0))


def _closing() -> Point:
    return Point("One thing", "To end with.", "What is the one thing we change before the next review, and who begins?")
