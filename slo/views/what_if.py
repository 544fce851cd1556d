"""What if a dependency were better, doubled, needed less, or gone: before and after, all of it in the address."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reliability.access.requests import AccessRequest
from reliability.catalog.models import Service
from reliability.catalog.selectors.services import list_services
from reliability.catalog.selectors.services import service as get_service
from slo.charts.what_if import LinkBar, what_if_chart
from slo.domain.nines import nines, nines_text
from slo.domain.what_if import MONTH_MINUTES, Link, Outcome, what_helps
from slo.forms.percent import PercentField, percent_text
from slo.forms.what_if import BaseLink, Supposed, supposed
from slo.models import Composite
from slo.selectors.composite_status import composite_status_of
from slo.selectors.composites import get_composite, list_composites
from slo.selectors.service_chains import service_chain
from slo.selectors.what_if import Basis, Start, start_of_composite, start_of_service

CHOICES_MAX = 500
HELPS_SHOWN = 3
TIES_SHOWN = 3
TOGETHER_MIN = 1e-5


@dataclass(frozen=True, slots=True)
class Figures:
    """One column of before and after. None is undefined: nothing to reckon with."""

    availability: float | None
    nines: str
    bad_minutes: float | None
    budget_left: float | None
    weakest: str


@dataclass(frozen=True, slots=True)
class HelpRow:
    """A change worth supposing first, and the address that supposes it."""

    name: str
    minutes: float
    query: str


@dataclass(frozen=True, slots=True)
class LinkRow:
    """lost: minutes a month that the link takes by itself, before and after; None where it is taken away."""

    supposed: Supposed
    before: float
    after: float | None

    @property
    def key(self) -> str:
        return self.supposed.base.key


@require_safe
def what_if(request: AccessRequest) -> HttpResponse:
    """`?service=` or `?composite=`, `?basis=promised|delivered`, `?objective=`, and of each link what is supposed."""
    subject, start, basis = _start(request)
    context: dict[str, Any] = {"subject": subject, "basis": basis, "bases": list(Basis)}
    if start is None or subject is None:
        context |= {
            "services": list_services(caller=request.caller)[:CHOICES_MAX],
            "composites": list_composites(caller=request.caller)[:CHOICES_MAX],
        }
        return render(request, "slo/what_if.html", context)
    links = supposed(links=[BaseLink(key, link) for key, link in start.links], query=request.GET)
    objective, objective_error = _objective(request, start.objective)
    before = start.put_together([one.base.link for one in links])
    kept = [one for one in links if one.after is not None]
    after = start.put_together([one.after for one in kept if one.after is not None])
    rows = _rows(links, before, after)
    is_changed = any(one.is_changed for one in links)
    bars = [LinkBar(row.supposed.base.link.name, row.before, row.after) for row in rows]
    note = "What each link takes by itself, of a month of 30 days."
    context |= {
        "is_service": isinstance(subject, Service),
        "links": rows,
        "left_out": start.left_out,
        "before": _figures(before, [one.base.link.name for one in links], objective),
        "after": _figures(after, [one.base.link.name for one in kept], objective),
        "is_changed": is_changed,
        "helps": [] if is_changed else _helps(request, start),
        "measured": _measured_together(before, start),
        "follows": _follows(rows),
        "has_mistakes": any(not one.form.is_valid() for one in links) or bool(objective_error),
        "objective": objective,
        "objective_text": request.GET.get("objective", "") or _percent(objective),
        "objective_error": objective_error,
        "chart": what_if_chart(bars, is_changed=is_changed, note=note) if rows else None,
    }
    return render(request, "slo/what_if.html", context)


def _start(request: AccessRequest) -> tuple[Service | Composite | None, Start | None, Basis]:
    caller, now = request.caller, timezone.now()
    wanted = request.GET.get("basis", "")
    if name := request.GET.get("composite", "")[:63]:
        basis = Basis.PROMISED if wanted == Basis.PROMISED else Basis.DELIVERED
        composite = get_composite(caller=caller, name=name)
        status = composite_status_of(composite=composite, at=now, now=now)
        return composite, start_of_composite(caller=caller, status=status, basis=basis), basis
    basis = Basis.DELIVERED if wanted == Basis.DELIVERED else Basis.PROMISED
    if name := request.GET.get("service", "")[:63]:
        service = get_service(caller=caller, name=name)
        chain = service_chain(caller=caller, service=service, now=now)
        return service, start_of_service(chain=chain, basis=basis), basis
    return None, None, basis


def _objective(request: AccessRequest, own: Fraction | None) -> tuple[Fraction | None, str]:
    """What the whole is measured against: that of the address, else its own; and what is wrong with the former."""
    text = request.GET.get("objective", "").strip()
    if not text:
        return own, ""
    try:
        found = PercentField().clean(text)
    except ValidationError as error:
        return own, " ".join(error.messages)
    return Fraction(found), ""


def _rows(links: list[Supposed], before: Outcome, after: Outcome) -> list[LinkRow]:
    losses = iter(after.losses)
    return [
        LinkRow(
            one,
            float(lost * MONTH_MINUTES),
            None if one.after is None else float(next(losses) * MONTH_MINUTES),
        )
        for one, lost in zip(links, before.losses, strict=True)
    ]


def _figures(outcome: Outcome, names: list[str], objective: Fraction | None) -> Figures:
    found = outcome.availability
    return Figures(
        availability=None if found is None else float(found),
        nines="" if found is None else nines_text(nines(bad=1 - found, base=Fraction(1))),
        bad_minutes=outcome.bad_minutes_a_month,
        budget_left=None if objective is None else outcome.budget_left(objective),
        weakest=_weakest([names[row] for row in outcome.weakest]),
    )


def _measured_together(before: Outcome, start: Start) -> float | None:
    """What was delivered by the links together, where it shows that they did not fail apart."""
    if before.availability is None or start.measured is None:
        return None
    return start.measured if start.measured - float(before.availability) >= TOGETHER_MIN else None


def _follows(rows: list[LinkRow]) -> str:
    """Ids of what changes with a field beside the figures of the whole: fields themselves stay, with the cursor."""
    ids = ["objective-error"]
    for row in rows:
        ids += [f"changed-{row.key}", f"after-{row.key}"]
        ids += [f"{field.auto_id}_error" for field in row.supposed.form]
    return ",".join(f"#{one}" for one in ids)


def _weakest(names: list[str]) -> str:
    """One name, or those that take the same."""
    if len(names) < 2:
        return "".join(names)
    shown = ", ".join(names[:TIES_SHOWN])
    more = f" and {len(names) - TIES_SHOWN} more" if len(names) > TIES_SHOWN else ""
    return f"{shown}{more} (the same each)"


def _helps(request: AccessRequest, start: Start) -> list[HelpRow]:
    """Of nothing supposed yet: which second copy would spare most."""
    links: list[Link] = [link for _, link in start.links]
    rows = []
    for one in what_helps(links, put_together=start.put_together)[:HELPS_SHOWN]:
        query = request.GET.copy()
        query[f"{start.links[one.position][0]}-copies"] = str(links[one.position].copies + 1)
        rows.append(HelpRow(links[one.position].name, one.minutes, query.urlencode()))
    return rows


def _percent(objective: Fraction | None) -> str:
    if objective is None:
        return ""
    return percent_text(Decimal(objective.numerator) / Decimal(objective.denominator))
