"""Ways to reach people: one folder for each, and the places teams and persons set up."""
