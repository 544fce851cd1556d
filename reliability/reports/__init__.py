"""The monthly report: what was promised, what happened, what it cost, and what is better than before."""
