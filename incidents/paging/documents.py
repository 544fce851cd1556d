"""The kinds of documents that this room brings about, with the services that policies name."""

from __future__ import annotations

from incidents.oncall.declared import register_kind
from incidents.paging.services import policy_documents, service_documents, service_relations

register_kind(
    "Service", service_documents.apply, order=10, afterwards=(service_relations.loosen, service_relations.bind)
)
register_kind("EscalationPolicy", policy_documents.apply, order=30)
