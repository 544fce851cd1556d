"""The API against its own OpenAPI document: what the document allows is answered as it says, and never with 5xx."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zlib import crc32

import numpy as np
import pytest
import schemathesis
import yaml
from django.core.management.color import no_style
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from ninja.openapi.schema import OpenAPISchema
from pytest_django import DjangoDbBlocker
from schemathesis.checks import CHECKS, load_all_checks

from incidents.response.models import Alert, Incident, TimelineEntry
from reliability.access.domain.caller import Role
from reliability.api import api
from reliability.kit.instants import to_minute
from slo.domain.minutes import MinuteSeries
from slo.models import Exclusion
from slo.services.series import store
from tests.cast import (
    AlertFactory,
    ApiTokenFactory,
    Cast,
    ExperimentFactory,
    ExperimentVersionFactory,
    IncidentFactory,
    ServiceFactory,
    SliFactory,
    SloFactory,
    SourceFactory,
    TargetFactory,
    make_cast,
)
from tests.worlds import kept

SECRET = "a token for the schema run"
# Bodies are read before the database is asked: on another one, one example for each operation that writes.
# test_every_url.py asks what reads there, of objects that exist.
EXAMPLES = 2 if connection.vendor == "sqlite" else 1
# Names that exist take the place of most made-up ones: a run of 404 tests nothing.
NAMES = {"/services/": "checkout", "/sources/": "pushes", "/slos/": "availability", "/slis/": "requests"}
SLUGS = {"/chaos/experiments/": "shaken", "/chaos/targets/": "proxied", "/chaos/library/": "dependency-slow"}


@schemathesis.serializer("application/x-ndjson")
def _as_lines(context: Any, value: Any) -> bytes:
    return str(value).encode()


load_all_checks()
CHECKED = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "response_headers_conformance",
    ]
)

schema: Any = schemathesis.openapi.from_dict(dict(api.get_openapi_schema()))
if connection.vendor != "sqlite":
    schema = schema.exclude(method="GET")
schema.app = get_wsgi_application()
# Sixty bodies for each of four hundred operations take a third of the suite's time: SCHEMA_COVERAGE=1 asks them all.
schema.config.phases.coverage.enabled = os.environ.get("SCHEMA_COVERAGE") == "1"


@schema.hook  # type: ignore[untyped-decorator]  # schemathesis is not typed here
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    if not path_parameters:
        return path_parameters
    path = context.operation.path
    known = next((name for part, name in NAMES.items() if part in path), None)
    if known and "name" in path_parameters and crc32(str(path_parameters["name"]).encode()) % 4:
        path_parameters["name"] = known
    slug = next((name for part, name in SLUGS.items() if part in path), None)
    if slug and "slug" in path_parameters and crc32(str(path_parameters["slug"]).encode()) % 4:
        path_parameters["slug"] = slug
    for key in ("exclusion_id", "adjustment_id", "backfill_id", "number", "entry_id", "alert_id"):
        if key in path_parameters and crc32(str(path_parameters[key]).encode()) % 2:
            path_parameters[key] = 1
    return path_parameters


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """Keep the test's transaction open over requests, as Django's own test client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def stored(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with kept(django_db_blocker):
        _store(make_cast())
        yield


def _store(cast: Cast) -> None:
    """An objective with two days of minutes, and what hangs on it."""
    now = timezone.now()
    ApiTokenFactory(team=cast.payments, role=Role.ADMINISTRATOR.value, secret=SECRET)
    service = ServiceFactory(team=cast.payments, name="checkout")
    source = SourceFactory(team=cast.payments, name="pushes")
    sli = SliFactory(source=source, name="requests", service=service)
    slo = SloFactory(sli=sli, name="availability", service=service)
    start = to_minute(now - timedelta(days=2))
    valid = np.full(2880, 100.0)
    series = MinuteSeries(start, valid - np.arange(2880) % 3, valid, np.arange(2880) % 50 != 0)
    store(sli_id=sli.pk, counts=series, now=now)
    Exclusion.objects.create(
        team=cast.payments,
        slo=slo,
        start_at=now - timedelta(hours=3),
        end_at=now - timedelta(hours=2),
        reason="drill",
        author_name="Editor",
    )
    ExperimentVersionFactory(experiment=ExperimentFactory(team=cast.payments, slug="shaken", service=service))
    TargetFactory(team=cast.payments, service=service, slug="proxied")
    incident = IncidentFactory(pk=1, team=cast.payments)
    AlertFactory(pk=1, team=cast.payments, incident=incident)
    TimelineEntry.objects.create(
        pk=1, incident=incident, at=now, recorded_at=now, kind="comment", author_name="Editor", text="seen"
    )
    with connection.cursor() as cursor:  # what is made next does not ask for number 1 again
        for statement in connection.ops.sequence_reset_sql(no_style(), [Incident, Alert, TimelineEntry]):
            cursor.execute(statement)


@pytest.mark.usefixtures("stored", "db", "_one_connection")
@schema.parametrize()  # type: ignore[untyped-decorator]  # schemathesis is not typed here
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    database=None,
)
def test_answers_are_as_the_document_says(case: Any) -> None:
    response = case.call(headers={"Authorization": f"Bearer {SECRET}"})
    if "yaml" in str(response.headers.get("content-type")):
        list(yaml.safe_load_all(response.content))  # several documents, which the schema checks cannot read
        return
    case.validate_response(response, checks=CHECKED)


def test_every_operation_has_an_id_of_its_own_a_tag_and_a_summary() -> None:
    document = api.get_openapi_schema()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(set(ids)) == len(ids)
    assert all(operation["tags"] and operation["summary"] for operation in operations)


def test_no_two_schemas_share_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """ninja keeps one definition per name, so a second one would be answered by the first one's schema."""
    seen: dict[str, Any] = {}
    clashes: set[str] = set()

    def note(self: OpenAPISchema, definitions: dict[str, Any]) -> None:
        for name, definition in definitions.items():
            if seen.setdefault(name, definition) != definition:
                clashes.add(name)

    monkeypatch.setattr(OpenAPISchema, "add_schema_definitions", note)
    OpenAPISchema(api, "/api/")
    assert clashes == set()


def test_every_operation_tells_of_the_shared_errors() -> None:
    document = api.get_openapi_schema()
    for path in document["paths"].values():
        for operation in path.values():
            assert {"401", "403", "404", "422", "503"} <= operation["responses"].keys()


@pytest.mark.django_db
def test_the_document_is_served_to_anyone(client: Client) -> None:
    response = client.get("/api/openapi.json")
    assert response.status_code == 200
    assert response.json()["openapi"].startswith("3.")
