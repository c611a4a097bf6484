"""Links in an answer: whether they are whole, whose they are, and whether they lead somewhere."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from html import unescape
from urllib.parse import SplitResult, urlsplit

LINK = re.compile(
    r"(?<![\w@])(?:(?:https?|ftp|javascript|data|file):|www\.)[^\s<>\"']{1,2000}|href\s{0,5}=\s{0,5}[\"']([^\"'<>]{0,2000})", re.IGNORECASE
)
HOST = re.compile(r"(?:[\w](?:[\w-]{0,61}\w)?\.){1,10}[a-z][\w-]{1,62}", re.IGNORECASE)
ALLOWED = frozenset(["http", "https", "mailto", "tel"])
MAX_LINKS = 50


class LinkFault(StrEnum):
    """What can be wrong with a link."""

    BROKEN = "broken"
    INSECURE = "insecure"
    FOREIGN = "foreign"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLink:
    """A link with what is wrong with it and what to do."""

    link: str
    kind: LinkFault
    advice: str


def links_of(text: str) -> tuple[str, ...]:
    """The links of a text or a page of HTML as they are written, each once, at most 50."""
    found = (_trimmed(unescape(match[1] or match[0])) for match in LINK.finditer(text) if match[1] != "")
    return tuple(dict.fromkeys(found))[:MAX_LINKS]


def faults_of_links(
    text: str, own_hosts: Collection[str] | None, is_alive: Callable[[str], bool | None] | None = None
) -> Iterator[FoundLink]:
    """What is wrong with the links of a text. Nothing is fetched, unless `is_alive` does it.

    Args:
        text: plain text or HTML.
        own_hosts: hosts of the organisation, with their subdomains; None when it has named none, then no link is foreign.
        is_alive: whether a link leads somewhere; None from it means that it cannot tell.
    """
    for link in links_of(text):
        address = link if ":" in link.split("/")[0] else f"https://{link}"
        parts = _split(address)
        if parts is None or parts.scheme not in ALLOWED:
            yield FoundLink(link=link, kind=LinkFault.BROKEN, advice="this is no link that a customer can open: write it as https://…")
        elif parts.scheme in ("http", "https"):
            yield from _faults(link, parts, own_hosts)
            if is_alive is not None and is_alive(address) is False:
                yield FoundLink(link=link, kind=LinkFault.DEAD, advice="nothing answers there: correct the link or take it out")


def _faults(link: str, parts: SplitResult, own_hosts: Collection[str] | None) -> Iterator[FoundLink]:
    host = (parts.hostname or "").rstrip(".")
    if parts.username is not None or HOST.fullmatch(host) is None:
        advice = "the host of this link is missing or hidden: write the name of the site in full"
        yield FoundLink(link=link, kind=LinkFault.BROKEN, advice=advice)
        return
    if parts.scheme == "http":
        yield FoundLink(link=link, kind=LinkFault.INSECURE, advice="the link is not encrypted: use https://")
    if own_hosts is not None and not any(host == own or host.endswith(f".{own}") for own in own_hosts):
        advice = f"{host} is not one of your hosts: take the link out, or add the host to the own ones"
        yield FoundLink(link=link, kind=LinkFault.FOREIGN, advice=advice)


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        return parts if parts.port is None or parts.port > 0 else None
    except ValueError:
        return None


def _trimmed(link: str) -> str:
    """Without the punctuation of the sentence; a closing bracket stays where the link opened one."""
    link = link.strip().rstrip(".,;:!?…»”")
    while link.endswith((")", "]")) and link.count(link[-1]) > link.count("(" if link[-1] == ")" else "["):
        link = link[:-1].rstrip(".,;:!?")
    return link
