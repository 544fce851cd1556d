"""The first visit: whoever comes first becomes the administrator, and nobody ever after."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Installation, Membership, Team, User
from reliability.access.selectors.people import is_set_up
from reliability.access.services import audit
from reliability.access.services.passwords import check_password_rules
from reliability.access.services.teams import free_slug
from reliability.web.errors import NotFound


def set_up(*, name: str, email: str, password: str, team_name: str, now: datetime) -> User:
    """Create the administrator and their first team.

    Raises NotFound when somebody exists already (of two at the same instant one gets this), Invalid for a weak
    password.
    """
    check_password_rules(password=password, email=email, name=name)
    try:
        with transaction.atomic():
            # The unique row is the lock: a second first visit fails here, on SQLite and PostgreSQL.
            Installation.objects.create(set_up_at=now)
            if is_set_up():
                raise NotFound(_CLOSED)
            user = User.objects.create_user(email, password, name=name, is_administrator=True)
            team = Team.objects.create(slug=free_slug(name=team_name), name=team_name)
            Membership.objects.create(team=team, user=user, role=Role.ADMINISTRATOR.value)
            caller = Caller(name=user.name, user_id=user.pk, is_administrator=True)
            audit.record(
                caller=caller,
                action="installation.set_up",
                object_kind="person",
                object_name=user.email,
                team_id=None,
                now=now,
                changes={"is_administrator": [None, True], "team": [None, team.slug]},
            )
    except IntegrityError as error:
        raise NotFound(_CLOSED) from error
    return user


_CLOSED = "the installation is set up already: sign in, or ask its administrator for an invitation"
