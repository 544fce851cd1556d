"""The demo's shop, loaded once for all tests here; each test is taken back to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from reliability.demo.rates.ports import Ports
from reliability.demo.services.load import EMAIL, load
from reliability.demo.services.rates import load_rates
from reliability.supervision.places import demo_host
from tests.worlds import kept

NOW = datetime(2026, 11, 21, 10, 17, 30, tzinfo=UTC)
PORTS = Ports(service=40001, proxy=40002, api=40003)


@pytest.fixture(scope="package")
def shop(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """As the settings of a demo have it: its own host may be called, mails are kept in a directory."""
    as_a_demo = override_settings(
        OUTBOUND_ALLOWED_HOSTS=[demo_host()], EMAIL_MAILBOX=str(tmp_path_factory.mktemp("sent-mail"))
    )
    with as_a_demo, kept(django_db_blocker):
        load(now=NOW)
        yield


@pytest.fixture
def loaded(shop: None, db: None) -> None:
    """The shop alone."""


@pytest.fixture
def with_rates(loaded: None) -> None:
    """The shop, and its service for experiments."""
    load_rates(email=EMAIL, before=None, ports=PORTS, now=NOW)
