from chaos.experiments.models.experiment import Experiment, ExperimentSecret, ExperimentVersion
from chaos.experiments.models.target import Target

__all__ = ["Experiment", "ExperimentSecret", "ExperimentVersion", "Target"]
