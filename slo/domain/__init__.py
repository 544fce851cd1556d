"""The mathematics of objectives: counts in, ratios out. No Django, no clock."""
