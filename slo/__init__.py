"""Room of objectives: SLIs, series store, error budgets, burn rates, OpenSLO."""
