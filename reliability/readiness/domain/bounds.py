"""Bounds of what people write."""

from __future__ import annotations

TITLE_MAX = 120
WHY_MAX = 1_000
SOURCE_MAX = 200
TEXT_MAX = 5_000  # of evidence
REASON_MAX = 1_000
URL_MAX = 500
SLUG_MAX = 63
OWN_ITEMS_MAX = 50
EXPIRES_DAYS_MAX = 1_825  # five years
WAIVED_DAYS_MAX = 366
REVIEW_DAYS_MAX = 1_825
REMIND_DAYS_MAX = 180
EVIDENCE_PER_ITEM_MAX = 200  # kept of one item of one service, those taken back among them
REVIEWS_MAX = 500  # of one service
VERSIONS_MAX = 1_000  # of one checklist
