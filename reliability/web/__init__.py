"""The page shell, time range, errors, and the one guarded client for outgoing requests."""
