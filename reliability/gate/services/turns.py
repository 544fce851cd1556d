"""One writer at a time of what a team has only one of."""

from __future__ import annotations

from reliability.access.models import Team


def take_turn(*, team_id: int) -> None:
    """Wait for whoever writes policies or settings of this team. In a transaction: it lasts until that ends.

    The row that there is one of may not be there yet, so that the team's is held. Rows that refer to it need not wait.
    """
    Team.objects.select_for_update(no_key=True).filter(pk=team_id).first()
