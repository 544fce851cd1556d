"""Charts of deliveries."""
