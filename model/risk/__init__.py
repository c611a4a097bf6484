"""Bounds on the error of automatic replies: targets, thresholds that keep them, certificates, and labels that accrue."""

from model.risk.accrual import Accrual, Looks
from model.risk.bounds import p_values, upper_bound
from model.risk.certificate import Certificate, Scope
from model.risk.grid import Grid
from model.risk.target import RiskError, Target
from model.risk.thresholds import Lack, NoThreshold, Outcome, Threshold, lowest_threshold, thresholds_by_group

__all__ = [
    "Accrual",
    "Certificate",
    "Grid",
    "Lack",
    "Looks",
    "NoThreshold",
    "Outcome",
    "RiskError",
    "Scope",
    "Target",
    "Threshold",
    "lowest_threshold",
    "p_values",
    "thresholds_by_group",
    "upper_bound",
]
