"""An action item of the private team Payments with everything that hangs on it, for the test of every address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from incidents.actions.models import ActionNote
from tests.cast import BEGINNING, ActionFactory, Cast

MARK = "hidden-treasure"


def hidden_actions(cast: Cast) -> Mapping[str, dict[str, Any]]:
    """The arguments of addresses of action items."""
    action = ActionFactory(
        team=cast.payments, title=MARK, text=MARK, owner=cast.editor, owner_name=MARK, check_text=MARK, proof="check"
    )
    ActionNote.objects.create(action=action, at=BEGINNING, author_name=MARK, text=MARK)
    return {
        "incidents/actions/": {"number": action.pk, "slug": cast.payments.slug},
        "actions/": {"number": action.pk, "slug": cast.payments.slug},
    }
