"""Writing sections: who saves from an older text is merged with what was saved since, or asked; no word is lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from incidents.postmortems.domain.merge3 import Clash, merge3
from incidents.postmortems.domain.sections import BY_SLUG, SECTIONS_MAX, TEXT_LENGTH_MAX, TITLE_LENGTH_MAX
from incidents.postmortems.domain.versions import TYPED
from incidents.postmortems.models import Postmortem, Section, Version
from incidents.postmortems.services.changing import Change, changed, checked_text, locked
from reliability.access.domain.caller import Caller
from reliability.web.errors import Conflict, Invalid, NotFound


class Outcome(StrEnum):
    """also the word that the page and the API answer with."""

    SAME = "same"
    SAVED = "saved"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Base:
    """The text that somebody began to change: revision *revision* of the section, or, when *is_typed*, what they sent
    when it became that revision by a merge. As text: `12`, `12t`."""

    revision: int
    is_typed: bool = False

    @classmethod
    def parse(cls, text: str) -> Base:
        """Raises Invalid."""
        digits = text.removesuffix("t")
        if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
            message = "names no revision: load the page again, and copy what you typed before"
            raise Invalid(details=[{"field": "base", "message": message}])
        return cls(int(digits), text.endswith("t"))

    def __str__(self) -> str:
        return f"{self.revision}{'t' if self.is_typed else ''}"


@dataclass(frozen=True, slots=True)
class Saved:
    """outcome, and the section as it is now. with_names: whose words were merged in.

    typed_base: what a text is changed from that goes on from the one that was sent, not from the one that is stored.
    """

    section: Section
    outcome: Outcome
    typed_base: Base
    with_names: tuple[str, ...] = ()


class SectionClash(Conflict):
    """Both changed the same words: nothing is stored, both texts are here. section: as it is now."""

    reason = "clash"

    def __init__(self, *, section: Section, mine: str, clashes: tuple[Clash, ...], names: tuple[str, ...]) -> None:
        self.section, self.mine, self.clashes, self.names = section, mine, clashes, names
        message = (
            f"{' and '.join(names) or 'somebody'} changed the same words of {section.title} after you began: your text "
            "is not saved yet; compare both and save again"
        )
        super().__init__(
            message,
            details=[
                {"field": "text", "message": message, "mine": mine, "theirs": section.text, "base": section.revision}
            ],
        )


@transaction.atomic
def save(*, caller: Caller, postmortem: Postmortem, slug: str, text: str, base: Base | None, now: datetime) -> Saved:
    """The text of a section, changed from *base*; None overwrites whatever is there.

    What others saved since is merged in when it touches other words. Raises NotFound, Forbidden, Invalid, and
    SectionClash with both texts.
    """
    clean = _checked(text)
    row = locked(caller=caller, postmortem_id=postmortem.pk)
    section = _section(row, slug)
    if clean == section.text:
        return Saved(section, Outcome.SAME, Base(section.revision))
    if base is None or base == Base(section.revision):
        _store(caller, row, section, clean, now)
        return Saved(section, Outcome.SAVED, Base(section.revision))
    names = _authors_since(row, section, base)
    merge = merge3(base=_base_text(row, section, base), mine=clean, theirs=section.text)
    if merge.text is None:
        raise SectionClash(section=section, mine=clean, clashes=merge.clashes, names=names)
    merged = _checked(merge.text)
    typed = Change(TYPED, section.title, section.text, clean, section.slug, section.revision + 1)
    if merged == section.text:
        # Nothing new came, as when an answer was lost on its way and the same words are sent again; but the sender
        # has not what others wrote, so what is stored is no base of what they type on.
        return Saved(section, Outcome.MERGED, _known_as(row, section, clean) or base, names)
    note = f"merged with the words of {' and '.join(names)}" if names else "merged"
    _store(caller, row, section, merged, now, note=note, typed=typed)
    return Saved(section, Outcome.MERGED, Base(section.revision, is_typed=True), names)


@transaction.atomic
def add(*, caller: Caller, postmortem: Postmortem, title: str, text: str = "", now: datetime) -> Section:
    """A free section behind all others. Raises NotFound, Forbidden, Invalid, Conflict when there are too many."""
    clean = checked_text(field="title", text=title, most=TITLE_LENGTH_MAX, needed="give the section a title")
    body = _checked(text)
    row = locked(caller=caller, postmortem_id=postmortem.pk)
    there = list(row.sections.all())
    if len(there) >= SECTIONS_MAX:
        raise Conflict(f"it has {SECTIONS_MAX} sections, which is the most: write in one of them", reason="too_many")
    number = 1 + row.versions.filter(what="section", key__startswith="free-", note="added").count()
    section = Section.objects.create(
        postmortem=row,
        slug=f"free-{number}",
        title=clean,
        position=max((one.position for one in there), default=0) + 1,
        text=body,
        updated_at=now,
        updated_by_name=caller.name[:160],
    )
    change = Change("section", clean, "", body, key=section.slug, revision=1, note="added")
    changed(caller=caller, postmortem=row, changes=[change], now=now)
    return section


@transaction.atomic
def rename(*, caller: Caller, postmortem: Postmortem, slug: str, title: str, now: datetime) -> Section:
    """Raises NotFound, Forbidden, Invalid; Conflict for the sections that every postmortem has."""
    clean = checked_text(field="title", text=title, most=TITLE_LENGTH_MAX, needed="give the section a title")
    row = locked(caller=caller, postmortem_id=postmortem.pk)
    section = _free(row, slug)
    if section.title != clean:
        before, section.title = section.title, clean
        section.save(update_fields=("title",))
        change = Change("heading", clean, before, clean, key=section.slug)
        changed(caller=caller, postmortem=row, changes=[change], now=now)
    return section


@transaction.atomic
def remove(*, caller: Caller, postmortem: Postmortem, slug: str, now: datetime) -> None:
    """A free section; its words stay in the history. Raises NotFound, Forbidden, Conflict for the others."""
    row = locked(caller=caller, postmortem_id=postmortem.pk)
    section = _free(row, slug)
    change = Change("section", section.title, section.text, "", section.slug, section.revision + 1, "removed")
    section.delete()
    changed(caller=caller, postmortem=row, changes=[change], now=now)


def _store(
    caller: Caller,
    row: Postmortem,
    section: Section,
    text: str,
    now: datetime,
    *,
    note: str = "",
    typed: Change | None = None,
) -> None:
    before, section.text = section.text, text
    section.revision += 1
    section.updated_at, section.updated_by_name = now, caller.name[:160]
    section.save(update_fields=("text", "revision", "updated_at", "updated_by_name"))
    change = Change("section", section.title, before, text, section.slug, section.revision, note)
    changed(caller=caller, postmortem=row, changes=[change, *([typed] if typed else [])], now=now)


def _base_text(row: Postmortem, section: Section, base: Base) -> str:
    """Raises Invalid for a revision that never was, as that of another section's form."""
    what = TYPED if base.is_typed else "section"
    found = row.versions.filter(what=what, key=section.slug, revision=base.revision).values_list("after", flat=True)
    text = found.first()
    if text is None:
        message = f"the section has no revision {base}: load the page again, and copy what you typed before"
        raise Invalid(details=[{"field": "base", "message": message}])
    return text


def _known_as(row: Postmortem, section: Section, text: str) -> Base | None:
    """The last revision that was this text; None when it was never stored."""
    told = row.versions.filter(what__in=("section", TYPED), key=section.slug, after=text)
    found = told.order_by("-revision", "-pk").values_list("revision", "what").first()
    return None if found is None else Base(found[0], is_typed=found[1] == TYPED)


def _authors_since(row: Postmortem, section: Section, base: Base) -> tuple[str, ...]:
    since = Version.objects.filter(postmortem=row, what="section", key=section.slug, revision__gt=base.revision)
    names = since.order_by("revision", "pk").values_list("author_name", flat=True)
    return tuple(dict.fromkeys(names))[:3]


def _section(row: Postmortem, slug: str) -> Section:
    section: Section | None = row.sections.filter(slug=slug).first()
    if section is None:
        raise NotFound(f"the postmortem has no section {slug!r}")
    return section


def _free(row: Postmortem, slug: str) -> Section:
    if slug in BY_SLUG:
        raise Conflict("every postmortem has this section: leave it empty instead", reason="not_free")
    return _section(row, slug)


def _checked(text: str) -> str:
    return checked_text(field="text", text=text, most=TEXT_LENGTH_MAX)
