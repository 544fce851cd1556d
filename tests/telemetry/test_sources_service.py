"""Sources are kept: authorised, audited, with secrets that do not travel, and one breaker for all workers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from reliability.access.domain.caller import SYSTEM
from reliability.access.models import AuditEntry
from reliability.kit.periods import Period
from reliability.telemetry.domain.counts import Counts
from reliability.telemetry.domain.failures import Reason, SourceError
from reliability.telemetry.domain.queries import SliQuery
from reliability.telemetry.models import Source
from reliability.telemetry.selectors import counts as counts_selector
from reliability.telemetry.selectors.sources import list_sources, secrets_of, source_health
from reliability.telemetry.services import health, sources
from reliability.telemetry.services.counts import collect
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import Cast, SliFactory, SourceFactory, TeamFactory
from tests.servers.misbehaving import Answer, Behaviour, MisbehavingServer, success

Serve = Callable[[Behaviour], MisbehavingServer]
URL = "http://prometheus.internal:9090"
SPEC = {"kind": "ratio", "good": "a_total", "valid": "b_total"}


@pytest.fixture
def source(cast: Cast, now: datetime) -> Source:
    return sources.create(
        caller=SYSTEM,
        team=cast.payments,
        name="prod",
        title="Production",
        kind="prometheus",
        settings={"url": URL, "auth": "bearer"},
        secrets={"token": "t0p", "headers": "X-Scope-OrgID: shop"},
        now=now,
    )


def read(source: Source, now: datetime) -> Counts | SourceError:
    source.refresh_from_db()
    period = Period(now - timedelta(minutes=5), now)
    return collect(source=source, queries=[SliQuery("key", SPEC)], period=period, now=now)["key"]


def test_settings_are_completed_and_secrets_are_encrypted(source: Source) -> None:
    source.refresh_from_db()
    assert source.settings["url"] == URL
    assert source.settings["gap_seconds"] == 300
    assert b"t0p" not in bytes(source.secret or b"")
    assert "t0p" not in str(source.settings)
    assert secrets_of(source) == {"token": "t0p", "headers": "X-Scope-OrgID: shop"}


def test_what_was_written_is_in_the_audit_trail_without_the_secret(source: Source) -> None:
    entry = AuditEntry.objects.get(action="source.create")
    assert entry.changes["secret token"] == [None, "set"]
    assert entry.changes["settings.url"] == [None, URL]
    assert "t0p" not in str(entry.changes)


@pytest.mark.parametrize(
    ("given", "secrets", "field", "words"),
    [
        ({}, {}, "url", "such as http://prometheus.internal:9090"),
        ({"url": "prometheus:9090"}, {}, "url", "must be an address"),
        ({"url": "http://me:pw@prometheus"}, {}, "url", "must not hold a password"),
        ({"url": "http://prometheus:99999"}, {}, "url", "must be an address"),
        ({"url": "http://prometheus/?a=b"}, {}, "url", "? or #"),
        ({"url": URL, "auth": "basic"}, {"password": "x"}, "username", "enter the user name"),
        ({"url": URL, "auth": "basic", "username": "x"}, {}, "password", "enter the password"),
        ({"url": URL, "auth": "bearer"}, {}, "token", "enter the token"),
        ({"url": URL, "auth": "magic"}, {}, "auth", "none, basic or bearer"),
        ({"url": URL, "concurrency": 1000}, {}, "concurrency", "32"),
        ({"url": URL, "points_max": 20_000}, {}, "points_max", "at most 11,000"),
        ({"url": URL, "ca_bundle": "nonsense"}, {}, "ca_bundle", "BEGIN CERTIFICATE"),
        ({"url": URL}, {"headers": "no colon"}, "headers", "Name: value"),
        ({"url": URL, "token": "x"}, {}, "token", "no setting"),
        ({"url": URL, "typo": 1}, {}, "typo", "no setting"),
        ({"url": URL}, {"typo": "x"}, "typo", "no setting"),
    ],
)
def test_mistakes_are_named_at_their_field(
    cast: Cast, now: datetime, given: dict[str, Any], secrets: dict[str, str | None], field: str, words: str
) -> None:
    with pytest.raises(Invalid) as caught:
        sources.create(
            caller=SYSTEM,
            team=cast.payments,
            name="x",
            kind="prometheus",
            settings=given,
            secrets=secrets,
            now=now,
        )
    assert any(d["field"] == field and words in d["message"] for d in caught.value.details), caught.value.details
    assert not Source.objects.exists()


@pytest.mark.parametrize("name", ["", "Prod", "a b", "new", "-a", "a" * 64])
def test_a_name_stands_in_addresses(cast: Cast, now: datetime, name: str) -> None:
    with pytest.raises(Invalid) as caught:
        sources.create(caller=SYSTEM, team=cast.payments, name=name, kind="counts", settings={}, now=now)
    assert caught.value.details[0]["field"] == "name"


def test_an_unknown_kind_is_refused(cast: Cast, now: datetime) -> None:
    with pytest.raises(Invalid, match="choose one of prometheus, counts"):
        sources.create(caller=SYSTEM, team=cast.payments, name="x", kind="graphite", settings={}, now=now)


def test_a_name_is_taken_once(cast: Cast, source: Source, now: datetime) -> None:
    with pytest.raises(Conflict, match="already"):
        sources.create(caller=SYSTEM, team=cast.search, name="prod", kind="counts", settings={}, now=now)
    assert AuditEntry.objects.filter(action="source.create").count() == 1


@pytest.mark.parametrize("who", ["viewer", "responder"])
def test_others_than_editors_change_nothing(cast: Cast, source: Source, now: datetime, who: str) -> None:
    with pytest.raises(Forbidden):
        sources.update(caller=cast.caller(who), source=source, title="Mine", now=now)
    with pytest.raises(Forbidden):
        sources.delete(caller=cast.caller(who), source=source, now=now)
    with pytest.raises(Forbidden):
        sources.create(caller=cast.caller(who), team=cast.payments, name="x", kind="counts", settings={}, now=now)


def test_an_outsider_does_not_learn_that_it_exists(cast: Cast, source: Source, now: datetime) -> None:
    with pytest.raises(NotFound):
        sources.update(caller=cast.caller("outsider"), source=source, title="Mine", now=now)
    with pytest.raises(NotFound):
        sources.test_connection(caller=cast.caller("outsider"), source=source, now=now)
    assert list(list_sources(caller=cast.caller("outsider"))) == []


def test_an_empty_secret_keeps_the_old_one(cast: Cast, source: Source, now: datetime) -> None:
    changed = sources.update(
        caller=cast.caller("editor"),
        source=source,
        settings={**source.settings, "gap_seconds": 120},
        secrets={"token": "", "headers": ""},
        now=now,
    )
    assert secrets_of(changed) == {"token": "t0p", "headers": "X-Scope-OrgID: shop"}
    assert AuditEntry.objects.get(action="source.update").changes == {"settings.gap_seconds": [300, 120]}


def test_null_forgets_a_secret_and_a_new_one_replaces_it(cast: Cast, source: Source, now: datetime) -> None:
    changed = sources.update(
        caller=cast.caller("editor"), source=source, secrets={"token": "n3w", "headers": None}, now=now
    )
    assert secrets_of(changed) == {"token": "n3w"}
    changes = AuditEntry.objects.get(action="source.update").changes
    assert changes == {"secret token": ["set", "set"], "secret headers": ["set", None]}


def test_stored_secrets_are_not_sent_to_a_new_address(cast: Cast, source: Source, now: datetime) -> None:
    """Whoever may edit could otherwise have the password delivered to a server of theirs."""
    moved = {**source.settings, "url": "http://evil.internal:9090"}
    for attempt in (
        lambda: sources.update(caller=cast.caller("editor"), source=source, settings=moved, now=now),
        lambda: sources.try_settings(
            caller=cast.caller("editor"), team=cast.payments, kind="prometheus", settings=moved, source=source, now=now
        ),
    ):
        with pytest.raises(Invalid) as caught:
            attempt()
        assert {d["field"] for d in caught.value.details} == {"token", "headers"}
    moved_on = sources.update(
        caller=cast.caller("editor"), source=source, settings=moved, secrets={"token": "a", "headers": "B: c"}, now=now
    )
    assert secrets_of(moved_on) == {"token": "a", "headers": "B: c"}


def test_another_path_of_the_same_server_keeps_the_secrets(cast: Cast, source: Source, now: datetime) -> None:
    changed = sources.update(
        caller=cast.caller("editor"), source=source, settings={**source.settings, "url": f"{URL}/tenant"}, now=now
    )
    assert secrets_of(changed)["token"] == "t0p"


def test_secrets_of_unused_credentials_are_dropped(cast: Cast, source: Source, now: datetime) -> None:
    changed = sources.update(
        caller=cast.caller("editor"), source=source, settings={**source.settings, "auth": "none"}, now=now
    )
    assert secrets_of(changed) == {"headers": "X-Scope-OrgID: shop"}


def test_two_writers_do_not_overwrite_each_other(cast: Cast, source: Source, now: datetime) -> None:
    seen = source.updated_at
    sources.update(caller=cast.caller("editor"), source=source, title="First", now=now)
    with pytest.raises(Conflict, match="since you opened"):
        sources.update(caller=cast.caller("editor"), source=source, title="Second", based_on=seen, now=now)


def test_a_source_in_use_names_its_slis_and_stays(cast: Cast, source: Source, now: datetime) -> None:
    SliFactory(source=source, name="checkout")
    SliFactory(source=source, name="hidden", team=TeamFactory())
    with pytest.raises(Conflict, match="SLI checkout, 1 more"):
        sources.delete(caller=cast.caller("editor"), source=source, now=now)
    assert Source.objects.filter(pk=source.pk).exists()
    assert not AuditEntry.objects.filter(action="source.delete").exists()


def test_an_unused_source_is_deleted_and_remembered(cast: Cast, source: Source, now: datetime) -> None:
    sources.delete(caller=cast.caller("editor"), source=source, reason="moved", now=now)
    assert not Source.objects.exists()
    assert AuditEntry.objects.get(action="source.delete").reason == "moved"


def _point_at(source: Source, url: str) -> None:
    Source.objects.filter(pk=source.pk).update(settings={"url": url}, secret=None)


def test_a_reading_leaves_latency_and_warnings(source: Source, serve: Serve, now: datetime) -> None:
    _point_at(source, serve(lambda asked: success([], warnings=["partial"])).url)
    assert isinstance(read(source, now), Counts)
    source.refresh_from_db()
    assert source.answered_at == source.checked_at == now
    assert source.latency_seconds is not None
    assert source.warnings == ["partial"]
    assert source_health(source=source, now=now).state == "degraded"


def test_the_breaker_opens_for_everyone_rests_and_closes_again(source: Source, serve: Serve, now: datetime) -> None:
    is_broken = [True]
    server = serve(lambda asked: Answer(500) if is_broken[0] else success([]))
    _point_at(source, server.url)
    for number in range(3):
        failure = read(source, now + timedelta(seconds=number))
        assert isinstance(failure, SourceError)
        assert failure.reason is Reason.SERVER_ERROR
    asked = len(server.asked)
    refused = read(source, now + timedelta(seconds=30))
    assert isinstance(refused, SourceError)
    assert refused.reason is Reason.BREAKER_OPEN
    assert "500" in refused.message
    assert len(server.asked) == asked
    source.refresh_from_db()
    assert source.failures_in_a_row == 3
    assert source_health(source=source, now=now + timedelta(seconds=30)).state == "failing"
    is_broken[0] = False
    assert isinstance(read(source, now + timedelta(seconds=63)), Counts)
    source.refresh_from_db()
    assert (source.failures_in_a_row, source.open_until, source.last_error) == (0, None, "")


def test_a_query_error_does_not_open_the_breaker(source: Source, serve: Serve, now: datetime) -> None:
    answer = Answer(400, b'{"status":"error","errorType":"bad_data","error":"parse error"}')
    _point_at(source, serve(lambda asked: answer).url)
    for number in range(4):
        failure = read(source, now + timedelta(seconds=number))
        assert isinstance(failure, SourceError)
        assert failure.reason is Reason.QUERY_ERROR
    source.refresh_from_db()
    assert source.failures_in_a_row == 0


def test_a_connection_test_asks_through_the_open_breaker_and_closes_it(
    cast: Cast, source: Source, serve: Serve, now: datetime
) -> None:
    for _ in range(3):
        health.note_failure(source_id=source.pk, error=SourceError(Reason.TIMEOUT, "slow"), now=now)
    vector = success([{"metric": {}, "value": [0, "1"]}], kind="vector")
    _point_at(source, serve(lambda asked: vector).url)
    source.refresh_from_db()
    assert source.open_until == now + timedelta(minutes=1)
    assert sources.test_connection(caller=cast.caller("responder"), source=source, now=now).is_success
    source.refresh_from_db()
    assert source.open_until is None
    with pytest.raises(Forbidden):
        sources.test_connection(caller=cast.caller("viewer"), source=source, now=now)


def test_a_lost_key_is_said_and_secrets_can_be_entered_again(
    cast: Cast, source: Source, settings: Settings, now: datetime
) -> None:
    settings.ENCRYPTION_KEYS = ["another key than before, long enough"]
    failure = read(source, now)
    assert isinstance(failure, SourceError)
    assert "ENCRYPTION_KEYS" in failure.message
    changed = sources.update(caller=cast.caller("editor"), source=source, secrets={"token": "again"}, now=now)
    assert secrets_of(changed) == {"token": "again"}


def test_pushed_counts_have_nothing_to_fetch(cast: Cast, now: datetime) -> None:
    pushed = sources.create(caller=SYSTEM, team=cast.payments, name="jobs", kind="counts", settings={}, now=now)
    period = Period(now - timedelta(minutes=5), now)
    found = counts_selector.counts(source=pushed, queries=[SliQuery(1, {"kind": "pushed"})], period=period, now=now)[1]
    assert isinstance(found, SourceError)
    assert found.reason is Reason.NOTHING_TO_READ
    assert pushed.failures_in_a_row == 0


def test_a_list_of_sources_with_their_health_is_one_query(
    cast: Cast, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        SourceFactory(team=cast.payments, name=f"s{number}")
    viewer = cast.caller("viewer")
    with django_assert_num_queries(1):
        found = list(list_sources(caller=viewer))
        words = [(source.team.name, source_health(source=source, now=now).words) for source in found]
    assert len(words) == 30
