"""HTML to the text that a reader sees, in one pass and linear time.

The parser of the standard library is not used: on current Python 3.11 it takes quadratic time on unclosed markup. Here every search
either moves forward for good or is known in advance to fail.
"""

import re
from dataclasses import dataclass, field
from html import unescape

SIZE_LIMIT = 1024 * 1024
DEPTH_LIMIT = 512
SKIPPED = frozenset(["script", "style", "title", "iframe", "noembed", "noframes", "template", "svg", "math", "object"])
VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"])
BLOCKS = frozenset(
    ["address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer", "form"]
    + ["h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody"]
    + ["tfoot", "thead", "tr", "ul"]
)
SELF_CLOSING = frozenset(["p", "li", "dt", "dd", "tr", "td", "th", "option"])
READ_ATTRIBUTES = frozenset(["style", "hidden", "class", "type", "bgcolor", "color"])
TAG_NAME = re.compile(r"/?[a-zA-Z][^\s/>]{0,40}")
ATTRIBUTE = re.compile(r"([^\s=\"'<>/]{1,60})\s{0,20}(?:=\s{0,20}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]{1,500})))?")
LONG_NUMBER = re.compile(r"&#[0-9]{8,}+;?")
HIDING = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|mso-hide:all|opacity:0(?:\.0{1,9})?(?![.\d])|font-size:0(?:\.0{1,3})?(?:px|pt|r?em|%)?(?![.\d])"
    r"|(?:left|top|right|text-indent|margin-left|margin-top):-\d{3,}|clip:rect\(0"
)
COLOUR = re.compile(r"(?<![-\w])color:([^;!]{1,40})")
BACKGROUND = re.compile(r"background(?:-color)?:([^;!]{1,60})")
WHITE = frozenset(["white", "#fff", "#ffffff", "rgb(255,255,255)", "rgba(255,255,255,1)"])


@dataclass(slots=True)
class _Element:
    name: str
    hidden: bool = False
    quoted: bool = False
    colour: str = "black"
    background: str = "white"


@dataclass(slots=True)
class _Page:
    """What has been read so far: the open elements and the lines of visible text."""

    open: list[_Element] = field(default_factory=lambda: [_Element("")])
    names: dict[str, int] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)

    def text(self, source: str) -> None:
        top = self.open[-1]
        if top.hidden or top.colour == top.background or not source:
            return
        text = unescape(LONG_NUMBER.sub("\ufffd", source)) if "&" in source else source
        if self.names.get("pre"):
            *whole, rest = text.split("\n")
            for line in whole:
                self.line.append(line)
                self.end_line()
            self.line.append(rest)
        else:
            self.line.append(text)

    def end_line(self) -> None:
        joined = "".join(self.line)
        text = joined.rstrip() if self.names.get("pre") else " ".join(joined.split())
        prefix = "> " if self.open[-1].quoted else ""
        if text or (self.lines and self.lines[-1] != prefix):
            self.lines.append(prefix + text)
        self.line = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in SELF_CLOSING and self.open[-1].name == name:
            self.end(name)
        if name in BLOCKS and (self.line or name in ("p", "table")):
            self.end_line()
        if name == "br":
            self.end_line() if self.line else self.lines.append("")
        elif name in ("td", "th"):
            self.line.append(" ")
        if name not in VOID and len(self.open) < DEPTH_LIMIT:
            self.open.append(_element(name, attributes, self.open[-1]))
            self.names[name] = self.names.get(name, 0) + 1

    def end(self, name: str) -> None:
        if name in BLOCKS and self.line:
            self.end_line()
        if not self.names.get(name):
            return
        closed = ""
        while closed != name:
            closed = self.open.pop().name
            self.names[closed] -= 1


def visible_text(html: str) -> str:
    """Text of an HTML part without what is hidden from the reader; quoted mail is marked with `> ` as in plain text.

    Hidden: scripts and styles, comments, `hidden`, `display:none` and its relatives, text of size zero, off the page or in the
    colour of its background. Reads at most 1 MiB.
    """
    html = html[:SIZE_LIMIT]
    page = _Page()
    position = 0
    while (start := html.find("<", position)) >= 0:
        page.text(html[position:start])
        position = _markup(html, start, page)
    if position >= 0:
        page.text(html[position:] if position < len(html) else "")
    page.end_line()
    return "\n".join(page.lines).strip("\n")


def _markup(html: str, start: int, page: _Page) -> int:
    """Handle what begins with `<` at `start`; returns where text goes on."""
    if html.startswith("<!--", start):
        return _after(html, "-->", start + 4)
    if html.startswith(("<!", "<?"), start):
        return _after(html, ">", start)
    match = TAG_NAME.match(html, start + 1)
    if match is None:
        page.text("<")
        return start + 1
    name = match[0].lower()
    end = _tag_end(html, match.end())
    if name.startswith("/"):
        page.end(name[1:])
    elif name in SKIPPED:
        return _after_element(html, name, end)
    else:
        page.start(name, _attributes(html[match.end() : end - 1]))
    return end


def _after(html: str, mark: str, start: int) -> int:
    """Position behind the next `mark`; the end of the page when there is none."""
    found = html.find(mark, start)
    return len(html) if found < 0 else found + len(mark)


def _after_element(html: str, name: str, start: int) -> int:
    closing = re.compile(f"</{name}", re.IGNORECASE).search(html, start)
    return len(html) if closing is None else _after(html, ">", closing.end())


def _tag_end(html: str, start: int) -> int:
    """Position behind the `>` of a tag; one inside a quoted attribute value does not count."""
    position = start
    while position < len(html):
        character = html[position]
        if character == ">":
            return position + 1
        if character in "\"'" and html[position - 1] == "=":
            position = _after(html, character, position + 1)
        else:
            position += 1
    return len(html)


def _attributes(source: str) -> dict[str, str]:
    found = {match[1].lower(): match[2] or match[3] or match[4] or "" for match in ATTRIBUTE.finditer(source[:8_000])}
    return {name: unescape(value[:2_000]) for name, value in found.items() if name in READ_ATTRIBUTES}


def _element(name: str, attributes: dict[str, str], parent: _Element) -> _Element:
    if not attributes:
        return _Element(name, parent.hidden, parent.quoted, parent.colour, parent.background)
    style = "".join(attributes.get("style", "").lower().split())
    colour = COLOUR.search(style)
    background = BACKGROUND.search(style)
    return _Element(
        name,
        hidden=parent.hidden or "hidden" in attributes or HIDING.search(style) is not None,
        quoted=parent.quoted or _is_quote(name, attributes, style),
        colour=_plain(colour[1] if colour else attributes.get("color", parent.colour)),
        background=_plain(background[1] if background else attributes.get("bgcolor", parent.background)),
    )


def _is_quote(name: str, attributes: dict[str, str], style: str) -> bool:
    if name != "blockquote":
        return False
    return attributes.get("type", "").lower() == "cite" or "quote" in attributes.get("class", "").lower() or "border-left" in style


def _plain(colour: str) -> str:
    colour = colour.strip().lower()
    if colour in ("transparent", "none", "inherit", "initial"):
        return "white"
    return "white" if colour in WHITE else "black" if colour in ("#000", "#000000", "windowtext") else colour
