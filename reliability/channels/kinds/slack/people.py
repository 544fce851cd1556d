"""The email address of a member, as Slack knows it: https://docs.slack.dev/reference/methods/users.info"""

from __future__ import annotations

from urllib.parse import urlencode

import orjson

from reliability.channels.kinds.http import exchange
from reliability.web.outbound import OutboundError

API_URL = "https://slack.com/api"
_BYTES_MAX = 64 * 1024


def email_of(*, bot_token: str, member: str) -> str:
    """Blank when Slack does not say, and for bots and those who left. Raises OutboundRefused."""
    url = f"{API_URL}/users.info?{urlencode({'user': member})}"
    headers = {"Authorization": f"Bearer {bot_token}"}
    try:
        answer = exchange(method="GET", url=url, headers=headers, content=b"", whole_bytes_max=_BYTES_MAX)
        said = orjson.loads(answer.body)
    except (OutboundError, orjson.JSONDecodeError):
        return ""
    user = said.get("user") if isinstance(said, dict) and said.get("ok") is True else None
    if not isinstance(user, dict) or user.get("is_bot") or user.get("deleted"):
        return ""
    profile = user.get("profile")
    return str(profile.get("email") or "") if isinstance(profile, dict) else ""
