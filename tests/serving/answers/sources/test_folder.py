"""Tests of serving.answers.sources.folder."""

from pathlib import Path

import pytest

from serving.answers.sources.reading import ImportFileError, Limits
from tests.serving.answers.sources.files import items_of, refused, taken, written


def test_names_give_id_language_and_topic(tmp_path: Path) -> None:
    (tmp_path / "de" / "returns").mkdir(parents=True)
    (tmp_path / "en" / "returns").mkdir(parents=True)
    written(tmp_path / "de" / "returns" / "period.txt", "Innerhalb von 30 Tagen.")
    written(tmp_path / "en" / "returns" / "period.md", "# The period\n\nWithin 30 days.")
    written(tmp_path / "hours.fr.html", "<title>Nos heures</title><p>De 9 h &agrave; 18 h.</p>")
    hours, period = taken(items_of(tmp_path))
    assert (hours.external_id, hours.answer.variants[0].language, hours.answer.variants[0].title) == ("hours", "fr", "Nos heures")
    assert hours.answer.variants[0].body == "<p>De 9 h à 18 h.</p>"
    assert (period.external_id, period.answer.topic) == ("returns/period", "returns")
    assert [(one.language, one.title, one.body) for one in period.answer.variants] == [
        ("de", "Innerhalb von 30 Tagen.", "Innerhalb von 30 Tagen."),
        ("en", "The period", "Within 30 days."),
    ]


def test_follows_no_links_and_reads_no_hidden_files(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    written(outside / "secret.txt", "A secret.")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link").symlink_to(outside)
    (inside / "link.txt").symlink_to(outside / "secret.txt")
    written(inside / ".hidden.txt", "hidden")
    with pytest.raises(ImportFileError, match=r"no .txt, .md, .html, .htm files found"):
        items_of(inside)


def test_a_file_in_another_encoding_costs_only_itself(tmp_path: Path) -> None:
    written(tmp_path / "bad.txt", b"\xe9t\xe9")
    written(tmp_path / "good.txt", "A good text.")
    items = items_of(tmp_path, language="en")
    assert [item.external_id for item in taken(items)] == ["good"]
    assert "iconv" in refused(items)[0].reason


def test_refuses_more_than_the_limit(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        written(tmp_path / name, "x" * 600)
    with pytest.raises(ImportFileError, match="import its folders one by one"):
        items_of(tmp_path, limits=Limits(file_bytes=1_000))
