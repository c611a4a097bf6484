"""Placeholders of other help desks, `#{ticket.number}` and its like, as slots of ours."""

import re
from collections.abc import Mapping

from serving.answers.sources.reading import RowError

# Zammad `#{a.b}`, FreeScout `{%a.b,fallback=c%}`, Zendesk `{{a.b}}`.
NAME = r"[A-Za-z]\w{0,40}(?:\.[A-Za-z]\w{0,40}){1,5}"
FOREIGN = re.compile(
    rf"#\{{ ?(?P<zammad>{NAME}) ?\}}|\{{%(?P<freescout>{NAME})(?:,[^{{}}%]{{0,100}})?%\}}|\{{\{{ ?(?P<zendesk>{NAME}) ?\}}\}}",
    re.ASCII,
)
KNOWN = {
    **dict.fromkeys(("ticket.customer.firstname", "ticket.customer.lastname", "ticket.customer.fullname"), "customer_name"),
    **dict.fromkeys(("customer.firstName", "customer.lastName", "customer.fullName"), "customer_name"),
    **dict.fromkeys(("ticket.requester.name", "ticket.requester.first_name", "ticket.requester.last_name"), "customer_name"),
    **dict.fromkeys(("ticket.number", "ticket.id", "conversation.number"), "case_number"),
}
CAPITALS = re.compile(r"\{\{ ?([A-Za-z][A-Za-z0-9_]{0,39}) ?\}\}")
TWICE = re.compile(r"\{\{([a-z_]{1,40})\}\}(?:[ \u00a0]{1,3}\{\{\1\}\})+")


def with_slots(text: str, own: Mapping[str, str]) -> str:
    """`text` with foreign placeholders as slots, their names in small letters; first and last name of a customer become one.

    Raises:
        RowError: a placeholder that nothing is known about.
    """
    if "{" not in text:
        return text
    unknown: dict[str, str] = {}

    def slot(match: re.Match[str]) -> str:
        name = str(match[str(match.lastgroup)])
        found = own.get(match[0], own.get(name, KNOWN.get(name)))
        if found is None:
            unknown[name] = match[0]
            return match[0]
        return f"{{{{{found}}}}}" if found else ""

    small = CAPITALS.sub(lambda match: match[0].lower(), FOREIGN.sub(slot, text))
    replaced = TWICE.sub(r"{{\1}}", small)
    if unknown:
        name, shown = next(iter(unknown.items()))
        raise RowError(f"unknown placeholder {shown[:60]}: name a slot for it (--placeholder {name[:60]}=SLOT), or none to take it out")
    return replaced
