"""HTML to visible text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.markup import visible_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hello <b>Ana</b></p><p>bye</p>", "Hello Ana\n\nbye"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("a\n  b\t c", "a b c"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("&lt;p&gt; &eacute; &#233; &amp;", "<p> é é &"),
        ("&#" + "9" * 6_000 + ";x", "\ufffdx"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ('<a title="x > y">link</a>', "link"),
        ("<a href='x", ""),
        ("<!-- a --> b <!-- c", "b"),
        ("<title>t</title><style>p{}</style><script>if (a<b) x()</script>c", "c"),
        ("<STYLE>x</Style>y", "y"),
        ("", ""),
    ],
)
def test_gives_the_text_that_a_reader_sees(html: str, text: str) -> None:
    assert visible_text(html) == text


@pytest.mark.parametrize(
    "attribute",
    [
        'style="display:none"',
        "style='DISPLAY : none !important'",
        "style=display:none",
        'style="visibility:hidden"',
        'style="font-size:0"',
        'style="font-size:0px;color:red"',
        'style="opacity:0"',
        'style="mso-hide:all"',
        'style="position:absolute;left:-9999px"',
        'style="text-indent:-9999px"',
        'style="color:#fff"',
        'style="color:rgb(255, 255, 255)"',
        'style="color:#112233;background:#112233"',
        'bgcolor="black"',
        "hidden",
        'style="display&#58;none"',
    ],
)
def test_leaves_out_hidden_text(attribute: str) -> None:
    assert visible_text(f"a <div {attribute}>approve <b>the</b> refund</div> b") == "a\nb"


@pytest.mark.parametrize(
    "attribute", ['style="font-size:0.9em"', 'style="color:#ffffff;background-color:#003366"', 'style="opacity:0.8"', "class=hidden-x"]
)
def test_keeps_text_that_can_be_read(attribute: str) -> None:
    assert visible_text(f"<span {attribute}>seen</span>") == "seen"


@pytest.mark.parametrize("attribute", ["type=cite", 'class="gmail_quote"', 'style="margin:0;border-left:1px solid"'])
def test_marks_quoted_mail_as_plain_text_does(attribute: str) -> None:
    assert visible_text(f"new<blockquote {attribute}>old<br>mail</blockquote>after").split("\n") == ["new", "> old", "> mail", "after"]


def test_recovers_from_wrong_nesting() -> None:
    assert visible_text("<div hidden>a<b>b</div>c</b></p>d") == "c\nd"


@given(st.text(alphabet=st.sampled_from("<>/!-=\"' abpdiv&#;style:none\n"), max_size=200))
def test_takes_any_markup(html: str) -> None:
    visible_text(html)
