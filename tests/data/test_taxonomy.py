"""Topics in a tree, urgencies in order, and files that cannot be right."""

from pathlib import Path

import pytest

from data.taxonomy import Mode, Taxonomy, TaxonomyError

TREE = """
default_queue = "front"
languages = ["en"]
[urgency]
labels = ["low", "high"]
[topics.returns]
queue = "returns"
mode = "shadow"
skills = ["en"]
[topics.returns.conditions]
description = "How to send something back"
[topics.returns.status]
description = {en = "Where the money is", de = "Wo das Geld bleibt"}
mode = "auto"
[topics.privacy]
description = "Personal data"
never_auto = true
statutory_deadline_days = 30
"""


def load(folder: Path, text: str) -> Taxonomy:
    path = folder / "taxonomy.toml"
    path.write_text(text, encoding="utf-8")
    return Taxonomy.load(path)


def test_inherits_from_the_branch_above(tmp_path: Path) -> None:
    taxonomy = load(tmp_path, TREE)
    assert taxonomy.labels == ("returns.conditions", "returns.status", "privacy")
    conditions, status, privacy = taxonomy.topics
    assert (conditions.queue, conditions.mode, conditions.skills) == ("returns", Mode.SHADOW, ("en",))
    assert (status.queue, status.mode, status.description["de"]) == ("returns", Mode.AUTO, "Wo das Geld bleibt")
    assert (privacy.queue, privacy.never_auto, privacy.statutory_deadline_days) == ("front", True, 30)


def test_comes_back_equal_from_json(tmp_path: Path) -> None:
    taxonomy = load(tmp_path, TREE)
    assert Taxonomy.from_json(taxonomy.to_json()) == taxonomy
    assert Taxonomy.from_json(taxonomy.to_json()).sha256 == taxonomy.sha256


def test_costs_are_the_steps_between_urgencies_by_default(tmp_path: Path) -> None:
    assert Taxonomy.from_labels(["a"]).cost[0] == (0, 1, 2, 3)
    assert load(tmp_path, TREE.replace('"high"]', '"high"]\ncost = [[0, 5], [1, 0]]')).cost == ((0, 5), (1, 0))


def test_knows_only_topics_that_exist(tmp_path: Path) -> None:
    taxonomy = load(tmp_path, TREE)
    assert taxonomy.topic("privacy") is taxonomy.topics[2]
    assert taxonomy.topic("gone") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("topics = 1 2", r"taxonomy\.toml: "),
        ("", "no topics"),
        ("colour = 1", "unknown key colour"),
        ("[topics.a]\nqueue = 'x'", "topic a has no description"),
        ("[topics.a]\ndescription = 'x'\nmode = 'on'", "mode must be one of off, shadow, suggest, auto"),
        ("[topics.a]\ndescription = 'x'\ncolour = 'red'", "unknown key a.colour"),
        ("[urgency]\nlabels = ['low']\n[topics.a]\ndescription = 'x'", "at least two"),
        ("[urgency]\ncost = [[0, 1], [1, 0]]\n[topics.a]\ndescription = 'x'", "4 rows of 4"),
        ("[urgency]\nlabels = ['a', 'b']\ncost = [[1, 1], [1, 0]]\n[topics.a]\ndescription = 'x'", "zero on the diagonal"),
    ],
)
def test_refuses_a_file_that_cannot_be_right(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(TaxonomyError, match=message):
        load(tmp_path, text)


def test_refuses_a_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(TaxonomyError, match=r"gone\.toml"):
        Taxonomy.load(tmp_path / "gone.toml")
