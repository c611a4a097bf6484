"""Bounds on the error of automatic replies: targets, thresholds that keep them, certificates, and labels that accrue."""

from model.risk.accrual import Looks
from model.risk.accrued import accrued_by_group, accrued_threshold
from model.risk.bounds import p_values, upper_bound
from model.risk.certificate import Certificate, Method, Scope
from model.risk.grid import Grid
from model.risk.target import RiskError, Target
from model.risk.thresholds import Lack, NoThreshold, Outcome, Threshold, lowest_threshold, thresholds_by_group

__all__ = [
    "Certificate",
    "Grid",
    "Lack",
    "Looks",
    "Method",
    "NoThreshold",
    "Outcome",
    "RiskError",
    "Scope",
    "Target",
    "Threshold",
    "accrued_by_group",
    "accrued_threshold",
    "lowest_threshold",
    "p_values",
    "thresholds_by_group",
    "upper_bound",
]
