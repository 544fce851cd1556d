"""What comes back and has to be done, and the toil it takes: recurring duties, their log, hours per team."""
