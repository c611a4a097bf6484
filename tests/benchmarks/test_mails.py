"""The mails that the service is measured with."""

from tests.benchmarks.mails import WORDS, held_back, sixty_words


def test_every_mail_has_exactly_sixty_words() -> None:
    assert {len(mail["body"].split()) for mail in sixty_words(400)} == {WORDS}


def test_mails_differ_and_come_from_all_languages() -> None:
    mails = sixty_words(50)
    assert len({mail["body"] for mail in mails}) == 50
    assert len({example.language for example in held_back()}) == 5
