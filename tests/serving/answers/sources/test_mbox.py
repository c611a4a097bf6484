"""Tests of serving.answers.sources.mbox."""

from pathlib import Path

import pytest

from data.answer import State
from serving.answers.sources.reading import ImportFileError
from tests.serving.answers.sources.files import items_of, refused, taken, written

REPLY = """From support@shop.example Mon Mar  2 10:00:00 2026
From: Shop <support@shop.example>
To: Ana <ana@example.com>
Subject: Re: Where is my parcel?
Message-ID: <1@shop.example>
In-Reply-To: <0@example.com>
Date: Mon, 2 Mar 2026 10:00:00 +0000

Dear Ana,

your parcel 4711-220199 is on its way and will be there within 3 days.
>From now on you can follow it at https://shop.example/track.
Write to ana@example.com is not needed.

Kind regards
Tom Becker

On Sun, 1 Mar 2026 at 10:00, Ana <ana@example.com> wrote:
> Where is my parcel? My number is +34 600 111 222.

"""
QUESTION = """From ana@example.com Sun Mar  1 10:00:00 2026
From: Ana <ana@example.com>
Subject: Where is my parcel?

From here on nothing works.

"""
SHORT = REPLY.replace("<1@", "<2@").partition("Dear Ana")[0] + "Done.\n\n"


def test_takes_the_newest_text_of_agents_without_names_and_numbers(tmp_path: Path) -> None:
    path = written(tmp_path / "sent.mbox", QUESTION + REPLY + SHORT)
    items = items_of(path, agents=("@shop.example",), state=None)
    (item,) = taken(items)
    body = item.answer.variants[0].body
    assert body == (
        "your parcel <id> is on its way and will be there within 3 days.\n"
        "From now on you can follow it at https://shop.example/track.\nWrite to <email> is not needed."
    )
    assert (item.answer.variants[0].title, item.answer.state, item.line) == ("Where is my parcel?", State.DRAFT, 7)
    assert item.remarks == ("masked: 1 email, 1 id; make slots of them or write what belongs there",)
    assert [item.reason for item in refused(items)] == ["a reply too short to be an answer"]


def test_asks_who_the_agents_are(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="--agent support@example.com"):
        items_of(written(tmp_path / "sent.mbox", REPLY))


def test_refuses_what_is_no_mailbox(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="no mail found"):
        items_of(written(tmp_path / "sent.mbox", "hello\n"), agents=("@shop.example",))
