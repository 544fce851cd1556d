from chaos.backlog.models.trial import Trial, TrialNotice
from chaos.backlog.models.vulnerability import Evidence, Vulnerability, VulnerabilityNote

__all__ = ["Evidence", "Trial", "TrialNotice", "Vulnerability", "VulnerabilityNote"]
