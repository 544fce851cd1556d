"""What is said to a `response_url` after a button was pressed. Pure.

Source: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses (five times within 30 minutes).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from reliability.channels.kinds.slack.blocks import escaped, mrkdwn

_BLOCKS_MAX = 50


def to_all(*, text: str, blocks: Sequence[Any], buttons: Collection[str]) -> dict[str, Any]:
    """The message again with what was done below it, and of its buttons those that still make sense.

    A message whose blocks Slack did not send along is left as it is, and followed by the words.
    """
    if not blocks:
        return {"response_type": "in_channel", "replace_original": False, "text": escaped(text)}
    kept = [_with_buttons(block, buttons) for block in blocks[: _BLOCKS_MAX - 1] if isinstance(block, dict)]
    said = {"type": "context", "elements": [mrkdwn(f"*{escaped(text)}*")]}
    shown = [block for block in kept if block.get("type") != "actions" or block.get("elements")]
    return {"replace_original": True, "text": escaped(text), "blocks": [*shown, said]}


def to_one(*, text: str, link: str = "", link_words: str = "") -> dict[str, Any]:
    """Only for whoever pressed."""
    words = escaped(text) + (f"\n<{escaped(link)}|{escaped(link_words)}>" if link else "")
    return {"response_type": "ephemeral", "replace_original": False, "text": words}


def _with_buttons(block: dict[str, Any], buttons: Collection[str]) -> dict[str, Any]:
    elements = block.get("elements")
    if block.get("type") != "actions" or not isinstance(elements, list):
        return block
    kept = [one for one in elements if isinstance(one, dict) and one.get("action_id") in {*buttons, "open"}]
    return {**block, "elements": kept}
