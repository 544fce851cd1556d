"""Self-hosted reliability platform: the project package and its ground floor."""
