"""What a certificate is worth on labelled mails: how much is answered by itself, and how often wrongly."""

from collections.abc import Mapping

import numpy as np

from data.answer import Answer
from model.risk import Certificate, Scope, Threshold
from training.guarantee import group_of
from training.judge import Judged
from training.measures import Figures

AUTOMATIC = ("auto.coverage", "auto.error", "auto.threshold", "auto.certified")


def auto_figures(judged: Judged, certificate: Certificate | None, answers: Mapping[str, Answer]) -> Figures:
    """Coverage of all rows, error of the rows that would be sent and are judged, threshold where there is one for all.

    A row whose answer the certificate does not cover is not sent. All figures are None without a certificate, and where it lists answers
    but none are given here.
    """
    figures: Figures = dict.fromkeys(AUTOMATIC)
    if certificate is None or judged.scores is None or (certificate.answers and judged.answers is None):
        return figures
    sent = np.array([_is_sent(judged, row, certificate, answers) for row in range(len(judged.examples))], dtype=bool)
    wrong = np.array([right is False for right in judged.right], dtype=bool)
    told = sent & np.array([right is not None for right in judged.right], dtype=bool)
    outcome = certificate.groups.get(Scope.ALL.value)
    return figures | {
        "auto.coverage": float(sent.mean()),
        "auto.error": float(wrong[told].mean()) if told.any() else None,
        "auto.threshold": outcome.value if isinstance(outcome, Threshold) else None,
        "auto.certified": certificate.is_certified,
        "auto.sent": int(sent.sum()),
        "auto.wrong": int(wrong[told].sum()),
    }


def _is_sent(judged: Judged, row: int, certificate: Certificate, answers: Mapping[str, Answer]) -> bool:
    outcome = certificate.groups.get(group_of(judged, row, certificate.scope))
    if judged.scores is None or not isinstance(outcome, Threshold) or judged.scores[row] < outcome.value:
        return False
    if judged.answers is None:
        return True
    first = next(iter(judged.answers[row]), "")
    return first in answers and certificate.covers(first, answers[first].content_hash)
