"""Facts for templates and personal data in a mail, found with spaCy: blank pipelines with rules, trained ones when installed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import spacy
from spacy.language import Language

from data.language import UNDETERMINED
from data.redact import mask
from data.template import SLOT
from model.documents import blank, document
from model.understanding import SlotValue

MAX_CHARACTERS = 20_000
MAX_VALUE = 40
FORBIDDEN = re.compile(r"https?:|www\.|@|[<>{}\r\n]", re.IGNORECASE)

CODE = r"(?i)^(?=.*\d)[a-z]{0,4}[-/]?\d[\d/-]{2,14}[a-z]?$"
YEAR = re.compile(r"(?:19|20)\d\d(?![\w/-])")
CUES: Mapping[str, str] = {
    "order_number": "pedido orden commande cde zamówienie zamówienia zamówieniem zamówieniu zamowienie zamowienia zam order "
    "bestellung bestellnummer bestell-nr auftrag auftragsnummer",
    "invoice_number": "factura facture faktura faktury fakturę fakture invoice rechnung rechnungsnummer",
    "contract_number": "contrato contrat umowa umowy umowę umowe contract vertrag vertragsnummer",
    "customer_number": "cliente client klienta customer kundennummer kunden-nr",
    "case_number": "caso expediente incidencia dossier sprawa sprawy zgłoszenie zgłoszenia case ticket vorgang fall",
    "serial_number": "serie série seryjny serial seriennummer",
}
FILLERS = (
    "n nº n° no no. nr nr. num. num núm número numero numéro number numer nummer de del der die mit my mi ma moje meine ref "
    "# : . - º ° o is es est jest ist ( client cliente the"
)
TRAINED = ("{language}_core_news_md", "{language}_core_news_sm", "{language}_core_web_sm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A span of the text: characters start to end."""

    label: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A body with its slots filled; `missing` names those without a value, which still stand in the text."""

    text: str
    missing: tuple[str, ...]


def entities(text: str, language: str) -> tuple[Entity, ...]:
    """Numbers with a cue word, and names, places and organisations where a trained pipeline for the language is installed."""
    with document(pipeline(language), text) as found:
        return tuple(Entity(label=e.ent_id_ or e.label_, text=e.text, start=e.start_char, end=e.end_char) for e in found.ents)


def slots_from_mail(text: str, language: str) -> tuple[SlotValue, ...]:
    """Values with a closed pattern that the mail states once and clearly; two different order numbers give none."""
    if not any(character.isdigit() for character in text):  # every value has a digit, and most mails have none
        return ()
    found: dict[str, set[str]] = {}
    for entity in entities(text, language):
        if entity.label in CUES:
            value = _code_in(entity.text)
            if value is not None and not _is_date_or_amount(text[entity.end - len(value) :][:60]):
                found.setdefault(entity.label, set()).add(value)
    return tuple(SlotValue(name=name, text=values.pop(), source="mail") for name, values in sorted(found.items()) if len(values) == 1)


def is_safe_value(value: str) -> bool:
    """At most 40 characters, no address, link, markup or line break: nothing that a template should carry to a customer."""
    return 0 < len(value.strip()) <= MAX_VALUE and not FORBIDDEN.search(value) and value.isprintable()


def fill(body: str, values: Mapping[str, str]) -> Filled:
    """Put values into `{{name}}` slots; a value is text and is never read again as a template."""
    missing = tuple(dict.fromkeys(name for name in SLOT.findall(body) if name not in values))
    return Filled(text=SLOT.sub(lambda match: values.get(match[1], match[0]), body), missing=missing)


@lru_cache(maxsize=16)
def pipeline(language: str) -> Language:
    """The spaCy pipeline of a language: a trained one when installed, with our rules before its own entities."""
    trained = next((name for name in _trained_names(language) if spacy.util.is_package(name)), None)
    if trained is not None:
        nlp = spacy.load(trained)
        ruler = nlp.add_pipe("entity_ruler", before="ner")
    else:
        nlp = _blank(language)
        ruler = nlp.add_pipe("entity_ruler")
    # An identifier stays one token in every language; otherwise some split it at its hyphen.
    tokenizer: Any = nlp.tokenizer
    tokenizer.token_match = re.compile(CODE).match
    rules: Any = ruler
    rules.add_patterns(list(_patterns()))
    return nlp


def _blank(language: str) -> Language:
    """Rules and sentence ends need no grammar: a language that spaCy cannot split into words without more packages gets the general one."""
    try:
        return blank("xx" if language == UNDETERMINED else language)
    except ImportError:
        return blank("xx")


def _trained_names(language: str) -> Iterator[str]:
    return (name.format(language=language) for name in TRAINED)


def _patterns() -> Iterator[dict[str, Any]]:
    code = {"TEXT": {"REGEX": CODE}}
    filler = {"LOWER": {"IN": FILLERS.split()}, "OP": "?"}
    for slot, cues in CUES.items():
        cue = {"LOWER": {"IN": cues.split()}}
        yield {"label": "REFERENCE", "id": slot, "pattern": [cue, *[filler] * 4, code]}


def _is_date_or_amount(text: str) -> bool:
    """True for "order of 12/05/2026" and "invoice for 2026" and "order of 1500 euros": such a number names no order."""
    return YEAR.match(text) is not None or mask(text).startswith(("<date>", "<time>", "<amount>"))


def _code_in(text: str) -> str | None:
    last = text.split()[-1].strip(".,;:()#") if text.split() else ""
    return last if re.match(CODE, last) and is_safe_value(last) else None
