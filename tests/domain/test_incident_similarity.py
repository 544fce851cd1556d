"""How alike incidents are, and why."""

from __future__ import annotations

from typing import Any

from incidents.response.domain.similarity import Profile, likeness, words_of


def profile(title: str = "", **more: Any) -> Profile:
    fields: dict[str, Any] = {"services": {}, "objectives": {}, "alerts": (), "labels": ()}
    return Profile(title=title, **(fields | more))


def test_nothing_in_common_is_no_likeness() -> None:
    alike = likeness(one=profile("Checkout fails"), other=profile("Search is slow"))
    assert (alike.score, alike.reasons) == (0.0, ())


def test_common_words_say_nothing() -> None:
    assert words_of("The checkout-api service is DOWN: high error rate") == {"checkout-api", "rate"}


def test_the_same_alert_says_more_than_the_same_service_and_that_more_than_words() -> None:
    own = profile("Checkout fails", services={1: "Checkout"}, alerts={("integration:1", "disk")})
    by_alert = likeness(one=own, other=profile(alerts={("integration:1", "disk")}))
    by_service = likeness(one=own, other=profile(services={1: "Checkout"}))
    by_words = likeness(one=own, other=profile("Checkout of groups broke"))
    assert by_alert.score > by_service.score > by_words.score > 0
    assert by_alert.reasons == ("the same alert",)
    assert by_service.reasons == ("the same service: Checkout",)
    assert by_words.reasons == ("words in the title: checkout",)


def test_the_key_of_another_origin_is_another_alert() -> None:
    one, other = profile(alerts={("integration:1", "disk")}), profile(alerts={("integration:2", "disk")})
    assert likeness(one=one, other=other).score == 0
