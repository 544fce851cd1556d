"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from incidents.actions.views import action, actions, board, settings, writing

urlpatterns: list[URLPattern | URLResolver] = [
    path("incidents/actions/", actions.action_list, name="action-list"),
    path("incidents/actions.csv", actions.action_file, name="action-file"),
    path("incidents/actions/board/", board.action_board, name="action-board"),
    path("incidents/actions/new/", writing.action_new, name="action-new"),
    path("incidents/actions/teams/<slug:slug>/", settings.action_settings, name="action-settings"),
    path("incidents/actions/<int:number>/", action.action_detail, name="action-detail"),
    path("incidents/actions/<int:number>/edit/", writing.action_edit, name="action-edit"),
    path("incidents/actions/<int:number>/move/", action.action_move, name="action-move"),
    path("incidents/actions/<int:number>/confirm/", action.action_confirm, name="action-confirm"),
    path("incidents/actions/<int:number>/notes/", action.action_note, name="action-note"),
]
