"""Addresses of signing in, people, teams, tokens and the audit trail."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path

from reliability.access.views import audit, people, profile, sign_in, teams, tokens

urlpatterns = [
    path("sign-in/", sign_in.SignIn.as_view(), name="sign-in"),
    path("sign-out/", LogoutView.as_view(next_page="sign-in"), name="sign-out"),
    path("setup/", sign_in.setup, name="setup"),
    path("link/<str:secret>/", sign_in.password_link, name="password-link"),
    path("settings/profile/", profile.profile, name="profile"),
    path("settings/profile/password/", profile.change_password, name="profile-password"),
    path("settings/profile/sign-out-everywhere/", profile.sign_out_everywhere, name="sign-out-everywhere"),
    path("teams/", teams.team_list, name="team-list"),
    path("teams/new/", teams.team_create, name="team-create"),
    path("teams/<slug:slug>/", teams.team_detail, name="team-detail"),
    path("teams/<slug:slug>/edit/", teams.team_edit, name="team-edit"),
    path("teams/<slug:slug>/delete/", teams.team_delete, name="team-delete"),
    path("teams/<slug:slug>/members/", teams.member_add, name="member-add"),
    path("teams/<slug:slug>/members/<int:person_id>/role/", teams.member_role, name="member-role"),
    path("teams/<slug:slug>/members/<int:person_id>/remove/", teams.member_remove, name="member-remove"),
    path("settings/", audit.settings_home, name="settings"),
    path("settings/people/", people.person_list, name="person-list"),
    path("settings/people/invite/", people.invite, name="person-invite"),
    path("settings/people/<int:person_id>/", people.person_detail, name="person-detail"),
    path("settings/people/<int:person_id>/reset-link/", people.reset_link, name="person-reset-link"),
    path("settings/people/<int:person_id>/deactivate/", people.deactivate, name="person-deactivate"),
    path("settings/people/<int:person_id>/activate/", people.activate, name="person-activate"),
    path("settings/people/<int:person_id>/administrator/", people.make_administrator, name="person-make-administrator"),
    path(
        "settings/people/<int:person_id>/no-administrator/",
        people.remove_administrator,
        name="person-remove-administrator",
    ),
    path("settings/tokens/", tokens.token_list, name="token-list"),
    path("settings/tokens/<int:token_id>/revoke/", tokens.token_revoke, name="token-revoke"),
    path("settings/audit/", audit.audit_list, name="audit-list"),
]
