"""Second requests found in bulk are those that a mail alone is told."""

import numpy as np

from data.parse import mail_from_fields
from model.encoder import load_encoder
from model.predictor import Predictor
from tests.training.files import unseen
from training.sentences import MAILS_AT_ONCE, second_requests

PARTS = [example.body.strip() for example in unseen(40).examples]
PAIRS = [f"{PARTS[number]}{between}{PARTS[-number - 1].capitalize()}" for between in (". ", " ") for number in range(20)]


def test_finds_in_bulk_what_a_mail_alone_is_told(predictor: Predictor) -> None:
    contents = [*PAIRS, *PARTS]
    assert len(contents) > MAILS_AT_ONCE
    alone = predictor.understand_many([mail_from_fields(subject="", body=content) for content in contents])
    labels = predictor.parts.topics.labels
    first = np.array([labels.index(known.topic.label or "") for known in alone])
    found = second_requests(predictor, contents, first, load_encoder("hashing"))
    assert [(one.topic, one.sentence) if one else None for one in found] == [
        (one.second_request.topic, one.second_request.sentence) if one.second_request else None for one in alone
    ]
    assert any(found), "otherwise nothing is compared"
