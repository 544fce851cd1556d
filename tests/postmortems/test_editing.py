"""Writing together: sections, factors, whys, and everything's history."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from incidents.postmortems.domain import whys as tree
from incidents.postmortems.models import Postmortem, Version
from incidents.postmortems.services import factors, restoring, sections, whys
from incidents.postmortems.services.sections import Base, Outcome, SectionClash
from reliability.access.models import AuditEntry
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import Cast


def test_two_editors_of_100_edits_each_lose_no_word(cast: Cast, postmortem: Postmortem, now: datetime) -> None:
    """Each saves from what they last saw, as autosave does; what is refused is typed again into the newer text."""
    chance = random.Random(7)  # noqa: S311  a test
    sections.save(
        caller=cast.caller("editor"), postmortem=postmortem, slug="response", base=Base(1), now=now,
        text="\n".join(f"Line {n} says what people did." for n in range(10)),
    )  # fmt: skip
    seen = {name: (Base(2), postmortem.sections.get(slug="response").text) for name in ("editor", "responder")}
    outcomes: list[str] = []
    for number in range(200):
        name = ("editor", "responder")[number % 2] if chance.random() < 0.8 else "editor"
        base, text = seen[name]
        word = f"{name}-{number}"
        at = now + timedelta(seconds=number)
        try:
            saved = _save(cast, name, postmortem, _with(text, word, chance), base, at)
        except SectionClash as clash:
            outcomes.append("clash" if word in clash.mine else "lost")
            saved = _save(
                cast, name, postmortem, _with(clash.section.text, word, chance), Base(clash.section.revision), at
            )
        outcomes.append(saved.outcome.value)
        seen[name] = (Base(saved.section.revision), saved.section.text)
    stored = postmortem.sections.get(slug="response").text.split()
    assert [stored.count(f"{name}-{n}") for n in range(200) for name in seen].count(1) == 200
    assert outcomes.count("merged") > 50
    assert outcomes.count("clash") < 60
    assert "lost" not in outcomes
    assert AuditEntry.objects.filter(action="postmortem.section").count() == 201


def _save(cast: Cast, name: str, postmortem: Postmortem, text: str, base: Base, at: datetime) -> sections.Saved:
    return sections.save(caller=cast.caller(name), postmortem=postmortem, slug="response", text=text, base=base, now=at)


def _with(text: str, word: str, chance: random.Random) -> str:
    lines = text.split("\n")
    line = chance.randrange(len(lines))
    words = lines[line].split(" ")
    words.insert(chance.randint(0, len(words)), word)
    lines[line] = " ".join(words)
    return "\n".join(lines)


def test_who_types_on_while_a_merge_is_answered_goes_on_from_what_they_sent(
    cast: Cast, postmortem: Postmortem, now: datetime
) -> None:
    def save(name: str, text: str, base: str) -> sections.Saved:
        return sections.save(
            caller=cast.caller(name), postmortem=postmortem, slug="detection", text=text, base=Base.parse(base), now=now
        )

    save("editor", "First line.\n\nLast line.", "1")
    save("editor", "First line of Editor.\n\nLast line.", "2")
    merged = save("responder", "First line.\n\nLast line of", "2")
    assert (merged.outcome, merged.with_names, str(merged.typed_base)) == (Outcome.MERGED, ("Editor",), "4t")
    assert merged.section.text == "First line of Editor.\n\nLast line of"
    went_on = save("responder", "First line.\n\nLast line of Responder.", "4t")
    assert went_on.section.text == "First line of Editor.\n\nLast line of Responder."
    assert save("responder", went_on.section.text, "1").outcome is Outcome.SAME
    with pytest.raises(SectionClash) as refused:
        save("editor", "First line of somebody else.\n\nLast line.", "2")
    (detail,) = refused.value.details
    assert detail["mine"].startswith("First line of somebody else")
    assert detail["theirs"] == went_on.section.text
    assert "Editor and Responder changed the same words of Detection" in refused.value.message
    for base in ("x", "99", ""):
        with pytest.raises(Invalid):
            save("editor", "other", base)
    notes = list(Version.objects.filter(what="section", key="detection").values_list("note", flat=True))
    assert "merged with the words of Editor" in notes


def test_words_sent_again_after_a_lost_answer_take_nothing_from_others(
    cast: Cast, postmortem: Postmortem, now: datetime
) -> None:
    def save(name: str, text: str, base: str) -> sections.Saved:
        return sections.save(
            caller=cast.caller(name), postmortem=postmortem, slug="detection", text=text, base=Base.parse(base), now=now
        )

    save("editor", "First.\n\nLast.", "1")
    save("responder", "First, seen.\n\nLast.", "2")  # stored, but its answer never arrived
    save("editor", "First, seen.\n\nLast.\n\nOf the editor.", "3")
    again = save("responder", "First, seen.\n\nLast.", "2")
    assert (again.outcome, again.section.text) == (Outcome.MERGED, "First, seen.\n\nLast.\n\nOf the editor.")
    went_on = save("responder", "First, seen by us.\n\nLast.", str(again.typed_base))
    assert went_on.section.text == "First, seen by us.\n\nLast.\n\nOf the editor."


def test_free_sections_come_go_and_come_back(cast: Cast, postmortem: Postmortem, now: datetime) -> None:
    caller = cast.caller("responder")
    free = sections.add(caller=caller, postmortem=postmortem, title="Costs", text="many", now=now)
    sections.rename(caller=caller, postmortem=postmortem, slug=free.slug, title="What it cost", now=now)
    sections.remove(caller=caller, postmortem=postmortem, slug=free.slug, now=now)
    gone = Version.objects.get(what="section", note="removed")
    restoring.restore(caller=caller, postmortem=postmortem, version=gone, now=now)
    back = postmortem.sections.last()
    assert back is not None
    assert (back.title, back.text) == ("What it cost", "many")
    with pytest.raises(Conflict, match="every postmortem"):
        sections.remove(caller=caller, postmortem=postmortem, slug="summary", now=now)
    with pytest.raises(Invalid, match="at most 20,000"):
        sections.save(caller=caller, postmortem=postmortem, slug="summary", text="x" * 20_001, base=None, now=now)
    with pytest.raises(NotFound):
        sections.save(caller=caller, postmortem=postmortem, slug="nothing", text="x", base=None, now=now)
    with pytest.raises(Forbidden):
        sections.save(caller=cast.caller("viewer"), postmortem=postmortem, slug="summary", text="x", base=None, now=now)
    first = Version.objects.get(what="section", key="summary", revision=1)
    sections.save(caller=caller, postmortem=postmortem, slug="summary", text="other", base=Base(1), now=now)
    restoring.restore(caller=caller, postmortem=postmortem, version=first, now=now)
    assert postmortem.sections.get(slug="summary").text == "One in five payments failed."


def test_factors_keep_their_order_and_history(cast: Cast, postmortem: Postmortem, now: datetime) -> None:
    caller = cast.caller("responder")
    pool = factors.add(caller=caller, postmortem=postmortem, category="capacity", text="the  pool was small", now=now)
    alert = factors.add(caller=caller, postmortem=postmortem, category="detection", text="no alert", now=now)
    factors.move(caller=caller, postmortem=postmortem, factor_id=alert.pk, by=-1, now=now)
    factors.move(caller=caller, postmortem=postmortem, factor_id=alert.pk, by=-1, now=now)
    assert [one.text for one in postmortem.factors.all()] == ["no alert", "the pool was small"]
    factors.edit(
        caller=caller, postmortem=postmortem, factor_id=pool.pk, text="too small", expected_revision=1, now=now
    )
    with pytest.raises(Conflict, match="it says now: capacity: too small"):
        factors.edit(caller=caller, postmortem=postmortem, factor_id=pool.pk, text="x", expected_revision=1, now=now)
    factors.remove(caller=caller, postmortem=postmortem, factor_id=pool.pk, now=now)
    gone = Version.objects.get(what="factor", note="removed")
    restoring.restore(caller=caller, postmortem=postmortem, version=gone, now=now)
    assert [(one.category, one.text) for one in postmortem.factors.all()] == [
        ("detection", "no alert"),
        ("capacity", "too small"),
    ]
    with pytest.raises(Invalid, match="is one of change"):
        factors.add(caller=caller, postmortem=postmortem, category="blame", text="x", now=now)
    with pytest.raises(Invalid, match="say what contributed"):
        factors.add(caller=caller, postmortem=postmortem, category="data", text=" ", now=now)


def test_whys_fork_move_and_come_back_with_all_below(cast: Cast, postmortem: Postmortem, now: datetime) -> None:
    caller = cast.caller("responder")

    def add(text: str, parent_id: int | None = None) -> int:
        return whys.add(caller=caller, postmortem=postmortem, parent_id=parent_id, text=text, now=now).pk

    top = add("Why did payments fail?")
    pool = add("The pool was empty", top)
    migration = add("A migration held its connections", pool)
    retries = add("Retries doubled the load", top)
    postmortem.refresh_from_db()
    assert "Retries doubled" in postmortem.search_text
    whys.step(caller=caller, postmortem=postmortem, why_id=retries, by=-1, now=now)
    whys.move(caller=caller, postmortem=postmortem, why_id=migration, parent_id=retries, place=None, now=now)
    assert [node.row.id for node in tree.walk(whys.nodes_of(postmortem))] == [top, retries, migration, pool]
    with pytest.raises(Conflict, match="below itself"):
        whys.move(caller=caller, postmortem=postmortem, why_id=top, parent_id=pool, place=None, now=now)
    with pytest.raises(NotFound):
        whys.add(caller=caller, postmortem=postmortem, parent_id=10**6, text="x", now=now)
    with pytest.raises(Conflict, match="says now"):
        whys.edit(caller=caller, postmortem=postmortem, why_id=pool, text="x", expected_revision=9, now=now)
    assert whys.remove(caller=caller, postmortem=postmortem, why_id=top, now=now) == 4
    gone = Version.objects.get(what="why", note="removed")
    restoring.restore(caller=caller, postmortem=postmortem, version=gone, now=now)
    assert tree.outline_of(whys.nodes_of(postmortem)).splitlines() == [
        "- Why did payments fail?",
        "  - Retries doubled the load",
        "    - A migration held its connections",
        "  - The pool was empty",
    ]
