"""What is to be done after an incident, and how it is proven: an experiment, an SLO, a named check."""
