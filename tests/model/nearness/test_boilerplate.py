"""Standard sentences are told from copied ones by what stands around them."""

from itertools import product

from model.nearness.boilerplate import Boilerplate

STANDARD = "please give your customer number in every letter to us"
TOPICS = (
    "the parcel waits {} at the shop",
    "a new card is sent {} by post",
    "the contract ends {} on its own",
    "your points expire {} soon",
)
DETAILS = ("bring a passport with you", "sign on the back of it", "no fee is charged for that", "we tell you by text message")


def test_a_sentence_of_many_different_answers_is_standard() -> None:
    texts = [f"{topic.format(word)}\n{detail}\n{STANDARD}" for topic, detail, word in zip(TOPICS, DETAILS, "abcd", strict=True)] * 3
    known = Boilerplate.learn(texts)
    assert known.sentences == {STANDARD}
    assert known.without(texts[0]) == ("the parcel waits a at the shop\nbring a passport with you", True)


def test_a_sentence_of_many_copies_of_one_answer_is_not() -> None:
    texts = [f"{TOPICS[0].format(word)}\n{DETAILS[0]}\n{STANDARD}" for word in "abcdefghijklmnop"]
    assert Boilerplate.learn(texts).sentences == frozenset()


def test_a_mistyped_standard_sentence_is_known_but_not_word_for_word() -> None:
    texts = [f"{topic.format('x')}\n{detail}\n{STANDARD}" for topic, detail in product(TOPICS, DETAILS)]
    known = Boilerplate.learn(texts)
    mistyped = STANDARD.replace("letter", "lettre")
    assert known.holds(mistyped)
    assert known.without(f"something else\n{STANDARD}") == ("something else", True)
    assert known.without(f"something else\n{mistyped}") == ("something else", False)


def test_a_text_of_standard_sentences_alone_keeps_them() -> None:
    known = Boilerplate(sentences=frozenset([STANDARD]), triples=frozenset(zip(*(STANDARD.split()[n:] for n in range(3)), strict=False)))
    assert known.without(STANDARD) == (STANDARD, True)
