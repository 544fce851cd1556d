"""From a fresh machine to a virtualenv that holds what the lock file names. Standard library only."""
