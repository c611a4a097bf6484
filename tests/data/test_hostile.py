"""No text, however made, costs more than its length: every pattern and every function of `data` on hostile families."""

import importlib
import pkgutil
import re
import time
from collections.abc import Callable

import pytest

import data
from data.characters import clean
from data.clean import newest_text
from data.examples import normalised
from data.headers import addresses, header_text
from data.markup import visible_text
from data.phrases import LONGEST
from data.redact import mask

SIZE = 100_000
SEEDS = [
    "a",
    " ",
    "\n",
    "1",
    "1 ",
    "1-",
    "a.",
    "a-",
    "a@",
    "@",
    "-",
    "_",
    "*",
    ">",
    ">\n",
    ":",
    ":\n",
    "<",
    "<a ",
    '<a b="',
    "<div>",
    "</p>",
    "<!--",
    "<style>",
]
SEEDS += [
    "&#",
    "&#9",
    "On ",
    "On\n",
    "On 2026 wrote:\n",
    "From: a\n",
    "a:\n",
    "-- \n",
    "Best\n\n",
    "1.1.",
    "DE12 ",
    "http://",
    "€1,1",
    "(",
    "+",
    "=?a?q?",
    "{{",
    "é\u0301\u0323",
]
SEEDS += [
    "this message ",
    "sent from ",
    "forwarded message",
    "- a",
    "display:none;",
    "color:",
    "a=",
    "1 mai ",
    "12:",
    "1h",
    "tel. ",
    "2026-01-01 <a@a>",
    "2026-01-01 ",
    "rcs ",
]
FAMILIES = [seed * (SIZE // len(seed)) for seed in SEEDS]


def patterns() -> dict[str, re.Pattern[str] | re.Pattern[bytes]]:
    """Every compiled pattern in every module of the package, also inside tuples."""
    found: dict[str, re.Pattern[str] | re.Pattern[bytes]] = {}
    for module in pkgutil.iter_modules(data.__path__):
        if module.ispkg:
            continue
        for name, value in vars(importlib.import_module(f"data.{module.name}")).items():
            for number, item in enumerate(value if isinstance(value, tuple) else (value,)):
                if isinstance(item, re.Pattern):
                    found[f"{module.name}.{name}.{number}"] = item
    return found


PATTERNS = patterns()


@pytest.mark.parametrize("name", PATTERNS)
def test_every_pattern_takes_hostile_text_in_a_tenth_of_a_second(name: str) -> None:
    pattern = PATTERNS[name]
    # The phrases are only ever shown one folded line.
    size = LONGEST if name.startswith("phrases.") else SIZE
    for family in FAMILIES:
        text = family[:size] if isinstance(pattern.pattern, str) else family[:size].encode()
        start = time.process_time()
        pattern.search(text)  # type: ignore[arg-type]
        pattern.fullmatch(text)  # type: ignore[arg-type]
        assert time.process_time() - start < 0.1, family[:20]


@pytest.mark.parametrize(
    "function",
    [mask, newest_text, visible_text, normalised, clean, lambda text: header_text(text.encode()), lambda text: addresses(text.encode())],
    ids=["mask", "newest_text", "visible_text", "normalised", "clean", "header_text", "addresses"],
)
def test_every_function_takes_hostile_text_in_linear_time(function: Callable[[str], object]) -> None:
    for family in FAMILIES:
        start = time.process_time()
        function(family)
        assert time.process_time() - start < 1, family[:20]
