"""What may stand in double braces in an answer: a slot `{{name}}` or a shared phrase block `{{> name}}`, and nothing that computes."""

import re
from collections.abc import Collection, Iterator, Mapping

SLOT = re.compile(r"\{\{ ?([a-z][a-z0-9_]{0,39}) ?\}\}")
BLOCK = re.compile(r"\{\{> ?([a-z][a-z0-9_]{0,39}) ?\}\}")
BRACES = re.compile(r"\{\{[^{}]{0,200}\}\}|\{\{|\}\}|\{%|%\}|\{#|#\}")
MAX_PLACEHOLDERS = 50
SHOWN = 60

# Facts that a caller or the mail can give. An installation declares its own list in its settings.
DECLARED_SLOTS = (
    "amount",
    "appointment_date",
    "case_number",
    "contract_number",
    "customer_name",
    "customer_number",
    "delivery_date",
    "due_date",
    "invoice_number",
    "order_number",
    "order_status",
    "product_name",
    "serial_number",
    "tracking_number",
)


def slot_names(text: str) -> tuple[str, ...]:
    """Names of the slots of a body, in order of first use."""
    return tuple(dict.fromkeys(SLOT.findall(text)))


def block_names(text: str) -> tuple[str, ...]:
    """Names of the phrase blocks of a body, in order of first use."""
    return tuple(dict.fromkeys(BLOCK.findall(text)))


def with_blocks(text: str, blocks: Mapping[str, str]) -> str:
    """The body with its phrase blocks put in; an unknown one stays as it is. A block is text and is never read again as a template."""
    return BLOCK.sub(lambda match: blocks.get(match[1], match[0]), text)


def template_faults(text: str, slots: Collection[str], blocks: Collection[str] = ()) -> Iterator[str]:
    """What makes a body unfit to be a template, one sentence each: expressions, single braces, names that nobody declared, too many."""
    marks = BRACES.findall(text)
    for mark in dict.fromkeys(marks):
        slot, block = SLOT.fullmatch(mark), BLOCK.fullmatch(mark)
        if slot is None and block is None:
            yield f"{mark[:SHOWN]!r} is neither a slot {{{{name}}}} nor a block {{{{> name}}}}: expressions are not read"
        elif slot is not None and slot[1] not in slots:
            yield f"unknown slot {slot[1]!r}; declared: {', '.join(sorted(slots)) or 'none'}"
        elif block is not None and block[1] not in blocks:
            yield f"unknown phrase block {block[1]!r}; there are: {', '.join(sorted(blocks)) or 'none'}"
    if len(marks) > MAX_PLACEHOLDERS:
        yield f"{len(marks)} placeholders; at most {MAX_PLACEHOLDERS} are read"
