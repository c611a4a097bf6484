"""Rules that an administrator adds: what is known of a mail gives it a topic, an urgency or a queue, or keeps it from automatic replies.

A rule wins over the models, and of several rules the first in the file that sets a field wins that field; what the models said is kept
beside it. A rule can only withhold an automatic reply and never causes one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from data.mail import Mail
from data.taxonomy import Taxonomy
from model.deciding.folding import Words, folded
from model.deciding.policy_values import PolicyError, flag, name, names, only_known, table

MOST_RULES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """When a rule applies: every kind that is given must hold, by any one of its values.

    sender: the whole address. domain: that of the sender, or one above it. mailbox: where the mail came in.
    keyword: whole words in the subject or in what the sender wrote this time, literal but for case, accents and punctuation.
    """

    sender: tuple[str, ...] = ()
    domain: tuple[str, ...] = ()
    keyword: tuple[str, ...] = ()
    mailbox: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a rule sets; None leaves a field to later rules and to the models. `never_auto` can only forbid."""

    topic: str | None = None
    urgency: str | None = None
    queue: str | None = None
    never_auto: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One named rule."""

    name: str
    when: Condition
    then: Effect

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types, without what is not given; `rules_from_json` reads it again."""
        value: dict[str, Any] = asdict(self)
        return {**value, **{part: {key: item for key, item in value[part].items() if item} for part in ("when", "then")}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What the rules make of one mail: the winning value of every field, and the rules that fired, in order."""

    topic: str | None = None
    urgency: str | None = None
    queue: str | None = None
    fired: tuple[Rule, ...] = ()


def rule_on(rules: Iterable[Rule], mail: Mail, mailbox: str | None) -> Ruling:
    """Apply the rules in order; the first that sets a field wins it."""
    fired = tuple(_fired(tuple(rules), mail, mailbox))
    return Ruling(
        topic=next((rule.then.topic for rule in fired if rule.then.topic), None),
        urgency=next((rule.then.urgency for rule in fired if rule.then.urgency), None),
        queue=next((rule.then.queue for rule in fired if rule.then.queue), None),
        fired=fired,
    )


def rules_from_json(value: Any, taxonomy: Taxonomy) -> tuple[Rule, ...]:
    """Check and build rules from plain types.

    Raises:
        PolicyError: an unknown key, topic or urgency, a rule without a name, a condition or an effect, a name used twice.
    """
    if not isinstance(value, list | tuple) or len(value) > MOST_RULES:
        raise PolicyError(f"rules must be a list of at most {MOST_RULES} tables, each [[rules]]")
    rules = tuple(_rule(number, rule, taxonomy) for number, rule in enumerate(value, start=1))
    seen: set[str] = set()
    for rule in rules:
        if rule.name in seen:
            raise PolicyError(f"rules: {rule.name!r} is the name of two rules")
        seen.add(rule.name)
    return rules


def _fired(rules: tuple[Rule, ...], mail: Mail, mailbox: str | None) -> Iterator[Rule]:
    words = Words.of(mail.content if any(rule.when.keyword for rule in rules) else "")
    sender = (mail.sender or "").casefold()
    for rule in rules:
        when = rule.when
        if (
            (not when.sender or sender in _folded_all(when.sender))
            and (not when.domain or _is_within(sender.rpartition("@")[2], when.domain))
            and (not when.mailbox or (mailbox or "").casefold() in _folded_all(when.mailbox))
            and (not when.keyword or any(words.have(keyword) for keyword in when.keyword))
        ):
            yield rule


def _folded_all(values: tuple[str, ...]) -> set[str]:
    return {value.casefold() for value in values}


def _is_within(domain: str, domains: tuple[str, ...]) -> bool:
    return any(f".{domain}".endswith(f".{one.casefold()}") for one in domains)


def _rule(number: int, value: Any, taxonomy: Taxonomy) -> Rule:
    given = table(f"rules[{number}]", value)
    only_known(f"rules[{number}]: unknown key", given, (item.name for item in fields(Rule)))
    called = name(f"rules[{number}].name", given.get("name"))
    key = f"rules.{called}"
    when = _condition(f"{key}.when", table(f"{key}.when", given.get("when", {})))
    return Rule(name=called, when=when, then=_effect(f"{key}.then", table(f"{key}.then", given.get("then", {})), taxonomy))


def _condition(key: str, value: Mapping[str, Any]) -> Condition:
    only_known(f"{key}: unknown key", value, (item.name for item in fields(Condition)))
    given = {kind: names(f"{key}.{kind}", [item] if isinstance(item, str) else item) for kind, item in value.items()}
    if not any(given.values()):
        raise PolicyError(f"{key} needs at least one of {', '.join(item.name for item in fields(Condition))}")
    for kind, items in given.items():
        if not items or not all(folded(item) for item in items):
            raise PolicyError(f"{key}.{kind} must name something: each value needs a letter or a digit")
    return Condition(**given)


def _effect(key: str, value: Mapping[str, Any], taxonomy: Taxonomy) -> Effect:
    known = [item.name for item in fields(Effect)]
    only_known(f"{key}: unknown key", value, known)
    given = {kind: flag(f"{key}.{kind}", item) if kind == "never_auto" else name(f"{key}.{kind}", item) for kind, item in value.items()}
    if value.get("never_auto") is False:
        raise PolicyError(f"{key}.never_auto can only be true: a rule forbids automatic replies and never allows one")
    if not given:
        raise PolicyError(f"{key} needs at least one of {', '.join(known)}")
    only_known(f"{key}: unknown topic", [value["topic"]] if "topic" in value else [], taxonomy.labels)
    only_known(f"{key}: unknown urgency", [value["urgency"]] if "urgency" in value else [], taxonomy.urgencies)
    return Effect(**given)  # type: ignore[arg-type]
