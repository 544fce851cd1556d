"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from incidents.postmortems.views import (
    blameless,
    document,
    drafting,
    exporting,
    factors,
    heading,
    history,
    importing,
    meeting,
    postmortems,
    rates,
    reviewing,
    sections,
    settings,
    timeline,
    whys,
)

_ONE = "postmortems/<int:number>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("postmortems/", postmortems.postmortem_list, name="postmortem-list"),
    path("postmortems/missing/", postmortems.postmortem_missing, name="postmortem-missing"),
    path("postmortems/rates/<slug:name>/", rates.service_rate, name="postmortem-rate"),
    path("postmortems/draft/<int:number>/", drafting.postmortem_draft, name="postmortem-draft"),
    path("postmortems/import/", importing.postmortem_import, name="postmortem-import"),
    path("postmortems/blameless/", blameless.blameless, name="postmortem-blameless"),
    path("postmortems/settings/<slug:team>/", settings.postmortem_settings, name="postmortem-settings"),
    path(_ONE, document.postmortem_detail, name="postmortem-detail"),
    path(f"{_ONE}edit/", heading.postmortem_edit, name="postmortem-edit"),
    path(f"{_ONE}refresh/", drafting.postmortem_refresh, name="postmortem-refresh"),
    path(f"{_ONE}preview/", sections.section_preview, name="postmortem-preview"),
    path(f"{_ONE}sections/", sections.section_new, name="postmortem-section-new"),
    path(f"{_ONE}sections/<slug:slug>/", sections.section_edit, name="postmortem-section"),
    path(f"{_ONE}sections/<slug:slug>/remove/", sections.section_remove, name="postmortem-section-remove"),
    path(f"{_ONE}factors/", factors.factor_new, name="postmortem-factor-new"),
    path(f"{_ONE}factors/<int:factor_id>/", factors.factor_change, name="postmortem-factor"),
    path(f"{_ONE}whys/", whys.why_new, name="postmortem-why-new"),
    path(f"{_ONE}whys/<int:why_id>/", whys.why_change, name="postmortem-why"),
    path(f"{_ONE}whys/<int:why_id>/remove/", whys.why_remove, name="postmortem-why-remove"),
    path(f"{_ONE}timeline/", timeline.timeline_select, name="postmortem-timeline"),
    path(f"{_ONE}timeline/new/", timeline.timeline_new, name="postmortem-timeline-new"),
    path(f"{_ONE}timeline/<int:item_id>/", timeline.timeline_item, name="postmortem-timeline-item"),
    path(f"{_ONE}export.<str:ending>", exporting.postmortem_export, name="postmortem-export"),
    path(f"{_ONE}print/", exporting.postmortem_print, name="postmortem-print"),
    path(f"{_ONE}review/", reviewing.postmortem_review, name="postmortem-review"),
    path(f"{_ONE}review/answer/", reviewing.postmortem_answer, name="postmortem-answer"),
    path(f"{_ONE}publish/", reviewing.postmortem_publish, name="postmortem-publish"),
    path(f"{_ONE}unpublish/", reviewing.postmortem_unpublish, name="postmortem-unpublish"),
    path(f"{_ONE}read/", reviewing.postmortem_read, name="postmortem-read"),
    path(f"{_ONE}readers/", reviewing.postmortem_readers, name="postmortem-readers"),
    path(f"{_ONE}meeting/", meeting.postmortem_meeting, name="postmortem-meeting"),
    path(f"{_ONE}meeting/cancel/", meeting.postmortem_meeting_cancel, name="postmortem-meeting-cancel"),
    path(f"{_ONE}history/", history.postmortem_history, name="postmortem-history"),
    path(f"{_ONE}history/<int:version_id>/", history.postmortem_version, name="postmortem-version"),
]
