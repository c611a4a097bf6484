"""The table and the picture of a result."""

import csv
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from model.decision import Action
from serving.what_if.pictures import EVERYTHING, NO_TOPIC, svg, write_csv, write_picture
from serving.what_if.result import Result, Tally
from tests.serving.what_if.tried import make_result, make_tried

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def result() -> Result:
    """Six mails under two topics and none."""
    sent = (make_tried(number, Action.AUTO_REPLY, is_right=number != 1) for number in range(3))
    others = (make_tried(3, topic="a <b> & c"), make_tried(4, Action.ROUTE, topic=None, stopped_by="topic"))
    return make_result(*sent, *others, make_tried(5, Action.PARK, stopped_by="vetoes"))


def test_the_table_has_a_row_for_each_topic_and_one_for_all(result: Result, tmp_path: Path) -> None:
    write_csv(result, tmp_path / "out" / "topics.csv")
    rows = list(csv.DictReader((tmp_path / "out" / "topics.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["topic"] for row in rows] == [EVERYTHING, "order.status", NO_TOPIC, "a <b> & c"]
    assert (rows[0]["mails"], rows[0]["auto_reply"], rows[0]["sent_wrong"], rows[0]["sent_right"]) == ("6", "3", "1", "2")
    assert rows[2]["wrong_share"] == ""
    assert sum(int(row["mails"]) for row in rows[1:]) == 6


def test_the_picture_can_be_read_without_seeing_it(result: Result, tmp_path: Path) -> None:
    write_picture(result, tmp_path / "topics.svg")
    picture = ElementTree.parse(tmp_path / "topics.svg").getroot()
    assert (picture.tag, picture.get("role"), picture.get("aria-labelledby")) == (f"{SVG}svg", "img", "title description")
    title, description = picture.find(f"{SVG}title"), picture.find(f"{SVG}desc")
    assert title is not None
    assert "6 mails" in (title.text or "")
    assert description is not None
    assert "order.status: 3 of 4 sent; wrong 1 of 3" in (description.text or "")
    texts = [text.text for text in picture.iter(f"{SVG}text")]
    assert "a <b> & c" in texts
    bars = [bar.text for bar in picture.iter(f"{SVG}title")]
    assert "order.status: sent, wrong 1" in bars


def test_bars_are_as_long_as_their_counts(result: Result) -> None:
    picture = ElementTree.fromstring(svg(result))
    widths = {bar[0].text: float(bar.get("width", "0")) for bar in picture.iter(f"{SVG}rect") if len(bar)}
    assert widths["order.status: sent, right 2"] == pytest.approx(2 * widths["order.status: sent, wrong 1"])
    assert sum(width for name, width in widths.items() if name and name.startswith(EVERYTHING)) == pytest.approx(440, abs=0.5)


def test_a_picture_of_nothing_is_a_picture() -> None:
    assert ElementTree.fromstring(svg(make_result())).tag == f"{SVG}svg"


def test_an_interrupted_file_leaves_nothing(result: Result, tmp_path: Path) -> None:
    result.topics["last"] = Pressed()
    with pytest.raises(KeyboardInterrupt):
        write_csv(result, tmp_path / "topics.csv")
    assert list(tmp_path.iterdir()) == []


class Pressed(Tally):
    """A tally at which somebody presses Ctrl-C."""

    def to_json(self) -> dict[str, Any]:
        """Nothing comes of it."""
        raise KeyboardInterrupt
