"""The page of a postmortem: a document to read, with its outline beside it and the evidence in the margin. One part at
a time is open for writing, named by `?edit=`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from incidents.postmortems.domain import whys as tree
from incidents.postmortems.domain.blameless import Finding, check
from incidents.postmortems.domain.differences import Line
from incidents.postmortems.domain.factors import Category
from incidents.postmortems.domain.sections import BY_SLUG, SectionKind
from incidents.postmortems.domain.states import State
from incidents.postmortems.forms.document import FactorForm, FreeSectionForm, ItemForm, SectionForm, WhyForm
from incidents.postmortems.models import Factor, Postmortem, Section
from incidents.postmortems.parts import acts_of, rendered_parts
from incidents.postmortems.selectors.evidence import evidence_of
from incidents.postmortems.selectors.postmortems import postmortem as get_postmortem
from incidents.postmortems.selectors.recurrence import Seen, seen_before
from incidents.postmortems.selectors.words import people_of, team_words
from incidents.postmortems.services.sections import Base, SectionClash
from incidents.postmortems.services.whys import nodes_of
from incidents.postmortems.views.panels import is_overdue
from incidents.response.tabs import tabs_for
from reliability.access.domain.caller import Role
from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest

LISTS = ("timeline", "factors", "whys", "sections")
Check = Callable[[str], Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class SectionCard:
    """form: when it is open for writing. preview: the text to show below the form, None for none."""

    section: Section
    kind: SectionKind | None
    form: SectionForm | None = None
    preview: str | None = None
    clash: SectionClash | None = None
    differences: Sequence[Line] = ()
    findings: Sequence[Finding] = ()


@dataclass(frozen=True, slots=True)
class FactorLine:
    """form: when factors are open for writing. seen: the same in other postmortems."""

    factor: Factor
    category: Category
    form: FactorForm | None = None
    seen: Sequence[Seen] = ()
    findings: Sequence[Finding] = ()

    @property
    def short(self) -> str:
        return self.category.words.partition(":")[0]


@dataclass(frozen=True, slots=True)
class WhyLine:
    """A node as the template draws it; its forms when the tree is open for writing. targets: where it may move to."""

    node: tree.Node
    children: Sequence[WhyLine]
    edit_form: WhyForm | None = None
    answer_form: WhyForm | None = None
    targets: Sequence[tree.Node] = ()
    findings: Sequence[Finding] = ()

    @property
    def row(self) -> tree.Row:
        return self.node.row


@require_safe
def postmortem_detail(request: AccessRequest, number: int) -> HttpResponse:
    postmortem = get_postmortem(caller=request.caller, number=number)
    return document_page(request, postmortem, edit=request.GET.get("edit", ""))


def section_card(
    section: Section,
    *,
    form: SectionForm | None = None,
    preview: str | None = None,
    clash: SectionClash | None = None,
    differences: Sequence[Line] = (),
) -> SectionCard:
    return SectionCard(section, BY_SLUG.get(section.slug), form, preview, clash, differences)


def document_page(
    request: AccessRequest,
    postmortem: Postmortem,
    *,
    edit: str = "",
    card: SectionCard | None = None,
    free_form: FreeSectionForm | None = None,
    factor_form: FactorForm | None = None,
    item_form: ItemForm | None = None,
    changed: tuple[int, Any] | None = None,
    answered: tuple[int | None, WhyForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    """edit: the slug of a section, or one of LISTS. The other arguments are forms that came back with mistakes:
    of a new one, or `changed` and `answered` of the one with that number."""
    now = timezone.now()
    may_write = request.caller.may(postmortem.team_id, Role.RESPONDER)
    edit = edit if may_write else ""
    is_team = request.caller.may_read(postmortem.team_id)
    seen = [visible(caller=request.caller, related=service) for service in postmortem.services.all()]
    nodes = nodes_of(postmortem)
    items = postmortem.timeline.filter(removed_at=None).order_by("at", "pk")
    shown = list(items if edit == "timeline" else items.filter(is_selected=True))
    blame_in = _blame_check(postmortem, may_write=may_write)
    context = {
        "place_tabs": tabs_for(request),
        "postmortem": postmortem,
        "incident": visible(caller=request.caller, related=postmortem.incident),
        "state": f"postmortem_{postmortem.state}",
        "severity": f"sev{postmortem.severity}" if postmortem.severity else "",
        "services": [service for service in seen if service is not None],
        "is_overdue": is_overdue(postmortem, now),
        "may_write": may_write,
        "is_team": is_team,
        "edit": edit,
        "cards": _cards(postmortem, edit, card, blame_in),
        "items": shown,
        "left_out": 0 if edit == "timeline" else items.filter(is_selected=False).count() if is_team else 0,
        "item_form": item_form or ItemForm(),
        "factors": _factors(request, postmortem, edit, changed, blame_in),
        "factor_form": factor_form or FactorForm(auto_id="id_factor_%s"),
        "whys": _whys(nodes, edit, changed, answered, blame_in),
        "whys_count": sum(1 for _ in tree.walk(nodes)),
        "top_form": answered[1] if answered and answered[0] is None else WhyForm(auto_id="id_why_%s"),
        "free_form": free_form or FreeSectionForm(),
        "evidence": evidence_of(postmortem, caller=request.caller),
        "acts": acts_of(request=request, postmortem=postmortem),
        "side": rendered_parts(request=request, postmortem=postmortem, now=now, place="side"),
        "below": rendered_parts(request=request, postmortem=postmortem, now=now, place="below"),
    }
    return render(request, "postmortems/detail.html", context, status=status)


def _blame_check(postmortem: Postmortem, *, may_write: bool) -> Check:
    """Reads a text for blame as the team does; for those who only read, and once it is published, it finds nothing."""
    if not may_write or postmortem.state == State.PUBLISHED.value:
        return lambda text: ()
    people = people_of(team_id=postmortem.team_id, postmortem=postmortem)
    words = team_words(team_id=postmortem.team_id)
    return lambda text: check(text=text, people=people, words=words)


def _cards(postmortem: Postmortem, edit: str, card: SectionCard | None, blame_in: Check) -> list[SectionCard]:
    cards = []
    for section in postmortem.sections.order_by("position", "pk"):
        if card is not None and card.section.pk == section.pk:
            cards.append(replace(card, section=section))
            continue
        initial = {"text": section.text, "base": str(Base(section.revision))}
        form = SectionForm(initial=initial) if section.slug == edit else None
        cards.append(section_card(section, form=form))
    return [replace(one, findings=blame_in(one.section.text)) for one in cards]


def _factors(
    request: AccessRequest, postmortem: Postmortem, edit: str, changed: tuple[int, Any] | None, blame_in: Check
) -> list[FactorLine]:
    lines = []
    factors = list(postmortem.factors.order_by("position", "pk"))
    seen = seen_before(caller=request.caller, postmortem=postmortem, factors=factors)
    for factor in factors:
        form = None
        if edit == "factors":
            initial = {"category": factor.category, "text": factor.text, "revision": factor.revision}
            form = FactorForm(initial=initial, auto_id=f"id_factor{factor.pk}_%s")
            form = changed[1] if changed and changed[0] == factor.pk else form
        known = seen.get(factor.pk, ())
        lines.append(FactorLine(factor, Category(factor.category), form, known, blame_in(factor.text)))
    return lines


def _whys(
    nodes: Sequence[tree.Node],
    edit: str,
    changed: tuple[int, Any] | None,
    answered: tuple[int | None, WhyForm] | None,
    blame_in: Check,
) -> list[WhyLine]:
    everything = list(tree.walk(nodes))

    def line(node: tree.Node) -> WhyLine:
        children = [line(child) for child in node.children]
        if edit != "whys":
            return WhyLine(node, children, findings=blame_in(node.row.text))
        number = node.row.id
        own = {one.row.id for one in tree.walk((node,))}
        is_changed = changed is not None and changed[0] == number
        is_answered = answered is not None and answered[0] == number
        return WhyLine(
            node,
            children,
            edit_form=changed[1] if changed and is_changed else _why_form(node),
            answer_form=answered[1] if answered and is_answered else WhyForm(auto_id=f"id_why{number}_%s"),
            targets=[one for one in everything if one.row.id not in own and one.row.id != node.row.parent],
            findings=blame_in(node.row.text),
        )

    return [line(node) for node in nodes]


def _why_form(node: tree.Node) -> WhyForm:
    return WhyForm(initial={"text": node.row.text}, auto_id=f"id_edit{node.row.id}_%s")
