from reliability.suspects.models.blame_rule import BlameRule
from reliability.suspects.models.case import Case
from reliability.suspects.models.suspect import Suspect
from reliability.suspects.models.verdict import Verdict
from reliability.suspects.models.watch import Watch

__all__ = ["BlameRule", "Case", "Suspect", "Verdict", "Watch"]
