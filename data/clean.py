"""The newest text of a mail: what the sender wrote this time, without quotes, forwarded mail, signature and disclaimer.

Works line by line with bounded patterns, so that hostile mail costs no more than any other. The phrases are in `data.phrases`.
"""

from collections.abc import Sequence

from data.phrases import (
    LONGEST,
    has_verb_of_writing,
    header_key,
    is_anonymous_attribution,
    is_attribution,
    is_attribution_start,
    is_closing,
    is_legal,
    is_sent_from,
    is_separator,
    is_visiting_card,
)

# Nobody writes more in one mail, and no encoder reads as much.
READ_LIMIT = 256 * 1024
ATTRIBUTION_LINES = 4
HEADER_BLOCK_LINES = 8
NESTED_FORWARDS = 3
LEGAL_PARAGRAPHS = 6
SIGNATURE_LINES = 15
VERB_REACH = 30
SIGNATURE_MARKS = frozenset(["--", "—", "––"])


def newest_text(body: str) -> str:
    """What the sender wrote this time.

    A body that holds nothing but quoted or forwarded mail gives the text of the first quote: somebody who only presses
    "forward" wants that read. A body with any text never gives an empty result. Reads at most 256 Ki characters.
    """
    body = text = body[:READ_LIMIT]
    for _ in range(NESTED_FORWARDS):
        newest = _own_text(text)
        if newest:
            return newest
        text = _first_quote(text)
    return _joined(text.split("\n")) or body.strip()


def _own_text(body: str) -> str:
    lines = _without_quotes([line.rstrip() for line in body.split("\n")])
    lines = [line for line in _without_signature(lines) if not is_sent_from(line)]
    text = _joined(_without_visiting_card(_without_legal_text(lines)))
    return text if _says_something(text) else ""


def _without_quotes(lines: Sequence[str]) -> list[str]:
    """Drop `>` lines and the lines that introduce them; everything after the head of an unmarked quote goes too."""
    kept: list[str] = []
    for index, line in enumerate(lines):
        if line.startswith(">"):
            continue
        if length := _attribution_length(lines, index):
            del kept[len(kept) - min(length - 1, len(kept)) :]
            if not _next_line(lines, index + 1).startswith(">"):
                break
        elif is_separator(line) or _is_header_block(lines, index):
            break
        else:
            kept.append(line)
    return _without_rule(kept)


def _attribution_length(lines: Sequence[str], index: int) -> int:
    """How many lines, up to this one, form "On … wrote:"; 0 when it is none. Programs wrap it over up to four lines."""
    if not lines[index].endswith((":", ":*", ":>")):
        return 0
    if is_anonymous_attribution(lines[index]):
        return 1
    before = lines[max(0, index - ATTRIBUTION_LINES + 1) : index + 1]
    quoted = _next_line(lines, index + 1).startswith(">")
    if not is_attribution(" ".join(before)[-LONGEST:], quoted=quoted):
        return 0
    group = ""
    for length, line in enumerate(reversed(before), start=1):
        if not line or line.startswith(">"):
            break
        group = f"{line} {group}"
        if is_attribution_start(line) and is_attribution(group, quoted=quoted):
            return length
    # Without a beginning that is known: the last line alone, when it says everything.
    return int(is_attribution(lines[index][-LONGEST:], quoted=quoted) and has_verb_of_writing(lines[index][-VERB_REACH:]))


def _is_header_block(lines: Sequence[str], index: int) -> bool:
    """True where "From: …" is followed by at least two other headers, date or subject among them."""
    if header_key(lines[index]) != "from":
        return False
    following = [line for line in lines[index + 1 : index + 1 + HEADER_BLOCK_LINES] if line]
    keys = {header_key(line) for line in following} - {None, "from"}
    return len(keys) >= 2 and bool(keys & {"subject", "date"})


def _next_line(lines: Sequence[str], index: int) -> str:
    """The next line with text, at most three lines on."""
    return next((line for line in lines[index : index + 3] if line), "")


def _without_rule(lines: list[str]) -> list[str]:
    """Drop a last line of underscores or dashes, which Outlook puts above the quote."""
    end = len(lines)
    while end and (not lines[end - 1] or (len(lines[end - 1]) >= 8 and not lines[end - 1].strip("_-=* "))):
        end -= 1
    return lines[:end]


def _without_signature(lines: list[str]) -> list[str]:
    """Cut at the first signature mark that has text above it."""
    begun = False
    for index, line in enumerate(lines):
        if begun and line in SIGNATURE_MARKS:
            return lines[:index]
        begun = begun or _says_something(line)
    return lines


def _without_legal_text(lines: list[str]) -> list[str]:
    """Take legal paragraphs off the end, at most six, never all there is."""
    for _ in range(LEGAL_PARAGRAPHS):
        lines = _without_rule(lines)
        start = len(lines)
        while start and lines[start - 1]:
            start -= 1
        if not is_legal("\n".join(lines[start:])) or not _says_something("\n".join(lines[:start])):
            break
        lines = lines[:start]
    return lines


def _without_visiting_card(lines: list[str]) -> list[str]:
    """Cut the contact data of a company below the closing formula, for programs that set no signature mark."""
    first = max(0, len(lines) - SIGNATURE_LINES)
    closing = next((index for index in range(len(lines) - 1, first - 1, -1) if is_closing(lines[index])), None)
    if closing is None:
        return lines
    starts = [index for index in range(closing + 2, len(lines)) if lines[index] and not lines[index - 1]]
    for start in starts:
        end = next((index for index in range(start, len(lines)) if not lines[index]), len(lines))
        if is_visiting_card(lines[start:end]):
            return lines[:start]
    return lines


def _first_quote(body: str) -> str:
    """What the first quote or forwarded mail says, one level of marks and its heading taken off."""
    lines = [line.rstrip() for line in body.split("\n")]
    lines = [line.removeprefix(">").removeprefix(" ") if line.startswith(">") else line for line in lines]
    for index, line in enumerate(lines):
        if is_separator(line) or _attribution_length(lines, index):
            continue
        if header_key(line) or not line:
            continue
        return "\n".join(lines[index:])
    return "\n".join(lines)


def _joined(lines: Sequence[str]) -> str:
    """The lines as one text, with at most one blank line in a row."""
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()


def _says_something(text: str) -> bool:
    return any(character.isalnum() for character in text)
