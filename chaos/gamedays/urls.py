"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from chaos.gamedays.views import (
    answering,
    badges,
    days,
    deciding,
    follow_ups,
    game_day,
    people,
    planning,
    record,
    room,
    room_acts,
    scenarios,
    wrap_up,
    wrap_up_acts,
)

_ONE = "chaos/game-days/<int:number>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("chaos/game-days/", days.game_day_list, name="game-day-list"),
    path("chaos/game-days/new/", planning.game_day_new, name="game-day-new"),
    path("chaos/game-days/answers/<str:token>/", answering.answer_link, name="game-day-answer-link"),
    path("chaos/game-days/answers/<str:token>/calendar.ics", answering.answer_file, name="game-day-answer-file"),
    path("chaos/game-days/badges/<slug:slug>/", badges.badge_settings, name="game-day-badges"),
    path("chaos/follow-ups/", follow_ups.follow_up_list, name="follow-up-list"),
    path("chaos/follow-ups/<int:pk>/", follow_ups.follow_up_edit, name="follow-up-edit"),
    path("chaos/follow-ups/<int:pk>/close/", follow_ups.follow_up_close, name="follow-up-close"),
    # the plan
    path(_ONE, game_day.game_day_detail, name="game-day"),
    path(f"{_ONE}edit/", planning.game_day_edit, name="game-day-edit"),
    path(f"{_ONE}calendar.ics", record.calendar_file, name="game-day-calendar"),
    path(f"{_ONE}scenarios/new/", scenarios.scenario_new, name="scenario-new"),
    path(f"{_ONE}scenarios/<int:pk>/", scenarios.scenario_edit, name="scenario-edit"),
    path(f"{_ONE}scenarios/<int:pk>/move/", scenarios.scenario_move, name="scenario-move"),
    path(f"{_ONE}scenarios/<int:pk>/remove/", scenarios.scenario_remove, name="scenario-remove"),
    path(f"{_ONE}roles/", people.role_give, name="game-day-role"),
    path(f"{_ONE}roles/<int:pk>/end/", people.role_end, name="game-day-role-end"),
    path(f"{_ONE}invitees/", people.invite, name="game-day-invite"),
    path(f"{_ONE}invitees/<int:pk>/remove/", people.invitee_remove, name="game-day-invitee-remove"),
    path(f"{_ONE}answer/", people.answer, name="game-day-answer"),
    path(f"{_ONE}checklist/", deciding.item_add, name="game-day-item"),
    path(f"{_ONE}checklist/<int:pk>/", deciding.item_tick, name="game-day-item-tick"),
    path(f"{_ONE}plan/", deciding.plan, name="game-day-plan"),
    path(f"{_ONE}go/", deciding.go, name="game-day-go"),
    path(f"{_ONE}no-go/", deciding.no_go, name="game-day-no-go"),
    path(f"{_ONE}postpone/", deciding.postpone, name="game-day-postpone"),
    path(f"{_ONE}cancel/", deciding.cancel, name="game-day-cancel"),
    path(f"{_ONE}start/", deciding.start, name="game-day-start"),
    # the day
    path(f"{_ONE}room/", room.room_page, name="game-day-room"),
    path(f"{_ONE}room/stop/", room_acts.stop, name="game-day-stop"),
    path(f"{_ONE}room/finish/", room_acts.finish, name="game-day-finish"),
    path(f"{_ONE}room/scenarios/<int:pk>/begin/", room_acts.scenario_begin, name="scenario-begin"),
    path(f"{_ONE}room/scenarios/<int:pk>/end/", room_acts.scenario_end, name="scenario-end"),
    path(f"{_ONE}room/scenarios/<int:pk>/skip/", room_acts.scenario_skip, name="scenario-skip"),
    path(f"{_ONE}room/observations/", room_acts.observe, name="game-day-observe"),
    path(f"{_ONE}room/observations/<int:seen>/", room_acts.observation_edit, name="observation-edit"),
    # afterwards
    path(f"{_ONE}wrap-up/", wrap_up.wrap_up, name="game-day-wrap-up"),
    path(f"{_ONE}wrap-up/answers/", wrap_up_acts.answers_save, name="game-day-answers"),
    path(f"{_ONE}wrap-up/scenarios/<int:pk>/", wrap_up_acts.scenario_judge, name="scenario-judge"),
    path(f"{_ONE}wrap-up/findings/", wrap_up_acts.finding_add, name="game-day-finding"),
    path(f"{_ONE}wrap-up/follow-ups/", wrap_up_acts.follow_up_add, name="game-day-follow-up"),
    path(f"{_ONE}wrap-up/close/", wrap_up_acts.close, name="game-day-close"),
    path(f"{_ONE}record/", record.record, name="game-day-record"),
    path(f"{_ONE}record/corrections/", record.correct, name="game-day-correct"),
]
