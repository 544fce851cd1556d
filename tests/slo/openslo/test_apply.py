"""OpenSLO documents against what is stored: planned, applied, exported, applied again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reliability.access.models import AuditEntry
from reliability.catalog.models import Service
from reliability.telemetry.models import Source
from reliability.web.errors import NotFound
from slo.domain.openslo.documents import SourceText
from slo.domain.openslo.exporting import to_documents, to_yaml
from slo.domain.openslo.plan import Action, Plan
from slo.models import OpenSloDocument, Sli, Slo, SloVersion
from slo.selectors.openslo import ExportFilters, export, known_to
from slo.services.openslo import OpenSloRequest, apply, plan, validate
from tests.cast import Cast, ServiceFactory, SliFactory, SloFactory, SourceFactory

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SHOP = (Path(__file__).parent.parent.parent / "protocols" / "openslo" / "shop.yaml").read_text()

pytestmark = pytest.mark.django_db


def asking(text: str, *, name: str = "shop.yaml", team: str = "") -> OpenSloRequest:
    return OpenSloRequest(files=[SourceText(name, text)], team_slug=team)


def problems(plan: Plan) -> str:
    return "\n".join(str(problem) for problem in plan.problems)


def exported(cast: Cast, who: str = "editor", **filters: str) -> str:
    caller = cast.caller(who)
    stored = export(caller=caller, filters=ExportFilters(**filters))
    return to_yaml(to_documents(stored, specs=known_to(caller=caller).indicator_specs))


def apply_shop(cast: Cast, text: str = SHOP, now: datetime = NOW) -> Plan:
    done = apply(caller=cast.caller("editor"), request=asking(text), now=now)
    assert problems(done) == ""
    return done


def test_applying_creates_everything_as_written(cast: Cast) -> None:
    done = apply_shop(cast)
    assert done.count(Action.CREATE) == 17
    assert {source.name: (source.kind, source.team.slug) for source in Source.objects.all()} == {
        "shop-prometheus": ("prometheus", "payments"),
        "shop-counts": ("counts", "payments"),
    }
    service = Service.objects.get(name="checkout")
    assert (service.tier, service.layer, service.labels) == (1, "process", {"area": "money", "on": "web, app"})
    assert Sli.objects.get(name="checkout-errors").spec == {
        "kind": "ratio",
        "bad": 'http_requests_total{job="checkout", code=~"5.."}',
        "valid": 'http_requests_total{job="checkout"}',
    }
    assert Sli.objects.get(name="checkout-quick").spec == {
        "kind": "latency",
        "metric": 'http_request_duration_seconds{job="checkout"}',
        "threshold_seconds": 0.3,
        "histogram": "classic",
    }
    latency = SloVersion.objects.get(slo__name="checkout-latency")
    assert str(latency.objective.normalize()) == "0.995"
    assert (latency.budgeting_method, latency.slice_minutes, f"{latency.slice_target:.2f}") == (
        "Timeslices",
        5,
        "0.95",
    )
    assert latency.window == {
        "calendar": {"count": 1, "unit": "month", "start": "2026-01-01T00:00:00", "time_zone": "Europe/Berlin"}
    }
    assert set(Slo.objects.values_list("name", flat=True)) == {
        "checkout-availability",
        "checkout-latency",
        "checkout-queue",
        "checkout-orders-good",
        "checkout-orders-excellent",
    }
    assert SloVersion.objects.get(slo__name="checkout-queue").counts_no_data_as_bad


def test_applying_again_changes_nothing(cast: Cast) -> None:
    apply_shop(cast)
    entries, versions = AuditEntry.objects.count(), SloVersion.objects.count()
    again = apply_shop(cast, now=NOW + timedelta(hours=1))
    assert again.is_empty, [change for change in again.changes if change.action is not Action.UNCHANGED]
    assert (AuditEntry.objects.count(), SloVersion.objects.count()) == (entries, versions)


def test_what_is_exported_applies_without_a_change(cast: Cast) -> None:
    apply_shop(cast)
    text = exported(cast)
    again = apply_shop(cast, text, now=NOW + timedelta(hours=1))
    assert again.is_empty, [change for change in again.changes if change.action is not Action.UNCHANGED]
    assert len(again.changes) == 17
    assert exported(cast) == text


def test_an_export_rebuilds_an_empty_installation(cast: Cast) -> None:
    apply_shop(cast)
    text = exported(cast)
    for model in (SloVersion, Slo, Sli, Source, Service, OpenSloDocument):
        model.objects.all().delete()
    apply_shop(cast, text, now=NOW + timedelta(hours=1))
    assert exported(cast) == text


def test_annotations_and_labels_of_others_come_back(cast: Cast) -> None:
    apply_shop(cast)
    text = exported(cast)
    for kept in (
        "example.com/dashboard: https://dashboards.example.com/d/1?x=1&y=2",
        'example.com/owner: "007"',
        'example.com/query-owner: "1e5"',
        "reviewed: '2026-01-01'",
    ):
        assert kept.replace("'", "").replace('"', "") in text.replace("'", "").replace('"', "")


def test_an_inline_indicator_and_a_referred_one_are_the_same(cast: Cast) -> None:
    apply_shop(cast)
    text = exported(cast)
    assert "indicator:" not in text
    assert text.count("indicatorRef:") == 5


def test_credentials_are_never_exported(cast: Cast) -> None:
    apply_shop(cast)
    source = Source.objects.get(name="shop-prometheus")
    source.secret = b"sealed"
    source.save(update_fields=("secret",))
    assert "sealed" not in exported(cast)
    assert "password" not in exported(cast)


def test_a_plan_names_each_field_that_changes_and_writes_nothing(cast: Cast) -> None:
    apply_shop(cast)
    changed = SHOP.replace("target: 0.999\n", "target: 0.9995\n").replace('tier: "1"', 'tier: "2"')
    found = plan(caller=cast.caller("editor"), request=asking(changed), now=NOW + timedelta(hours=1))
    fields = {(change.name, field.path): (field.old, field.new) for change in found.changes for field in change.fields}
    assert fields == {("checkout-availability", "objective"): ("0.999", "0.9995"), ("checkout", "tier"): (1, 2)}
    assert Service.objects.get(name="checkout").tier == 1
    assert SloVersion.objects.filter(slo__name="checkout-availability").count() == 1


def test_applying_a_change_makes_a_version_and_an_audit_entry(cast: Cast) -> None:
    apply_shop(cast)
    later = NOW + timedelta(hours=1)
    apply_shop(cast, SHOP.replace("target: 0.999\n", "target: 0.9995\n"), now=later)
    versions = SloVersion.objects.filter(slo__name="checkout-availability").order_by("effective_from")
    assert [str(version.objective.normalize()) for version in versions] == ["0.999", "0.9995"]
    entry = AuditEntry.objects.get(action="openslo.apply", at=later)
    assert entry.changes == {"change": [None, ["SLO checkout-availability"]]}
    assert entry.actor_name == "Editor"


def test_what_no_document_names_is_left_alone(cast: Cast) -> None:
    apply_shop(cast)
    only = SHOP.split("---")[2]
    assert apply_shop(cast, only).is_empty
    assert Slo.objects.count() == 5


def test_settings_that_are_not_in_the_file_stay(cast: Cast) -> None:
    apply_shop(cast)
    source = Source.objects.get(name="shop-prometheus")
    source.settings["read_seconds"] = 42.0
    source.save(update_fields=("settings",))
    assert apply_shop(cast).is_empty
    apply_shop(cast, SHOP.replace("127.0.0.1:9090", "127.0.0.1:9091"))
    source.refresh_from_db()
    assert source.settings["url"] == "http://127.0.0.1:9091"
    assert source.settings["read_seconds"] == 42.0


class TestAllOrNothing:
    def test_one_wrong_document_stops_all(self, cast: Cast) -> None:
        text = SHOP.replace("target: 0.9999", "target: 99.99")
        done = apply(caller=cast.caller("editor"), request=asking(text), now=NOW)
        assert "did you mean 0.9999?" in problems(done)
        assert not Source.objects.exists()
        assert not Service.objects.exists()

    def test_a_name_that_another_team_holds_stops_all(self, cast: Cast) -> None:
        ServiceFactory(name="checkout", team=cast.search)
        done = apply(caller=cast.caller("editor"), request=asking(SHOP), now=NOW)
        assert "shop.yaml:24: metadata.name: there is a service 'checkout' already" in problems(done)
        assert not Source.objects.exists()

    def test_a_query_that_is_no_promql_stops_all(self, cast: Cast) -> None:
        text = SHOP.replace('queue_depth{queue="orders"}', "queue_depth{queue=")
        done = apply(caller=cast.caller("editor"), request=asking(text), now=NOW)
        assert "spec.thresholdMetric.metricSource.spec.query" in problems(done)
        assert not Source.objects.exists()


class TestWhoMay:
    def test_a_viewer_is_refused(self, cast: Cast) -> None:
        done = apply(caller=cast.caller("viewer"), request=asking(SHOP, team="payments"), now=NOW)
        assert "this needs the role editor" in problems(done)
        assert not Source.objects.exists()

    def test_another_teams_slo_cannot_be_changed_nor_seen(self, cast: Cast) -> None:
        apply_shop(cast)
        assert exported(cast, "outsider") == ""
        done = apply(caller=cast.caller("outsider"), request=asking(SHOP), now=NOW)
        assert "already (it may be private to another team)" in problems(done)
        assert Service.objects.get(name="checkout").team.slug == "payments"

    def test_a_document_of_another_team_needs_that_team(self, cast: Cast) -> None:
        text = "apiVersion: openslo/v1\nkind: Service\nmetadata: {name: x, annotations: {reliability/team: search}}\n"
        done = apply(caller=cast.caller("editor"), request=asking(text), now=NOW)
        assert "there is no team 'search'" in problems(done)

    def test_whoever_writes_to_several_teams_must_say_which(self, cast: Cast) -> None:
        text = "apiVersion: openslo/v1\nkind: Service\nmetadata: {name: x}\n"
        done = apply(caller=cast.caller("chief"), request=asking(text), now=NOW)
        assert problems(done).startswith("shop.yaml:3: metadata.annotations[reliability/team]: whose is it?")
        apply(caller=cast.caller("chief"), request=asking(text, team="search"), now=NOW)
        assert Service.objects.get(name="x").team.slug == "search"


class TestReferences:
    def test_stored_objects_may_be_referred_to(self, cast: Cast) -> None:
        SliFactory(name="stored", source=SourceFactory(team=cast.payments))
        text = """
