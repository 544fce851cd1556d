"""The blameless check reads contributing factors and whys, too: while they are typed and once saved; it only warns."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.utils import timezone

from incidents.postmortems.models import Postmortem
from incidents.postmortems.services import factors, whys
from tests.cast import Cast
from tests.queries import queries_of

As = Callable[[str], Client]
BLAME = "Tom forgot to rotate the certificate"
WARNED = "1 place may read as blame. You decide."


def test_a_factor_that_blames_is_saved_and_warned_of(as_: As, postmortem: Postmortem) -> None:
    responder, base = as_("responder"), f"/postmortems/{postmortem.pk}/"
    assert WARNED not in responder.get(base).content.decode()
    saved = responder.post(f"{base}factors/", {"category": "change", "text": BLAME})
    assert (saved.status_code, postmortem.factors.get().text) == (302, BLAME)
    written = responder.get(base + "?edit=factors").content.decode()
    assert WARNED in written
    assert written.count('hx-trigger="input delay:900ms from:closest form"') == 2, "of the factor and of a new one"
    assert WARNED in responder.get(base).content.decode()
    assert WARNED not in as_("viewer").get(base).content.decode(), "who does not write it is not warned"


def test_a_why_that_blames_is_saved_and_warned_of(as_: As, postmortem: Postmortem) -> None:
    responder, base = as_("responder"), f"/postmortems/{postmortem.pk}/"
    assert responder.post(f"{base}whys/", {"text": "Why did calls fail?"}).status_code == 302
    top = postmortem.whys.get()
    assert responder.post(f"{base}whys/", {"text": BLAME, "parent": top.pk}).status_code == 302
    written = responder.get(base + "?edit=whys").content.decode()
    assert written.count(WARNED) == 1
    live = written.count('hx-trigger="input delay:900ms from:closest form"')
    assert live == 2 * 2 + 1 + 1, "answer and change of both, beside the one, and a new question"
    assert written.count(f'hx-vals=\'{{"postmortem": "{postmortem.pk}"}}\'') == live
    assert WARNED in responder.get(base).content.decode()


def test_reading_lists_for_blame_asks_no_query_for_each(as_: As, cast: Cast, postmortem: Postmortem) -> None:
    responder, caller, base = as_("responder"), cast.caller("responder"), f"/postmortems/{postmortem.pk}/"

    def more(number: int) -> None:
        for row in range(number):
            now = timezone.now()
            factors.add(caller=caller, postmortem=postmortem, category="change", text=f"{BLAME} {row}", now=now)
            whys.add(caller=caller, postmortem=postmortem, parent_id=None, text=f"{BLAME} {row}", now=now)

    more(1)
    few = queries_of(responder, base)
    more(4)
    assert queries_of(responder, base) == few
