"""Status pages: for people of the team, and for outsiders by slug, domain and key."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from incidents.status_page.domain.addresses import root_of
from incidents.status_page.domain.states import UNRESOLVED, MaintenanceStatus
from incidents.status_page.models import StatusPage
from reliability.access.domain.caller import Caller
from reliability.access.domain.secret import hash_of_secret
from reliability.web.errors import NotFound

_OPEN = Q(incidents__status__in=[one.value for one in UNRESOLVED])
_PLANNED = ~Q(maintenances__status=MaintenanceStatus.COMPLETED.value) & Q(maintenances__isnull=False)
_KEY_LENGTH_MAX = 128


@dataclass(frozen=True, slots=True)
class PageFilters:
    """What to list; empty fields do not filter."""

    team_slug: str = ""
    text: str = ""


def list_pages(*, caller: Caller, filters: PageFilters | None = None) -> QuerySet[StatusPage]:
    """Readable ones by title, with team, `components_count`, `open_count` and `planned_count`."""
    wanted = filters or PageFilters()
    found: QuerySet[StatusPage] = StatusPage.objects.readable_by(caller).select_related("team")
    if wanted.team_slug:
        found = found.filter(team__slug=wanted.team_slug)
    for word in wanted.text.split()[:8]:
        found = found.filter(Q(title__icontains=word) | Q(slug__icontains=word) | Q(domain__icontains=word))
    return found.annotate(
        components_count=Count("components", filter=Q(components__removed_at=None), distinct=True),
        open_count=Count("incidents", filter=_OPEN, distinct=True),
        planned_count=Count("maintenances", filter=_PLANNED, distinct=True),
    ).order_by("title", "pk")


def page(*, caller: Caller, slug: str) -> StatusPage:
    """One readable page with its team. Raises NotFound, for those of private teams of others, too."""
    found: StatusPage | None = (
        StatusPage.objects.readable_by(caller).select_related("team").filter(slug=slug[:63]).first()
    )
    if found is None:
        raise NotFound(f"there is no status page {slug[:63]!r}, or it is not yours to see")
    return found


def page_by_slug(*, slug: str) -> StatusPage | None:
    """For outsiders: ask `may_open` before anything of it is told."""
    return StatusPage.objects.filter(slug=slug).first()


def slug_of_domain(*, domain: str) -> str:
    """Blank: no page has this domain."""
    return StatusPage.objects.filter(domain=domain).values_list("slug", flat=True).first() or ""


def may_open(*, page: StatusPage, key: str) -> bool:
    """Whether whoever presents *key* may see the page. Public pages need none."""
    if page.is_public:
        return True
    if not key or len(key) > _KEY_LENGTH_MAX:
        return False
    presented = hash_of_secret(key)
    known = page.tokens.filter(revoked_at=None).values_list("secret_hash", flat=True)
    matches = [hmac.compare_digest(presented, one) for one in known]  # all of them, so that the time tells nothing
    return any(matches)


def public_root(page: StatusPage) -> str:
    """The address that people are told: of its own domain if it has one."""
    return root_of(public_url=settings.PUBLIC_URL, slug=page.slug, domain=page.domain or "")
