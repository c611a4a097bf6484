"""Second requests of many mails at once, found as the service finds them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from model.encoder import Encoder
from model.passages import Passages, mail_vector
from model.predictor import Predictor
from model.understanding import SecondRequest

MAILS_AT_ONCE = 32


def second_requests(
    predictor: Predictor, contents: Sequence[str], first: NDArray[np.int64], encoder: Encoder
) -> list[SecondRequest | None]:
    """A second request of each mail or None; `first` (n,) are the columns of the mails' own topics."""
    cutter = predictor.parts.requests.cutter
    cuts = [
        (row, cut, stretches) for row, content in enumerate(contents) if (stretches := cutter.stretches(cut := Passages.of(content))).texts
    ]
    found: list[SecondRequest | None] = [None] * len(contents)
    for start in range(0, len(cuts), MAILS_AT_ONCE):
        block = cuts[start : start + MAILS_AT_ONCE]
        vectors = encoder.encode([text for _, cut, _ in block for text in cut.texts])
        ends = np.cumsum([len(cut.texts) for _, cut, _ in block])
        of_mails = np.split(vectors, ends[:-1])
        whole = np.stack([mail_vector(of_mail) for of_mail in of_mails])
        topics = predictor.parts.topics.probabilities(predictor.read(whole, [cut.text for _, cut, _ in block]))
        for (row, _, stretches), of_mail, probabilities in zip(block, of_mails, topics, strict=True):
            own = int(first[row])
            found[row] = predictor.second_request(stretches, of_mail[1:], (own, float(probabilities[own])))
    return found
