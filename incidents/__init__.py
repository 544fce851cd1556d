"""Room of incidents, escalation and postmortems: may import chaos, slo and below."""
