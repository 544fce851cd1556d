"""The kinds of documents that this room brings about."""

from __future__ import annotations

from incidents.oncall.declared import register_kind
from incidents.oncall.services.documents import apply

register_kind("Schedule", apply, order=20)
