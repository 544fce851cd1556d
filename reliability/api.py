"""The API: one document, one error envelope, one router per room."""

from __future__ import annotations

import reliability.web.api.lazy_schemas  # noqa: F401  before the schemas of the rooms
from chaos.backlog.api.routers import ROUTERS as BACKLOG_ROUTERS
from chaos.experiments.api.routers import ROUTERS as EXPERIMENT_ROUTERS
from chaos.gamedays.api.routers import ROUTERS as GAME_DAY_ROUTERS
from chaos.runs.api.routers import ROUTERS as RUN_ROUTERS
from chaos.schedules.api.routers import ROUTERS as EXPERIMENT_SCHEDULE_ROUTERS
from incidents.actions.api.routers import ROUTERS as ACTION_ROUTERS
from incidents.intake.api.routers import ROUTERS as INTAKE_ROUTERS
from incidents.learning.api.routers import ROUTERS as LEARNING_ROUTERS
from incidents.oncall.api.routers import ROUTERS as ONCALL_ROUTERS
from incidents.paging.api.routers import ROUTERS as PAGING_ROUTERS
from incidents.postmortems.api.routers import ROUTERS as POSTMORTEM_ROUTERS
from incidents.response.api.routers import ROUTERS as RESPONSE_ROUTERS
from incidents.stakeholders.api.routers import ROUTERS as STAKEHOLDER_ROUTERS
from incidents.status_page.api.routers import ROUTERS as STATUS_PAGE_ROUTERS
from reliability.access.api import audit_router, me_router, teams_router, tokens_router
from reliability.access.authentication import ApiAuth
from reliability.catalog.api import router as services_router
from reliability.channels.api.routers import ROUTERS as CHANNEL_ROUTERS
from reliability.delivery.api.routers import ROUTERS as DELIVERY_ROUTERS
from reliability.duties.api.routers import ROUTERS as DUTY_ROUTERS
from reliability.gate.api.routers import ROUTERS as GATE_ROUTERS
from reliability.measures.api.routers import ROUTERS as MEASURE_ROUTERS
from reliability.overlay.api.routers import ROUTERS as OVERLAY_ROUTERS
from reliability.readiness.api.routers import ROUTERS as READINESS_ROUTERS
from reliability.reports.api.routers import ROUTERS as REPORT_ROUTERS
from reliability.suspects.api.routers import ROUTERS as SUSPECT_ROUTERS
from reliability.telemetry.api import router as sources_router
from reliability.web.api.exceptions import handle_errors
from reliability.web.api.openapi import DocumentedApi
from reliability.web.api.parsing import StrictJsonParser
from reliability.web.api.rendering import OrjsonRenderer
from reliability.web.api.strictness import refuse_unknown_parameters
from slo.api.routers import ROUTERS as SLO_ROUTERS

api = DocumentedApi(
    title="Reliability",
    version="1",
    description=(
        "Objectives, error budgets and what spends them. Numbers are unrounded and `null` where undefined; "
        "instants are UTC. Send `Authorization: Bearer <token>`; tokens are made under Settings."
    ),
    docs_url=None,  # reliability.web.api.docs serves both
    openapi_url=None,
    urls_namespace="api",
    auth=ApiAuth(),
    parser=StrictJsonParser(),
    renderer=OrjsonRenderer(),
)
handle_errors(api)
refuse_unknown_parameters(api)

# One router per room: api.add_router("/v1/<nouns>", router)
api.add_router("/v1/me", me_router)
api.add_router("/v1/teams", teams_router)
api.add_router("/v1/tokens", tokens_router)
api.add_router("/v1/audit", audit_router)
api.add_router("/v1/services", services_router)
api.add_router("/v1/sources", sources_router)
for prefix, router in (
    *CHANNEL_ROUTERS,
    *SLO_ROUTERS,
    *EXPERIMENT_ROUTERS,
    *RUN_ROUTERS,
    *EXPERIMENT_SCHEDULE_ROUTERS,
    *BACKLOG_ROUTERS,
    *GAME_DAY_ROUTERS,
    *ONCALL_ROUTERS,
    *PAGING_ROUTERS,
    *RESPONSE_ROUTERS,
    *INTAKE_ROUTERS,
    *ACTION_ROUTERS,
    *POSTMORTEM_ROUTERS,
    *STATUS_PAGE_ROUTERS,
    *STAKEHOLDER_ROUTERS,
    *LEARNING_ROUTERS,
    *READINESS_ROUTERS,
    *DUTY_ROUTERS,
    *DELIVERY_ROUTERS,
    *SUSPECT_ROUTERS,
    *OVERLAY_ROUTERS,
    *REPORT_ROUTERS,
    *GATE_ROUTERS,
    *MEASURE_ROUTERS,
):
    api.add_router(prefix, router)
