"""Teams and who holds which role in them."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import PROTECT, ManyToOneRel, Model
from django.utils.text import slugify

from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Membership, Team, User
from reliability.access.services import audit
from reliability.access.services.authorize import require, require_installation
from reliability.web.errors import Conflict, Invalid, NotFound

SLUG_LENGTH_MAX = 63


def free_slug(*, name: str) -> str:
    """A slug from a name, with a number behind it when it is taken."""
    base = slugify(name)[: SLUG_LENGTH_MAX - 4] or "team"
    taken = set(Team.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken)


def create(
    *, caller: Caller, name: str, now: datetime, slug: str = "", is_private: bool = True, reason: str = ""
) -> Team:
    """A new team; a person who makes it is its first administrator. Raises Forbidden, Conflict."""
    require_installation(caller=caller)
    slug = slug or free_slug(name=name)
    try:
        with transaction.atomic():
            team = Team.objects.create(slug=slug, name=name, is_private=is_private)
            if caller.user_id is not None:
                Membership.objects.create(team=team, user_id=caller.user_id, role=Role.ADMINISTRATOR.value)
            changes: audit.Changes = {"slug": [None, slug], "name": [None, name], "is_private": [None, is_private]}
            _record(caller=caller, action="team.create", team=team, now=now, changes=changes, reason=reason)
    except IntegrityError as error:
        message = f"there is a team {slug!r} already: choose another short name"
        raise Conflict(message, reason="exists", details=[{"field": "slug", "message": message}]) from error
    return team


def change(*, caller: Caller, team: Team, name: str, is_private: bool, now: datetime, reason: str = "") -> Team:
    """Name and privacy; the slug stays, addresses name it. Raises Forbidden, NotFound."""
    require(caller=caller, team_id=team.pk, role=Role.ADMINISTRATOR)
    with transaction.atomic():
        team = Team.objects.select_for_update().get(pk=team.pk)
        new = {"name": name, "is_private": is_private}
        changes = audit.changes_between(old={"name": team.name, "is_private": team.is_private}, new=new)
        if changes:
            team.name, team.is_private = name, is_private
            team.save(update_fields=("name", "is_private"))
            _record(caller=caller, action="team.change", team=team, now=now, changes=changes, reason=reason)
    return team


def belongings_of(*, team: Team) -> list[str]:
    """What the team owns, in words such as "3 services"; without its members and tokens."""
    counts = ((model, model._base_manager.filter(**{field: team}).count()) for model, field in _owned())
    return sorted(
        f"{count:,} {model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural}"
        for model, count in counts
        if count
    )


def delete(*, caller: Caller, team: Team, now: datetime, reason: str = "") -> None:
    """Delete a team that owns nothing, with its memberships and tokens. Its entries in the audit trail stay.

    Raises Forbidden for all but administrators of the installation, Conflict naming what it still owns.
    """
    require_installation(caller=caller)
    with transaction.atomic():
        team = Team.objects.select_for_update().get(pk=team.pk)
        owned = belongings_of(team=team)
        if owned:
            raise Conflict(
                f"{team.name} still owns {', '.join(owned)}: give them to another team or delete them first",
                reason="in_use",
            )
        people = sorted(team.memberships.values_list("user__email", flat=True))
        tokens = sorted(team.tokens.values_list("name", flat=True))
        changes: audit.Changes = {
            "slug": [team.slug, None], "name": [team.name, None], "members": [people, None], "tokens": [tokens, None]
        }  # fmt: skip
        _record(caller=caller, action="team.delete", team=team, now=now, changes=changes, reason=reason)
        team.delete()


def _owned() -> list[tuple[type[Model], str]]:
    """Every model whose rows keep their team from being deleted, and the field that names it."""
    relations = [
        relation
        for relation in Team._meta.get_fields(include_hidden=True)
        if isinstance(relation, ManyToOneRel) and relation.on_delete is PROTECT
    ]
    return [(relation.related_model, relation.field.name) for relation in relations]


def set_member(*, caller: Caller, team: Team, email: str, role: Role, now: datetime, reason: str = "") -> Membership:
    """Give a person a role in the team, adding them when they are no member.

    Raises Forbidden, NotFound, Invalid for an unknown person, Conflict when the last administrator would go.
    """
    require(caller=caller, team_id=team.pk, role=Role.ADMINISTRATOR)
    with transaction.atomic():
        _lock(team)
        person = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
        if person is None:
            message = f"nobody here has the address {email}: an administrator of the installation can invite them"
            raise Invalid(details=[{"field": "email", "message": message}])
        member = team.memberships.filter(user=person).first()
        held = Role(member.role) if member else None
        if member is None:
            member = Membership.objects.create(team=team, user=person, role=role.value)
        elif held is not role:
            _keep_an_administrator(team=team, member=member, role=role)
            member.role = role.value
            member.save(update_fields=("role",))
        if held is not role:
            action = "team.add_member" if held is None else "team.change_role"
            changes = {person.email: [held.name.lower() if held else None, role.name.lower()]}
            _record(caller=caller, action=action, team=team, now=now, changes=changes, reason=reason)
    return member


def remove_member(*, caller: Caller, team: Team, person_id: int, now: datetime, reason: str = "") -> None:
    """Take the person out of the team; everybody may leave one. Raises Forbidden, NotFound, Conflict."""
    if caller.user_id != person_id or caller.user_id is None:
        require(caller=caller, team_id=team.pk, role=Role.ADMINISTRATOR)
    with transaction.atomic():
        _lock(team)
        member = team.memberships.select_related("user").filter(user_id=person_id).first()
        if member is None:
            raise NotFound("this person is no member of the team")
        _keep_an_administrator(team=team, member=member, role=None)
        member.delete()
        changes = {member.user.email: [Role(member.role).name.lower(), None]}
        _record(caller=caller, action="team.remove_member", team=team, now=now, changes=changes, reason=reason)


def _lock(team: Team) -> None:
    """Two changes of one team's members wait for each other: each sees whether the other left an administrator."""
    Team.objects.select_for_update().get(pk=team.pk)


def _keep_an_administrator(*, team: Team, member: Membership, role: Role | None) -> None:
    if member.role != Role.ADMINISTRATOR or role is Role.ADMINISTRATOR:
        return
    others = team.memberships.filter(role=Role.ADMINISTRATOR.value, user__is_active=True).exclude(pk=member.pk)
    if not others.exists():
        raise Conflict(
            f"this is the last administrator of {team.name}: make another member administrator first",
            reason="last_administrator",
        )


def _record(*, caller: Caller, action: str, team: Team, now: datetime, changes: audit.Changes, reason: str) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind="team",
        object_name=team.slug,
        team_id=team.pk,
        now=now,
        changes=changes,
        reason=reason,
    )
