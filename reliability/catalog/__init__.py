"""Services by layer, with owners, tiers, links, runbooks and dependencies."""
