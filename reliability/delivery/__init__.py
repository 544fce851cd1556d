"""What was changed in production, as other systems tell it."""
