"""Facts of this room, written in the transaction of their cause. Payloads hold ids, but for one with its words."""

from __future__ import annotations

UPDATE_PUBLISHED = "StatusUpdatePublished"  # {"page_id", "update_id", "is_told"}: of an incident or a maintenance
UPDATE_EDITED = "StatusUpdateEdited"  # {"page_id", "update_id"}
COMPONENT_CHANGED = "StatusComponentChanged"  # {"page_id", "component_id", "state", "before"}: what the public sees
PAGE_CHANGED = "StatusPageChanged"  # {"page_id"}: with each of the above, and with every other public change
# {"team_id", "maintenance_id", "title", "summary", "starts_at", "service_ids"}: announced, unless nobody is to be told
MAINTENANCE_PLANNED = "MaintenancePlanned"
