"""Game days: plan, invitations, live room, wrap-up and record."""
