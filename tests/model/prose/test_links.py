"""Links are found as people write them, and judged without a network."""

import pytest

from model.prose.links import LinkFault, faults_of_links, links_of

OWN = frozenset(["alvento.example"])


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See https://alvento.example/a.", ("https://alvento.example/a",)),
        ("(www.alvento.example)", ("www.alvento.example",)),
        ("https://alvento.example/a_(b)", ("https://alvento.example/a_(b)",)),
        ('<a href="https://alvento.example/?a=1&amp;b=2">x</a>', ("https://alvento.example/?a=1&b=2",)),
        ("twice https://a.example https://a.example", ("https://a.example",)),
        ("nothing@alvento.example", ()),
    ],
)
def test_finds_links(text: str, links: tuple[str, ...]) -> None:
    assert links_of(text) == links


def test_reads_at_most_fifty() -> None:
    assert len(links_of(" ".join(f"https://a{number}.example" for number in range(100)))) == 50


@pytest.mark.parametrize(
    ("link", "kinds"),
    [
        ("https://alvento.example", []),
        ("https://help.alvento.example/x", []),
        ("www.alvento.example", []),
        ("http://alvento.example", [LinkFault.INSECURE]),
        ("https://notalvento.example", [LinkFault.FOREIGN]),
        ("https://alvento.example.evil.example", [LinkFault.FOREIGN]),
        ("https://alvento.example@evil.example", [LinkFault.BROKEN]),
        ("https://", [LinkFault.BROKEN]),
        ("https://localhost/x", [LinkFault.BROKEN]),
        ("https://alvento.example:99999/", [LinkFault.BROKEN]),
        ("https://[broken/", [LinkFault.BROKEN]),
        ("javascript:alert(1)", [LinkFault.BROKEN]),
    ],
)
def test_judges_links(link: str, kinds: list[LinkFault]) -> None:
    assert [fault.kind for fault in faults_of_links(f"see {link} now", OWN)] == kinds


def test_no_link_is_foreign_where_no_host_is_named() -> None:
    assert list(faults_of_links("https://elsewhere.example", None)) == []


def test_only_a_clear_no_makes_a_link_dead() -> None:
    answers = {"https://a.example": True, "https://b.example": False, "https://c.example": None}
    faults = list(faults_of_links(" ".join(answers), None, answers.get))
    assert [(fault.link, fault.kind) for fault in faults] == [("https://b.example", LinkFault.DEAD)]
