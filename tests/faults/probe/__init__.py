"""A room for the fault tests: work that takes a while and leaves a trace of each beginning and end."""
