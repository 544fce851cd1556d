"""Room of chaos experiments and game days: may import slo and below, never incidents."""
