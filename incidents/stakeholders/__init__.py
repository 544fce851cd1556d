"""Who must know: people and groups, in their words, by their channel, at their hours."""
