"""What a month or a quarter of incidents teaches."""
