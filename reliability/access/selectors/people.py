"""Reading people."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from reliability.access.models import Membership, User


def is_set_up() -> bool:
    """Whether anybody exists: until then the first visit creates the administrator."""
    return User.objects.exists()


def people() -> QuerySet[User]:
    """Everybody, with their memberships at hand in two queries."""
    return User.objects.prefetch_related(
        Prefetch("memberships", queryset=Membership.objects.select_related("team").order_by("team__name", "pk"))
    ).order_by("email", "pk")
