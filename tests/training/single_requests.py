"""Mails with one request each, in one sentence or with a sentence that tells more, all different: what pairs are put together from."""

from itertools import product

from data.examples import Example

REQUESTS = {
    "delivery": (
        "where is the parcel i ordered",
        "when will the parcel arrive that i ordered",
        "why has the parcel not come that i ordered",
    ),
    "billing": ("please send me an invoice for the order of", "i need a copy of the invoice for", "can you send an invoice again for"),
    "returns": ("how do i send back the shoes from", "may i return the shoes that i bought", "i want to return the shoes bought"),
    "account": ("my password does not work since", "i cannot log in to my account since", "the login page rejects my password since"),
}
TIMES = ("last monday", "march", "yesterday", "two weeks ago", "friday", "the spring sale", "new year", "tuesday morning", "may", "june")
MORE = {
    "delivery": "It was meant to be here long ago.",
    "billing": "It is for my tax return.",
    "returns": "They are too small for me.",
    "account": "It worked well before that.",
}


def examples(count: int) -> tuple[Example, ...]:
    """In a fixed order; every second mail tells more."""
    asked = [(topic, f"{REQUESTS[topic][number]} {time}") for time, number, topic in product(TIMES, range(3), REQUESTS)]
    made = []
    for number in range(count):
        topic, text = asked[number % len(asked)]
        body = f"{text} {'again ' * (number // len(asked))}".strip()
        made.append(Example(id=f"mail-{number}", body=f"{body}. {MORE[topic]}" if number % 2 else f"{body}.", topic=topic, language="en"))
    return tuple(made)


def sentences(count: int) -> list[str]:
    """The request of each of these mails by itself, without its full stop."""
    return [example.body.split(". ")[0].rstrip(".") for example in examples(count)]
