"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reliability.readiness.views import checklist_editing, checklists, deciding, evidence, overview, service, waivers

urlpatterns: list[URLPattern | URLResolver] = [
    path("readiness/", overview.readiness_list, name="readiness"),
    path("readiness/readiness.csv", overview.readiness_file, name="readiness-file"),
    path("readiness/checklists/", checklists.checklist_list, name="readiness-checklists"),
    path("readiness/checklists/<slug:team>/", checklists.checklist_detail, name="readiness-checklist"),
    path("readiness/checklists/<slug:team>/settings/", checklist_editing.settings_edit, name="readiness-settings"),
    path("readiness/checklists/<slug:team>/items/new/", checklist_editing.own_new, name="readiness-own-new"),
    path("readiness/checklists/<slug:team>/items/<slug:item>/", checklist_editing.item_edit, name="readiness-rule"),
    path(
        "readiness/checklists/<slug:team>/items/<slug:item>/remove/",
        checklist_editing.own_remove,
        name="readiness-own-remove",
    ),
    path(
        "readiness/checklists/<slug:team>/versions/<int:number>/", checklists.version_detail, name="readiness-version"
    ),
    path("services/<slug:name>/readiness/", service.service_readiness, name="readiness-service"),
    path("services/<slug:name>/readiness/items/<slug:item>/", evidence.item_detail, name="readiness-item"),
    path("services/<slug:name>/readiness/items/<slug:item>/waive/", waivers.waiver_new, name="readiness-waive"),
    path("services/<slug:name>/readiness/evidence/<int:pk>/review/", evidence.evidence_review, name="readiness-seen"),
    path(
        "services/<slug:name>/readiness/evidence/<int:pk>/withdraw/",
        evidence.evidence_withdraw,
        name="readiness-withdraw",
    ),
    path("services/<slug:name>/readiness/waivers/<int:pk>/end/", waivers.waiver_end, name="readiness-waiver-end"),
    path("services/<slug:name>/readiness/reviews/", deciding.review_list, name="readiness-reviews"),
    path("services/<slug:name>/readiness/reviews/new/", deciding.review_new, name="readiness-review-new"),
    path("services/<slug:name>/readiness/reviews/<int:pk>/", deciding.review_detail, name="readiness-review"),
]
