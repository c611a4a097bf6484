"""Mails, answers, examples and whole models in which everything that does not matter is filled in."""

import itertools
import random
from datetime import UTC, datetime
from typing import Any

from data.answer import Answer, Variant
from data.examples import Example, ExampleSet
from data.mail import Mail
from data.taxonomy import Taxonomy, Topic

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
TOPICS = ("billing", "delivery", "returns")
REQUESTS = {
    "billing": (
        "please send the invoice again",
        "the amount on my invoice is wrong",
        "I was charged twice by card",
        "how do I pay by transfer",
    ),
    "delivery": (
        "my parcel has not arrived",
        "when will the courier deliver",
        "tracking shows no movement",
        "the delivery date has passed",
    ),
    "returns": ("I want to return the lamp", "how do I send the chair back", "the refund for my return", "can I exchange the jacket"),
}
OPENINGS = ("Hello", "Dear team", "Good morning", "Hi there")
CLOSINGS = ("thank you", "kind regards", "waiting for your answer", "best wishes", "thanks in advance")
URGENCIES = {"": "normal", "urgent: ": "high", "when you have time: ": "low"}


def make_mail(subject: str = "Where is my parcel?", text: str = "It should have been here on Monday.", **rest: Any) -> Mail:
    """A mail whose newest text is its whole body."""
    return Mail(**{"subject": subject, "body": text, "text": text, "sender": "ana@example.com", **rest})


def make_answer(id: str = "tracking", body: str = "Your parcel is on its way.", **rest: Any) -> Answer:
    """An active answer in English; `variants` replaces the one that `body`, `title` and `questions` describe."""
    variant = Variant(language="en", title=rest.pop("title", "Where a parcel is"), body=body, questions=rest.pop("questions", ()))
    return Answer(**{"id": id, "topic": "delivery", "variants": (variant,), **rest})


def make_taxonomy(**rest: Any) -> Taxonomy:
    """Three topics, each with a queue of its own."""
    topics = tuple(Topic(label=label, description={"en": label}, queue=f"{label}-desk") for label in TOPICS)
    return Taxonomy(**{"topics": topics, **rest})


def make_examples(most: int = 120) -> ExampleSet:
    """Different English mails about three topics with three urgencies; each also holds a name and an order number of its own."""
    choices = list(itertools.product(OPENINGS, CLOSINGS, URGENCIES.items(), range(4), TOPICS))
    chosen = random.Random(0).sample(choices, min(most, len(choices)))
    examples = tuple(
        Example(
            id=f"ex-{number}",
            subject=f"{urgent}a question",
            body=f"{opening}, {REQUESTS[topic][request]}, order 77{number:04}. {closing}, {_name(number)}",
            language="en",
            topic=topic,
            topics=(topic,),
            urgency=urgency,
            group=f"thread-{number // 2}",
        )
        for number, (opening, closing, (urgent, urgency), request, topic) in enumerate(chosen)
    )
    return ExampleSet(examples=examples, urgencies=make_taxonomy().urgencies, taxonomy=make_taxonomy())


def _name(number: int) -> str:
    """A surname that no other mail has."""
    letters = "bdfgklmnprstvz"
    return "Q" + "".join(f"{letters[number // 14**place % 14]}u" for place in range(3)) + "x"
