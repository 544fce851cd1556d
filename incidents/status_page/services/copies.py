"""Keep what the public sees as files: rendered when something changes and each minute, gone when the page is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.conf import settings
from django.db import transaction

from incidents.status_page.copies.places import store_of_settings
from incidents.status_page.copies.store import Site, Store
from incidents.status_page.domain import copies as kept
from incidents.status_page.domain.addresses import root_of
from incidents.status_page.domain.rendered import Rendered
from incidents.status_page.models import PageToken, StatusPage
from incidents.status_page.public.rendering import KINDS, Contents
from incidents.status_page.selectors.kept_kinds import live_kinds, quiet_kinds
from incidents.status_page.services.due_kinds import RENDER
from reliability.outbox.services import due

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=1)
_QUIET_EVERY = timedelta(hours=1)
_KEEP_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Opening:
    """What decides where a page lies and who may see it. A copy made under another one must not stay."""

    slug: str
    domain: str
    is_public: bool
    key_hashes: frozenset[str]

    @property
    def sites(self) -> list[Site]:
        return [Site(self.slug), *([Site(self.slug, self.domain)] if self.domain else [])]


def demand(*, page_id: int, now: datetime) -> None:
    """Something changed that the public sees: render as soon as this is committed."""
    due.demand(kind=RENDER, key=page_id, now=now)


def withdraw(*, page: StatusPage) -> None:
    """The page is deleted, lies elsewhere or opens with other keys: once that is committed nobody sees former copies.

    Call it in the transaction of the change, with the page as it was. Then `demand`, if there is still a page.
    """
    transaction.on_commit(partial(_remove, _sites_of(page)))


def renew(*, page_id: int, now: datetime) -> datetime | None:
    """Render what is due of one page. Returns when it is due again; None: there is no such page."""
    page = StatusPage.objects.filter(pk=page_id).first()
    if page is None:
        return None
    store, opening = store_of_settings(), _opening(page)
    live = live_kinds(page=page, every=KINDS, now=now)
    quiet = quiet_kinds(page=page, now=now, live=live)
    for site in opening.sites:
        if site.domain:
            store.write_slug(site)
        contents = _contents(page, site, opening, now=now)
        # The page itself first: it is what people look at.
        for kind in (*live, *_due(store, site, quiet, page=page, now=now)):
            _renew_one(store, site, kind, contents=contents, opening=opening, is_live=kind in live)
        for kind in store.kinds(site) - {*live, *quiet}:
            store.remove_kind(site, kind)
    # Whoever changed this meanwhile has removed the copies before we wrote ours, or removes them after this look.
    fresh = StatusPage.objects.filter(pk=page_id).first()
    if fresh is None or _opening(fresh) != opening:
        _remove(opening.sites)
        return None if fresh is None else now
    return now + EVERY


def keep(*, now: datetime) -> datetime:
    """See that each page has its due row, and remove what belongs to no page."""
    pages = list(StatusPage.objects.order_by("pk"))
    for page in pages:
        due.schedule(kind=RENDER, key=page.pk, due_at=now + EVERY)
    gone = store_of_settings().sweep(keep={site for page in pages for site in _sites_of(page)})
    if gone:
        log.info("status_page_copies_swept", directories=gone)
    return now + _KEEP_EVERY


def _sites_of(page: StatusPage) -> list[Site]:
    return [Site(page.slug), *([Site(page.slug, page.domain)] if page.domain else [])]


def _opening(page: StatusPage) -> _Opening:
    hashes: frozenset[str] = frozenset()
    if not page.is_public:
        live = PageToken.objects.filter(page=page, revoked_at=None)
        hashes = frozenset(live.values_list("secret_hash", flat=True))
    return _Opening(page.slug, page.domain or "", page.is_public, hashes)


def _due(store: Store, site: Site, kinds: Sequence[str], *, page: StatusPage, now: datetime) -> list[str]:
    """Of history what is not kept yet, what a change may have touched, and what was not looked at for an hour."""
    found = []
    for kind in kinds:
        copy = store.read(site, kind)
        since = max(page.changed_at.timestamp(), (now - _QUIET_EVERY).timestamp())
        if copy is None or copy.rendered_at <= since:
            found.append(kind)
    return found


def _contents(page: StatusPage, site: Site, opening: _Opening, *, now: datetime) -> Contents:
    key = "" if opening.is_public else kept.KEY_MARK
    root = root_of(public_url=settings.PUBLIC_URL, slug=page.slug, domain=site.domain, key=key)
    return Contents(page, now, root)


def _renew_one(store: Store, site: Site, kind: str, *, contents: Contents, opening: _Opening, is_live: bool) -> None:
    try:
        answer = contents.render(kind)
        if answer is None or answer.status != 200:
            store.remove_kind(site, kind)
            return
        copy = _copy(answer, former=store.read(site, kind), opening=opening, is_live=is_live, now=contents.now)
    except Exception:  # one answer that cannot be made must not keep the others old
        log.exception("status_page_not_rendered", page=contents.page.slug, answer=kind)
        return
    store.write(site, kind, copy)


def _copy(answer: Rendered, *, former: kept.Copy | None, opening: _Opening, is_live: bool, now: datetime) -> kept.Copy:
    copy = kept.made(
        body=answer.body,
        content_type=answer.content_type,
        at=now.timestamp(),
        max_age=answer.max_age_seconds,
        renewed_every=int((EVERY if is_live else _QUIET_EVERY).total_seconds()),
    )
    if not opening.is_public:
        copy = kept.private(copy, key_hashes=opening.key_hashes)
    return kept.renewed(copy, former=former)


def _remove(sites: Sequence[Site]) -> None:
    store = store_of_settings()
    for site in sites:
        store.remove(site)
