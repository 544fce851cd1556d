"""Pages: made, edited, deleted; keys of private ones."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfoNotFoundError

from django.conf import settings
from django.db import transaction

from incidents.status_page.copies.places import own_hosts
from incidents.status_page.domain import bounds
from incidents.status_page.models import PageToken, StatusPage
from incidents.status_page.services import copies
from incidents.status_page.services.effects import take_back_all
from incidents.status_page.services.holding import changed, check_revision, check_texts, held, tell
from reliability.access.domain.caller import Caller, Role
from reliability.access.domain.secret import new_link_secret
from reliability.access.services.audit import changes_between
from reliability.access.services.authorize import require
from reliability.kit.wall_clock import wall_clock
from reliability.web.errors import Conflict, Invalid, NotFound

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,61}[a-z0-9]\Z|[a-z0-9]\Z")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}\Z")
_MOST = {
    "slug": 63,
    "title": bounds.NAME_MAX,
    "description": bounds.DESCRIPTION_MAX,
    "support_url": bounds.URL_MAX,
    "domain": bounds.DOMAIN_MAX,
    "zone": 64,
}
_NEEDED = {"slug": "write one, such as shop", "title": "write one, such as Shop"}
# Where a page lies and who may see it: kept copies made under another of these must not stay.
_OPENING = ("slug", "domain", "is_public")


@dataclass(frozen=True, slots=True)
class PageDraft:
    """What a page says of itself. domain: blank for none. zone: its days and its clock."""

    slug: str
    title: str
    description: str = ""
    support_url: str = ""
    is_public: bool = True
    domain: str = ""
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class NewToken:
    """secret: in addresses, shown once."""

    token: PageToken
    secret: str


def create(*, caller: Caller, team_id: int, draft: PageDraft, now: datetime) -> StatusPage:
    """Editors of the team. Raises Forbidden, NotFound, Invalid by field, Conflict for too many."""
    require(caller=caller, team_id=team_id, role=Role.EDITOR)
    values = _checked(draft)
    name = caller.name[:160]
    with transaction.atomic():
        if StatusPage.objects.filter(team_id=team_id).count() >= bounds.PAGES_MAX:
            raise Conflict(f"the team has {bounds.PAGES_MAX} pages already: delete one", reason="too_many")
        _check_free(values, pk=None)
        page = StatusPage.objects.create(
            team_id=team_id,
            created_at=now,
            created_by_name=name,
            updated_at=now,
            updated_by_name=name,
            changed_at=now,
            **values,
        )
        tell(
            caller=caller, page=page, action="status_page.create", now=now, changes=changes_between(old={}, new=values)
        )
        changed(page=page, now=now)
    return page


def edit(
    *, caller: Caller, page_id: int, draft: PageDraft, expected_revision: int | None = None, now: datetime
) -> StatusPage:
    """Editors. Another slug or domain moves the page. Raises NotFound, Forbidden, Invalid, Conflict."""
    values = _checked(draft)
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.EDITOR)
        check_revision(stored=page.revision, expected=expected_revision)
        before = {name: getattr(page, name) for name in values}
        changes = changes_between(old=before, new=values)
        if not changes:
            return page
        _check_free(values, pk=page.pk)
        if any(name in changes for name in _OPENING):
            copies.withdraw(page=StatusPage.objects.get(pk=page.pk))
        for name, value in values.items():
            setattr(page, name, value)
        page.revision += 1
        page.updated_at, page.updated_by_name = now, caller.name[:160]
        page.save(update_fields=(*values, "revision", "updated_at", "updated_by_name"))
        tell(caller=caller, page=page, action="status_page.update", now=now, changes=changes)
        changed(page=page, now=now)
    return page


def delete(*, caller: Caller, page_id: int, now: datetime) -> None:
    """With all its history; exclusions and silences of its maintenance are taken back. Editors."""
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.EDITOR)
        take_back_all(page=page, caller=caller, now=now)
        copies.withdraw(page=page)
        tell(caller=caller, page=page, action="status_page.delete", now=now, changes={"title": [page.title, None]})
        page.delete()


def create_token(*, caller: Caller, page_id: int, name: str, now: datetime) -> NewToken:
    """A key that opens the private page. Editors. Raises NotFound, Forbidden, Invalid, Conflict."""
    needed = {"name": "say who has it, such as Support team"}
    check_texts(texts={"name": name}, most={"name": bounds.NAME_MAX}, needed=needed)
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.EDITOR)
        if page.tokens.filter(revoked_at=None).count() >= bounds.TOKENS_MAX:
            raise Conflict(f"the page has {bounds.TOKENS_MAX} keys already: revoke one", reason="too_many")
        secret = new_link_secret()
        token = PageToken.objects.create(
            page=page,
            name=name.strip(),
            hint=secret.prefix,
            secret_hash=secret.hash,
            created_at=now,
            created_by_name=caller.name[:160],
        )
        tell(caller=caller, page=page, action="status_page_key.create", name=token.name, now=now)
        copies.withdraw(page=page)
        changed(page=page, now=now)
    return NewToken(token, secret.text)


def revoke_token(*, caller: Caller, page_id: int, token_id: int, now: datetime) -> PageToken:
    """Whoever has it sees 404 from now on. Editors. Raises NotFound, Forbidden."""
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.EDITOR)
        token = page.tokens.filter(pk=token_id).first()
        if token is None:
            raise NotFound("there is no such key of this page")
        if token.revoked_at is None:
            token.revoked_at = now
            token.save(update_fields=("revoked_at",))
            tell(caller=caller, page=page, action="status_page_key.revoke", name=token.name, now=now)
            copies.withdraw(page=page)
            changed(page=page, now=now)
    return token


def draft_of(*, page: StatusPage) -> PageDraft:
    values = {name: getattr(page, name) for name in PageDraft.__dataclass_fields__}
    return PageDraft(**{**values, "domain": page.domain or ""})


def _checked(draft: PageDraft) -> dict[str, Any]:
    values = {name: value.strip() if isinstance(value, str) else value for name, value in asdict(draft).items()}
    values["domain"] = values["domain"].lower().rstrip(".")
    others: list[dict[str, str]] = []
    if values["slug"] and not _SLUG.match(values["slug"]):
        others.append({"field": "slug", "message": "take small letters, digits and hyphens, such as shop"})
    if values["domain"] and not _DOMAIN.match(values["domain"]):
        others.append({"field": "domain", "message": "write a host name alone, such as status.example.com"})
    if values["domain"] and values["domain"] in own_hosts():
        own = urlsplit(settings.PUBLIC_URL).hostname
        others.append({"field": "domain", "message": f"is this installation's own ({own}): take one of its own"})
    if values["support_url"] and not values["support_url"].startswith(("https://", "http://", "mailto:")):
        others.append({"field": "support_url", "message": "must begin with https://, http:// or mailto:"})
    if not _is_zone(values["zone"]):
        others.append({"field": "zone", "message": "is no time zone: write one such as Europe/Berlin"})
    texts = {name: value for name, value in values.items() if isinstance(value, str)}
    check_texts(texts=texts, most=_MOST, needed=_NEEDED, others=others)
    values["domain"] = values["domain"] or None
    return values


def _is_zone(name: str) -> bool:
    try:
        wall_clock(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _check_free(values: dict[str, Any], *, pk: int | None) -> None:
    """Slugs and domains belong to the whole installation: a taken one is no secret."""
    others = StatusPage.objects.exclude(pk=pk or 0)
    details = []
    if others.filter(slug=values["slug"]).exists():
        details.append({"field": "slug", "message": "another page has it: choose another"})
    if values["domain"] and others.filter(domain=values["domain"]).exists():
        details.append({"field": "domain", "message": "another page has it: choose another"})
    if details:
        raise Invalid(details=details)