apiVersion: openslo/v1
kind: SLO
metadata: {name: by-reference}
spec:
  indicatorRef: stored
  timeWindow: [{duration: 28d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.99}]
"""
        apply_shop(cast, text)
        assert Slo.objects.get(name="by-reference").sli.name == "stored"

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ("indicatorRef: checkout-errors", "indicatorRef: nothing", "there is no SLI nothing"),
            ("service: checkout\n  indicatorRef", "service: nowhere\n  indicatorRef", "there is no service nowhere"),
            ("metricSourceRef: shop-counts", "metricSourceRef: nil", "there is no source nil"),
            ("conditionRef: burn-14", "conditionRef: burn-15", "there is no AlertCondition burn-15"),
            ("- fast-burn", "- slow-burn", "there is no AlertPolicy slow-burn"),
        ],
    )
    def test_what_is_not_there_is_named(self, cast: Cast, old: str, new: str, said: str) -> None:
        assert old in SHOP
        found = validate(caller=cast.caller("editor"), request=asking(SHOP.replace(old, new)))
        assert said in problems(found)


def test_filters_export_what_belongs_together(cast: Cast) -> None:
    apply_shop(cast)
    other = "apiVersion: openslo/v1\nkind: Service\nmetadata: {name: basket}\n"
    apply_shop(cast, other)
    text = exported(cast, service_name="checkout")
    assert "name: basket" not in text
    assert text.count("kind: SLO") == 5
    assert text.count("kind: DataSource") == 2
    assert text.count("kind: Alert") == 3
    assert exported(cast, team_slug="commons") == ""  # a team that owns nothing


def test_changes_made_on_pages_are_exported(cast: Cast, django_assert_num_queries: Any) -> None:
    apply_shop(cast)
    Slo.objects.filter(name="checkout-queue").update(title='Renamed: "quoted"\nand more')
    again = apply_shop(cast, exported(cast))
    assert again.is_empty
    caller = cast.caller("editor")
    with django_assert_num_queries(7):
        export(caller=caller, filters=ExportFilters())


def test_an_export_of_what_is_not_there_is_refused(cast: Cast) -> None:
    apply_shop(cast)
    for filters in ({"team_slug": "nobody"}, {"service_name": "nothing"}, {"slo_name": "nothing"}):
        with pytest.raises(NotFound, match=r"nobody|nothing"):
            exported(cast, **filters)
    with pytest.raises(NotFound):
        exported(cast, "outsider", service_name="checkout")


def test_applying_leaves_a_service_that_the_file_may_not_name(cast: Cast) -> None:
    service = ServiceFactory(team=cast.search, name="hidden")
    sli = SliFactory(team=cast.payments, source=SourceFactory(team=cast.payments))
    slo = SloFactory(team=cast.payments, sli=sli, service=service, name="kept", title="Old")
    text = exported(cast, slo_name="kept")
    assert "hidden" not in text
    assert apply_shop(cast, text).is_empty
    assert apply_shop(cast, text.replace("Old", "New")).count(Action.CHANGE) == 1
    slo.refresh_from_db()
    assert (slo.title, slo.service) == ("New", service)


def test_each_team_reads_what_was_applied_to_it(cast: Cast) -> None:
    service = "apiVersion: openslo/v1\nkind: Service\nmetadata: {{name: {0}, annotations: {{reliability/team: {0}}}}}\n"
    text = "---\n".join(service.format(team) for team in ("payments", "search"))
    apply(caller=cast.caller("chief"), request=asking(text), now=NOW)
    entries = AuditEntry.objects.filter(action="openslo.apply").order_by("object_name")
    assert [(entry.team, entry.object_name, entry.changes) for entry in entries] == [
        (cast.payments, "Service payments", {"create": [None, ["Service payments"]]}),
        (cast.search, "Service search", {"create": [None, ["Service search"]]}),
    ]
