"""Whether a change may go to production now: error-budget policies, freeze windows, incidents, overrides."""
