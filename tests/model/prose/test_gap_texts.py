"""Typical sentences and drafts are other people's words, without what is personal."""

from model.prose.gap_texts import TextInLanguage, draft_of, rarities, typical_sentences, without_case

MAILS = [
    "Good morning.\n\nDo you offer gift wrapping for the lamp? My order is ALV-5520917.",
    "Gift wrapping\n\nHow much does gift wrapping cost with you?",
    "Hello, I am Wilhelmina.\n\nIs gift wrapping possible for two parcels? Thank you very much.",
    "Is there gift wrapping and a card for 12,50 euros?",
]
OTHERS = ["Where is my parcel? Thank you very much.", "My parcel has not arrived. Good morning.", "Do you know where my order is?"]


def replies(*texts: str) -> list[TextInLanguage]:
    return [TextInLanguage(text=text, language="en") for text in texts]


def test_typical_sentences_say_what_the_mails_share() -> None:
    found = typical_sentences(replies(*MAILS), rarities([*MAILS, *OTHERS]))
    assert 1 <= len(found) <= 3
    assert all("gift wrapping" in sentence.lower() for sentence in found)


def test_typical_sentences_are_masked_and_different() -> None:
    found = " ".join(typical_sentences(replies(*MAILS, *MAILS), rarities(MAILS)))
    assert "ALV-5520917" not in found
    assert "12,50" not in found
    assert found.count("How much does gift wrapping cost") <= 1


def test_mails_without_a_sentence_have_no_typical_one() -> None:
    assert typical_sentences(replies("?", "ok"), rarities(["?", "ok"])) == ()


def test_the_draft_is_the_reply_that_resembles_the_others() -> None:
    told = replies(
        "Dear Ana,\n\nwe wrap every gift for free.",
        "Dear Max,\n\nwe wrap every gift for free, just tell us.",
        "No idea, sorry.",
    )
    draft = draft_of(told)
    assert draft is not None
    assert draft.startswith("Dear {{customer_name}},\n\nwe wrap every gift for free")


def test_without_replies_there_is_no_draft() -> None:
    assert draft_of([]) is None
    assert draft_of(replies("  ")) is None


def test_values_that_most_replies_state_stay_and_those_of_the_case_go() -> None:
    told = replies(*(f"We are open from 9:00 to 18:00. Your refund is {amount} €." for amount in ("12,00", "15,00", "19,00", "22,00")))
    draft = draft_of(told)
    assert draft == "We are open from 9:00 to 18:00. Your refund is <amount>."


def test_numbers_of_the_case_become_slots() -> None:
    text = without_case(TextInLanguage(text="Your order ALV-5520917 is on its way, write to ana@post.example.", language="en"), frozenset())
    assert "{{order_number}}" in text
    assert "ana@post.example" not in text


def test_names_of_customers_and_agents_go() -> None:
    reply = TextInLanguage(text="Dear Mrs Miller,\n\nwe wrap every gift for free.\n\nKind regards\nBoris Wagner", language="en")
    text = without_case(reply, frozenset())
    assert text.startswith("Dear Mrs {{customer_name}},\n\nwe wrap every gift for free.")
    assert "Miller" not in text
    assert "Wagner" not in text
