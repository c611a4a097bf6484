"""HTML of a few harmless elements: what an answer may be written in. Everything else is taken off before it is stored.

Hostile nesting takes the sanitiser quadratic time, so a linear scan of the tags refuses it first.
"""

import re
from collections import Counter
from dataclasses import dataclass

import nh3

from data.markup import visible_text

ELEMENTS = frozenset(["p", "br", "b", "strong", "i", "em", "u", "ul", "ol", "li", "a"])
DROPPED_WITH_CONTENT = frozenset(
    ["script", "style", "title", "iframe", "noembed", "noframes", "noscript", "template", "svg", "math", "object", "textarea", "select"]
)
LINKS = ("https://", "mailto:")
DEPTH_LIMIT = 256
# Attribute values can hide tags from a scan, so their number is bounded too.
ELEMENT_LIMIT = 5_000
SIZE_LIMIT = 1024 * 1024

TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,40})([^<>]*)>")
OPENING = re.compile(r"<[a-zA-Z]")
EVENT = re.compile(r"(?<![\w-])on[a-z]{3,30}(?=\s{0,20}=)", re.IGNORECASE)
HREF = re.compile(r"(?<![\w-])href\s{0,20}=\s{0,20}[\"']?([^\"'>]{0,500})", re.IGNORECASE)
# Elements that only make paragraphs; they become such, so that their lines stay apart.
PARAGRAPHS = frozenset(
    ["div", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "blockquote", "pre", "section", "article", "header", "footer", "center", "dt", "dd"]
)
# Harmless to lose: they carry looks, or the frame of a page.
LOOKS = frozenset(
    ["html", "head", "body", "meta", "span", "font", "table", "tbody", "thead", "tfoot", "td", "th", "small", "big", "dl", "hr"]
)
VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"])
# Opening one of these closes the one before, so that a long list is not deep.
SELF_CLOSING = frozenset(["p", "li", "dt", "dd", "tr", "td", "th", "option"])
EMPTY_PARAGRAPH = re.compile(r"<p>\s{0,50}</p>")
LOOKS_LIKE_HTML = re.compile(
    r"</?(?:p|br|div|span|a|b|strong|i|em|u|ul|ol|li|h[1-6]|table|tr|td|img|font|script|style|iframe|svg|object|form|html|body)(?:[\s/][^<>]*)?>",
    re.IGNORECASE,
)


class RichTextError(ValueError):
    """The HTML cannot be taken; the message says why."""


@dataclass(frozen=True, slots=True)
class RichText:
    """Sanitised HTML and what was taken off it, one remark each."""

    html: str
    remarks: tuple[str, ...] = ()


def is_html(text: str) -> bool:
    """True for a text with a tag of HTML in it; `<` in a sentence is none."""
    return LOOKS_LIKE_HTML.search(text) is not None


def sanitised(html: str) -> RichText:
    """`html` with nothing left but paragraphs, lists, bold, italic, underlined text and links to https and mail addresses.

    Raises:
        RichTextError: more than 5,000 elements, nested deeper than 256, or larger than 1 Mi characters.
    """
    if len(html) > SIZE_LIMIT:
        raise RichTextError(f"{len(html):,} characters of HTML; at most {SIZE_LIMIT:,} are read")
    if len(OPENING.findall(html)) > ELEMENT_LIMIT:
        raise RichTextError(f"more than {ELEMENT_LIMIT:,} elements of HTML; paste it as plain text")
    if _depth(html) > DEPTH_LIMIT:
        raise RichTextError(f"HTML nested deeper than {DEPTH_LIMIT} elements; paste it as plain text")
    cleaned = nh3.clean(
        TAG.sub(_paragraph, html),
        tags=set(ELEMENTS),
        clean_content_tags=set(DROPPED_WITH_CONTENT),
        attributes={"a": {"href"}},
        attribute_filter=_kept_attribute,
        url_schemes={"https", "mailto"},
        link_rel=None,
    )
    kept = EMPTY_PARAGRAPH.sub("", cleaned).replace("{{&gt;", "{{>").strip()
    return RichText(html=kept, remarks=tuple(_remarks(html)))


def as_text(html: str) -> str:
    """What a reader sees of it: for the search, for comparing, and for the plain part of a mail."""
    return visible_text(html)


def _kept_attribute(_element: str, _name: str, value: str) -> str | None:
    return value if value.strip().lower().startswith(LINKS) else None


def _paragraph(match: re.Match[str]) -> str:
    closing, name = match[1], match[2].lower()
    if name in PARAGRAPHS:
        return f"<{closing}p>"
    return " " if name in ("td", "th") else match[0]


def _depth(html: str) -> int:
    """How deep a browser could nest these elements at most: a closing tag counts only when its element is open."""
    open_elements: Counter[str] = Counter()
    depth = deepest = 0
    for closing, tag, _ in TAG.findall(html):
        name = tag.lower()
        if name in VOID or name in SELF_CLOSING:
            continue
        if not closing:
            open_elements[name] += 1
            depth += 1
        elif open_elements[name]:
            open_elements[name] -= 1
            depth -= 1
        deepest = max(deepest, depth)
    return deepest


def _remarks(html: str) -> list[str]:
    tags = [(tag.lower(), attributes) for closing, tag, attributes in TAG.findall(html) if not closing]
    known = ELEMENTS | PARAGRAPHS | LOOKS
    lost = Counter(name for name, _ in tags if name not in known)
    events = sorted({event.lower() for _, attributes in tags for event in EVENT.findall(attributes)})
    targets = [match[1].strip() for name, attributes in tags if name == "a" and (match := HREF.search(attributes))]
    links = [target for target in targets if not target.lower().startswith(LINKS)]
    remarks = [f"removed <{name}>" + (f" ({count} times)" if count > 1 else "") for name, count in sorted(lost.items())]
    if events:
        remarks.append(f"removed event handlers: {', '.join(events[:10])}")
    if links:
        remarks.append(f"removed links that are neither https nor mailto: {', '.join(repr(link[:60]) for link in links[:3])}")
    return remarks[:20]
