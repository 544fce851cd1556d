"""Charts of reviews."""
