"""Which words a dictionary is asked about."""

from model.prose.words import checked_words


def test_takes_ordinary_words_once_in_order() -> None:
    assert checked_words("Your parcel, your parcel is on its way!") == ("Your", "parcel", "your", "its", "way")


def test_leaves_out_what_no_dictionary_knows() -> None:
    assert checked_words("XR2000 iPhone USB https://a.example ana@post.example {{order_number}} snake_case 14th") == ()


def test_keeps_words_with_apostrophes_hyphens_and_accents() -> None:
    assert checked_words("l'été porte-monnaie l’hôtel") == ("l'été", "porte-monnaie", "l’hôtel")
