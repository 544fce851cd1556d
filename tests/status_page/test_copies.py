"""What is kept of a page: rendered when it changes, gone with it, and never under a key that opens no more."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from incidents.status_page.copies.places import store_of_settings
from incidents.status_page.copies.store import Site, Store
from incidents.status_page.domain.copies import KEY_MARK, STALE_MARK
from incidents.status_page.models import StatusPage
from incidents.status_page.public import rendering
from incidents.status_page.public.rendering import KINDS
from incidents.status_page.services import components, copies, pages
from incidents.status_page.services.components import ComponentDraft
from incidents.status_page.services.due_kinds import RENDER
from incidents.status_page.services.pages import PageDraft
from reliability.outbox.models import Due, Fact
from tests.cast import Cast

pytestmark = pytest.mark.django_db
Committing = DjangoCaptureOnCommitCallbacks

SHOP = Site("shop")


@pytest.fixture
def store(settings: Settings, tmp_path: Path) -> Store:
    settings.DATA_DIR = tmp_path
    settings.PUBLIC_URL = "https://ours.example.org"
    return store_of_settings()


@pytest.fixture
def page(cast: Cast, now: datetime, store: Store) -> StatusPage:
    draft = PageDraft(slug="shop", title="Shop")
    page = pages.create(caller=cast.caller("editor"), team_id=cast.payments.pk, draft=draft, now=now)
    draft_of = ComponentDraft(name="Checkout")
    components.create(caller=cast.caller("editor"), page_id=page.pk, draft=draft_of, now=now)
    return page


def edited(page: StatusPage, cast: Cast, now: datetime, **changes: object) -> StatusPage:
    draft = PageDraft(**{**vars_of(page), **changes})  # type: ignore[arg-type]  # the fields of a page
    return pages.edit(caller=cast.caller("editor"), page_id=page.pk, draft=draft, now=now)


def vars_of(page: StatusPage) -> dict[str, object]:
    names = ("slug", "title", "description", "support_url", "is_public", "zone")
    return {name: getattr(page, name) for name in names} | {"domain": page.domain or ""}


def test_everything_that_each_page_has_is_kept_and_an_unchanged_body_stays_what_it_was(
    page: StatusPage, store: Store, now: datetime
) -> None:
    now += timedelta(seconds=1)  # after its last change
    assert copies.renew(page_id=page.pk, now=now) == now + timedelta(minutes=1)
    assert set(KINDS) <= store.kinds(SHOP)
    whole = store.read(SHOP, "index")
    assert whole is not None
    assert b"Checkout" in whole.body
    assert STALE_MARK in whole.body
    assert b"https://ours.example.org/status/shop/history.atom" in whole.body
    assert whole.gzipped
    assert whole.brotlied
    first = store.read(SHOP, "api/v2/summary.json")
    copies.renew(page_id=page.pk, now=now + timedelta(minutes=1))
    second = store.read(SHOP, "api/v2/summary.json")
    assert first is not None
    assert second is not None
    assert (second.etag, second.modified_at) == (first.etag, now.timestamp())
    assert second.rendered_at == (now + timedelta(minutes=1)).timestamp()
    month = f"history/{now:%Y-%m}"
    quiet = store.read(SHOP, month)
    assert quiet is not None
    assert quiet.rendered_at == now.timestamp()  # nothing changed: it is looked at again after an hour
    copies.renew(page_id=page.pk, now=now + timedelta(minutes=61))
    renewed = store.read(SHOP, month)
    assert renewed is not None
    assert renewed.rendered_at > quiet.rendered_at
    store.write(SHOP, "incidents/gone", first)
    copies.renew(page_id=page.pk, now=now + timedelta(minutes=62))
    assert "incidents/gone" not in store.kinds(SHOP)


def test_one_answer_that_cannot_be_made_keeps_no_other_old(
    page: StatusPage, store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies.renew(page_id=page.pk, now=now)
    whole = rendering.Contents.render

    def broken(contents: rendering.Contents, kind: str) -> object:
        if kind == "badge.svg":
            raise ValueError("no")
        return whole(contents, kind)

    monkeypatch.setattr(rendering.Contents, "render", broken)
    copies.renew(page_id=page.pk, now=now + timedelta(minutes=1))
    badge, index = store.read(SHOP, "badge.svg"), store.read(SHOP, "index")
    assert badge is not None
    assert index is not None
    assert (badge.rendered_at, index.rendered_at) == (now.timestamp(), now.timestamp() + 60)


def test_a_private_page_is_kept_for_its_keys_and_vanishes_when_one_is_revoked(
    page: StatusPage,
    store: Store,
    cast: Cast,
    now: datetime,
    django_capture_on_commit_callbacks: Committing,
) -> None:
    copies.renew(page_id=page.pk, now=now)
    with django_capture_on_commit_callbacks(execute=True):
        edited(page, cast, now, is_public=False)
    assert store.kinds(SHOP) == set()  # at once, before anything is rendered
    made = pages.create_token(caller=cast.caller("editor"), page_id=page.pk, name="Support", now=now)
    copies.renew(page_id=page.pk, now=now)
    copy = store.read(SHOP, "index")
    assert copy is not None
    assert not copy.is_public
    assert copy.opens_with(made.secret)
    assert f"/status/shop/key/{KEY_MARK}/history".encode() in copy.body
    assert made.secret.encode() not in b"".join(
        path.read_bytes() for path in store.path(SHOP, "index").parent.iterdir()
    )
    with django_capture_on_commit_callbacks(execute=True):
        pages.revoke_token(caller=cast.caller("editor"), page_id=page.pk, token_id=made.token.pk, now=now)
    assert store.kinds(SHOP) == set()
    copies.renew(page_id=page.pk, now=now)
    copy = store.read(SHOP, "index")
    assert copy is None or not copy.opens_with(made.secret)


def test_a_page_that_moves_or_is_deleted_is_gone_from_where_it_was(
    page: StatusPage,
    store: Store,
    cast: Cast,
    now: datetime,
    django_capture_on_commit_callbacks: Committing,
) -> None:
    edited(page, cast, now, domain="status.example.com")
    copies.renew(page_id=page.pk, now=now)
    domain = Site("shop", "status.example.com")
    assert store.slug_of("status.example.com") == "shop"
    at_domain = store.read(domain, "index")
    assert at_domain is not None
    assert b"https://status.example.com/history.atom" in at_domain.body
    with django_capture_on_commit_callbacks(execute=True):
        edited(StatusPage.objects.get(), cast, now, slug="store")
    assert (store.kinds(SHOP), store.kinds(domain), store.slug_of("status.example.com")) == (set(), set(), "")
    copies.renew(page_id=page.pk, now=now)
    assert store.kinds(Site("store"))
    with django_capture_on_commit_callbacks(execute=True):
        pages.delete(caller=cast.caller("editor"), page_id=page.pk, now=now)
    assert store.kinds(Site("store")) == set()
    assert copies.renew(page_id=page.pk, now=now) is None


def test_a_change_while_copies_are_made_takes_them_back(
    page: StatusPage, store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = rendering.Contents.render

    def meanwhile(contents: rendering.Contents, kind: str) -> object:
        StatusPage.objects.update(is_public=False)
        return whole(contents, kind)

    monkeypatch.setattr(rendering.Contents, "render", meanwhile)
    assert copies.renew(page_id=page.pk, now=now) == now
    assert store.kinds(SHOP) == set()


def test_a_change_asks_for_copies_and_the_keeper_sees_to_rows_and_what_is_left_over(
    page: StatusPage, store: Store, cast: Cast, now: datetime
) -> None:
    facts = Fact.objects.filter(kind="StatusPageChanged", payload__page_id=page.pk)
    assert facts.exists()
    assert Due.objects.filter(kind="fact:status_page.page_changed").exists()
    Due.objects.filter(kind=RENDER).delete()
    copies.renew(page_id=page.pk, now=now)
    stray = store.read(SHOP, "index")
    assert stray is not None
    store.write(Site("forgotten"), "index", stray)
    store.path(SHOP, "index").with_name(".new-dead").write_bytes(b"half")
    copies.keep(now=now)
    assert Due.objects.filter(kind=RENDER, key=str(page.pk)).exists()
    assert store.kinds(Site("forgotten")) == set()
    assert not store.path(SHOP, "index").with_name(".new-dead").exists()
    assert store.kinds(SHOP)
