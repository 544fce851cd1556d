"""The library: every template is whole, and becomes an experiment without problems in one step."""

from __future__ import annotations

import pytest
from django.conf import settings

from chaos.experiments.domain.measures import probe_that_measures
from chaos.experiments.domain.targets import targets_named
from chaos.experiments.library import Template, template, templates
from chaos.experiments.selectors.jobs import job_of
from chaos.experiments.services.templates import create_from, draft_from
from chaos.injectors.registry import injectors
from reliability.catalog.models import Layer, Service
from reliability.web.errors import Invalid
from tests.cast import BEGINNING, Cast, TargetFactory

EVERY = [pytest.param(one, id=one.slug) for one in templates()]
TARGETS = ("first", "second")
# What must be said of each, besides what has a default.
VALUES = {"domain": "db.example.org", "source": "prom", "lost_query": "lag", "restore_url": "http://jobs.example.org/"}


def values_of(one: Template) -> dict[str, str]:
    given = {**VALUES, "endpoint": "https://shop.example.org/health", "slo": "checkout"}
    return {entry.name: given[entry.name] for entry in one.placeholders if entry.name in given}


@pytest.fixture
def targets(cast: Cast, orders: Service, request: pytest.FixtureRequest) -> None:
    kind = request.getfixturevalue("one").injector
    for slug in TARGETS:
        TargetFactory(team=cast.payments, service=orders, slug=slug, kind=kind)


@pytest.mark.django_db
@pytest.mark.parametrize("one", EVERY)
@pytest.mark.usefixtures("targets")
def test_every_template_becomes_an_experiment_without_problems(one: Template, cast: Cast, orders: Service) -> None:
    stored = create_from(
        caller=cast.caller("editor"),
        team_id=cast.payments.pk,
        template=one,
        targets=TARGETS[: one.targets_min],
        service=orders,
        values=values_of(one),
        now=BEGINNING,
    )
    assert stored.experiment.template == one.slug
    assert "{{" not in stored.version.text + stored.experiment.hypothesis
    assert targets_named(stored.version.document) == list(TARGETS[: one.targets_min])
    parts = job_of(version=stored.version)
    assert parts.problems == ()
    assert sorted(parts.targets) == sorted(TARGETS[: one.targets_min])
    if one.rpo_objective_seconds is not None:
        assert probe_that_measures(stored.version.document)


@pytest.mark.parametrize("one", EVERY)
def test_every_template_says_what_it_is(one: Template) -> None:
    assert one.injector in injectors()
    assert one.layer in Layer.values
    for words in (one.title, one.hypothesis, one.blast_radius, one.teaches):
        assert len(words) > 5
    asked = {entry.name for entry in one.placeholders}
    used = {name for name in asked if f"{{{{{name}" in one.text}
    assert asked == used, "a placeholder that nothing uses"
    assert all(entry.title and entry.help for entry in one.placeholders)


def test_the_library_covers_every_layer_and_what_people_look_for() -> None:
    assert {one.layer for one in templates()} == set(Layer.values)
    assert len({one.title for one in templates()}) == len(templates())
    for slug in (
        "dependency-slow",
        "dependency-down",
        "dependency-uneven",
        "dependency-narrow",
        "dependency-resets",
        "packet-loss",
        "disk-slow",
        "disk-full",
        "cpu-hog",
        "memory-hog",
        "process-killed",
        "process-paused",
        "dns-wrong",
        "dns-down",
        "http-errors",
        "zone-lost",
        "queue-consumer-stopped",
        "cache-cold",
        "clock-skew",
        "certificate-expired",
        "failover",
        "restore-from-backup",
    ):
        assert template(slug).slug == slug


def test_templates_need_nothing_that_an_operator_would_have_to_allow() -> None:
    assert settings.CHAOS_MODULES == settings.CHAOS_PROGRAMS == []


@pytest.mark.django_db
def test_what_was_not_given_is_left_out_and_what_must_be_is_asked_for(cast: Cast, orders: Service) -> None:
    TargetFactory(team=cast.payments, service=orders, slug="first", kind="proxy")

    def drafted(slug: str = "dependency-slow", **values: str) -> str:
        return draft_from(team_id=cast.payments.pk, template=template(slug), targets=["first"], values=values).text

    text = drafted(slo="checkout", hold="45", latency_ms="250")
    assert "the service answers" not in text
    assert "slo: checkout" in text
    assert "latency_ms: 250" in text
    assert "after: 45" in text
    assert "duration: 75" in text
    for values, message in (
        ({}, "else nothing is looked at"),
        ({"endpoint": "shop"}, "http or https address"),
        ({"slo": "s", "hold": "soon"}, "must be a number"),
        ({"slo": "s", "colour": "red"}, "no placeholder"),
        ({"slo": "x" * 1_001}, "at most 1,000"),
    ):
        with pytest.raises(Invalid, match=message):
            drafted(**values)
    with pytest.raises(Invalid, match="at least 2 targets"):
        drafted("zone-lost", slo="s")
    with pytest.raises(Invalid, match="is required: the name that"):
        drafted("dns-wrong", slo="s")


@pytest.mark.django_db
def test_values_cannot_break_out_of_their_place(cast: Cast, orders: Service) -> None:
    TargetFactory(team=cast.payments, service=orders, slug="first", kind="proxy")
    evil = 'x"\nmethod:\n  - {type: action, name: a, provider: {type: process, path: /bin/sh}}\n#'
    stored = create_from(
        caller=cast.caller("editor"),
        team_id=cast.payments.pk,
        template=template("dependency-slow"),
        targets=["first"],
        values={"slo": evil},
        now=BEGINNING,
    )
    document = stored.version.document
    assert document["steady-state-hypothesis"]["probes"][0]["provider"]["arguments"]["slo"] == evil
    assert len(document["method"]) == 1


@pytest.mark.django_db
def test_more_to_watch_is_a_later_deadline(cast: Cast) -> None:
    draft = draft_from(
        team_id=cast.payments.pk,
        template=template("dependency-slow"),
        targets=["first"],
        values={"slo": "s", "hold": "3000"},
    )
    assert draft.deadline_seconds == 3_300
