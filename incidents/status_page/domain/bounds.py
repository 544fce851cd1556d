"""How much of what a page may have, and how long its texts may be."""

from __future__ import annotations

TITLE_MAX = 160
NAME_MAX = 120
LINE_MAX = 300
REASON_MAX = 500
DESCRIPTION_MAX = 4_000
BODY_MAX = 8_000
DOMAIN_MAX = 253
URL_MAX = 500

PAGES_MAX = 20  # of a team
GROUPS_MAX = 50
COMPONENTS_MAX = 200
SLOS_MAX = 10  # of a component
TEMPLATES_MAX = 50
TOKENS_MAX = 20
UPDATES_MAX = 200  # of an incident or a maintenance
OPEN_INCIDENTS_MAX = 50
PLANNED_MAX = 100  # maintenances that are not over
MAINTENANCE_DAYS_MAX = 30
AHEAD_DAYS_MAX = 400

DAYS_SHOWN = 90
RECENT_DAYS = 14
LISTED_MAX = 50  # incidents in a list of the JSON, entries of a feed
