"""A cutter learns how mails begin and end, and stays quiet inside a sentence."""

from model.passages import Passages
from model.requests import Cutter
from tests.training.single_requests import sentences
from training.cutting import MOST_CUT, fit_cutter, limit_of


def _mails(texts: list[str]) -> list[Passages]:
    return [Passages.of(text) for text in texts]


def test_finds_the_border_between_two_mails_without_punctuation() -> None:
    cutter = fit_cutter(_mails(sentences(300)))
    cut = cutter.stretches(Passages.of("where is the parcel i ordered last monday please send me an invoice for march"))
    assert cut.texts == ("where is the parcel i ordered last monday", "please send me an invoice for march")


def test_its_limit_leaves_nearly_all_single_sentences_whole() -> None:
    cutter, fresh = fit_cutter(_mails(sentences(300))), sentences(400)[300:]
    limit = limit_of(cutter, _mails(fresh))
    highest = [cutter.highest(text) for text in fresh]
    assert 0 < sum(value >= limit for value in highest) <= MOST_CUT * len(fresh) + 1


def test_too_few_sentences_teach_nothing() -> None:
    assert fit_cutter(_mails(["Where is my parcel?"] * 5)).limit == Cutter.untrained().limit
