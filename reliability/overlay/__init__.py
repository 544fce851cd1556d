"""One timeline of what was deployed, changed, broken, burnt, tried and announced, by service."""
