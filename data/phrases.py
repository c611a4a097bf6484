"""What mail programs write around a customer's text, in Spanish, French, Polish, English and German (and a few neighbours).

Every pattern is applied to one line of at most 400 characters, folded: small letters without accents, single spaces. Programs and
people often leave the accents out.
"""

import re
import unicodedata

LONGEST = 400
LOOKALIKES = str.maketrans({"ł": "l", "’": "'", "‘": "'", "ʼ": "'", "–": "-", "—": "-"})


def _phrases(*lines: str) -> tuple[str, ...]:
    """Phrases written with commas between them, one language a line."""
    return tuple(phrase.strip() for line in lines for phrase in line.split(","))


# "On 3 March 2026 at 10:12, Ana <ana@example.com> wrote:"
WROTE = re.compile(
    r"\b(?:wrote|writes|escribio|ha escrito|a ecrit|ecrit|napisala?|napisal\(a\)|pisze|schrieb|geschrieben"
    r"|ha scritto|escreveu|schreef)\b"
)
ATTRIBUTION_START = re.compile(
    r"(?:on|el|le|am|dnia|w dniu|den|em|il|op|at|vom) "
    r"|(?:mo|di|mi|do|fr|sa|so|mon|tue|wed|thu|sat|sun|lun|mar|mie|jue|vie|sab|dom|jeu|ven|sam|dim"
    r"|pon|pn|wt|wto|sr|sro|czw|pt|pia|sob|ndz|niedz)[a-z]{0,8}[.,]{0,2} "
    r"|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}\b"
)
WRITER = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[:h.]\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|@[a-z0-9-]{1,60}\.")
ANONYMOUS_ATTRIBUTION = re.compile(r"\d{4}-\d\d-\d\d .{0,200}<[^<>\s]{1,100}@[^<>\s]{1,100}>:")

# "-----Original Message-----", "Begin forwarded message:"
SEPARATORS = _phrases(
    "original message, original appointment, forwarded message",
    "forwarded by, begin forwarded message, reply message, original e-mail",
    "mensaje original, mensaje reenviado, mensaje reenviado por, inicio del mensaje reenviado, correo original",
    "message d'origine, message original, message initial",
    "message transfere, debut du message transfere, message reexpedie, courriel original",
    "wiadomosc oryginalna, oryginalna wiadomosc, wiadomosc przeslana dalej",
    "wiadomosc przekazana, przekazana wiadomosc, wiadomosc przekazywana dalej",
    "przekazywana wiadomosc, poczatek przekazywanej wiadomosci",
    "poczatek przekazanej wiadomosci, tresc przekazanej wiadomosci, forwardowana wiadomosc",
    "ursprungliche nachricht, urspruengliche nachricht, originalnachricht",
    "original-nachricht, original nachricht, ursprungliche e-mail",
    "weitergeleitete nachricht, anfang der weitergeleiteten nachricht, weitergeleitete e-mail",
    "messaggio originale, messaggio inoltrato, mensagem original",
    "mensagem encaminhada, oorspronkelijk bericht, doorgestuurd bericht",
)
SEPARATOR_LINE = re.compile(r"(?P<open>[-_=*> ]{0,80})(?P<phrase>[a-z][^_=*>]{2,100}?)(?P<close>[-_=*: ]{0,80})")

# "From: …", "Von: …": a block of them heads the quoted mail in Outlook.
HEADER_KEYS = {
    "from": _phrases("from, de, von, od, da, van, nadawca, absender, expediteur, remitente"),
    "date": _phrases(
        "sent, date, enviado, enviado el, enviada, fecha, envoye, envoye le, date d'envoi",
        "gesendet, gesendet am, datum, wyslano, wyslane, data, data wyslania, inviato, verzonden",
    ),
    "to": _phrases("to, para, a, pour, destinataire, an, empfanger, do, adresat, aan, destinatario, odbiorca"),
    "cc": _phrases(
        "cc, bcc, cci, cco, kopie, dw, udw, kopia, copia, copie, copie a, reply-to, responder a, repondre a, antwort an, odpowiedz do"
    ),
    "subject": _phrases("subject, asunto, objet, sujet, betreff, temat, oggetto, assunto, onderwerp"),
}
KEY_OF = {name: key for key, names in HEADER_KEYS.items() for name in names}

SENT_FROM = _phrases(
    "sent from, sent via, sent with, sent using, get outlook for",
    "enviado desde, enviado con, enviado de, enviado a traves",
    "enviado mediante, obtener outlook para, obten outlook para, descarga outlook",
    "envoye de mon, envoye de mes, envoye depuis, envoye a partir, envoye avec, envoye via, envoye d'un, provenance : courrier",
    "obtenir outlook pour, obtenez outlook pour, telecharger outlook pour, telechargez outlook pour",
    "wyslane z, wyslano z, wyslane przez, wyslane przy uzyciu",
    "wyslane za pomoca, wiadomosc wyslana z, pobierz outlook dla, pobierz aplikacje outlook",
    "von meinem, von meiner, gesendet von, gesendet mit",
    "gesendet uber, diese nachricht wurde von meinem, holen sie sich outlook, outlook fur",
    "inviato da, enviado do meu, verzonden vanaf, verstuurd vanaf",
)
DEVICE = re.compile(
    r"iphone|ipad|ios|android|galaxy|samsung|huawei|xiaomi|redmi|pixel|oppo|nokia|honor|oneplus|xperia|blackberry|windows|smartphone|handy|phone"
    r"|mobil|movil|telefon|telephone|portable|tablet|komork|appareil|dispositivo|device|gerat|outlook|gmail|yahoo|mail|poczt|correo|courrier"
    r"|\bapp\b|aplikac|aplicaci|application|proton|thunderbird"
)
SENT_FROM_WORDS = 11

LEGAL_TITLES = _phrases(
    "confidentiality notice, disclaimer, legal notice",
    "legal disclaimer, before printing, please consider the environment, think before you print",
    "aviso legal, aviso de confidencialidad, clausula de confidencialidad, antes de imprimir, piense en el medio ambiente",
    "avis de confidentialite, clause de confidentialite, mention legale",
    "mentions legales, pensez a l'environnement, avant d'imprimer, n'imprimez ce",
    "klauzula poufnosci, klauzula informacyjna, nota prawna, pomysl o srodowisku, zanim wydrukujesz, informacja poufna",
    "vertraulichkeitshinweis, haftungsausschluss, rechtlicher hinweis, denken sie an die umwelt, bitte denken sie an die umwelt",
)
# A disclaimer speaks of itself ("this e-mail") and of two of: secrecy, the right recipient, a mistake, a ban, destroying it.
SELF = re.compile(
    r"this (?:e-?mail|message|communication|transmission)|est[ea] (?:mensaje|correo|e-?mail|comunicacion|transmision)"
    r"|(?:ce|cet|le present) (?:message|courriel|e-?mail|mail|courrier)|dies(?:e|er|es) (?:e-?mail|mail|nachricht)"
    r"|(?:niniejsz|t)(?:a|ej) (?:wiadomosc|korespondencj|e-?mail)|ten e-?mail|e-?mail (?:and any|und)|wiadomosc ta"
)
LEGAL_STEMS = tuple(
    re.compile(stems)
    for stems in (
        r"confiden[ct]i|privileged|vertraulich|poufn|rechtlich geschutzt|prawnie chronion",
        r"intended (?:solely|only|for|recipient)|addressee|destinatari|destinataire|empfanger|adressat|adresat",
        r"in error|by mistake|por error|par erreur|irrtumlich|fehlgeleitet|omylkow|pomylk|przez przypadek",
        r"unauthori[sz]ed|prohibi[td]|strictly|interdit|strictement|unbefugt|nicht gestattet|untersagt|unerlaubt|zabron|niedozw",
        r"delete|destroy|elimin|borr|destru|detru|supprim|losch|vernicht|usun|zniszcz",
    )
)
COMPANY_FACTS = re.compile(
    r"registered (?:in|office)|company (?:no|number)|vat (?:no|number|reg)|registro mercantil|capital social|rcs [a-z]|siret|siege social"
    r"|sitz der gesellschaft|handelsregister|geschaftsfuhr|amtsgericht|\bhrb\b|ust-id|krs|\bnip\b|regon|sad rejonowy|kapital zakladowy"
)
LEGAL_LENGTH = 100

# Closing formulas, after which a visiting card may follow.
CLOSINGS = _phrases(
    "kind regards, best regards, regards, many thanks, thanks, thank you",
    "yours sincerely, yours faithfully, best wishes, best, sincerely, cheers",
    "un saludo, saludos, atentamente, cordialmente",
    "muchas gracias, gracias, un cordial saludo, reciba un cordial saludo, quedo a la espera",
    "cordialement, bien cordialement, bien a vous, salutations, sinceres salutations",
    "merci, merci d'avance, sincerement, cdlt, meilleures salutations",
    "pozdrawiam, z powazaniem, z wyrazami szacunku, dziekuje, serdecznie pozdrawiam, z pozdrowieniami, lacze wyrazy szacunku",
    "mit freundlichen grussen, freundliche grusse, viele grusse, beste grusse",
    "liebe grusse, mfg, mit freundlichem gruss, hochachtungsvoll, danke",
)
CONTACT = re.compile(
    r"(?:\b(?:tel|telefono|telephone|telefon|phone|fon|fax|mobil|mobile|movil|kom|t|m|f|p)[. :]{1,3}[+(]{0,2}\d)"
    r"|\btel(?:efon)? [\d+(]|www\.|\bhttps?:|\bgmbh\b|\bs\.l\.|\bs\.a\.|\bsp\. z o|\bltd\b|\bsarl\b| \| |\b(?:e-?mail|mail): "
)
REFERENCE = re.compile(
    r"\bp\.? ?s\b|order|pedido|commande|zamowien|auftrag|bestell|contrat|contract|umow|vertrag|kund|client"
    r"|customer|rechnung|invoice|factur|faktur|serial|serie|ticket"
)
# The accents that a letter of these languages decomposes into; a generator over all letters takes ten times as long.
ACCENTS = re.compile("[\u0300-\u036f]+")
CARD_LINES = 8
CARD_WIDTH = 100


def folded(line: str) -> str:
    """The line as all patterns here expect it; too long a line is no marker and becomes empty."""
    return _folded(line) if len(line) <= LONGEST else ""


def _folded(text: str) -> str:
    text = text.casefold()
    if not text.isascii():
        text = ACCENTS.sub("", unicodedata.normalize("NFKD", text).translate(LOOKALIKES))
    return " ".join(text.split())


def is_attribution_start(line: str) -> bool:
    """True for a line that can begin "On … wrote:"."""
    return ATTRIBUTION_START.match(folded(line).lstrip("<> *")) is not None


def has_verb_of_writing(line: str) -> bool:
    """True for "… wrote …" in one of the languages."""
    return WROTE.search(folded(line)) is not None


def is_attribution(text: str, *, quoted: bool) -> bool:
    """True for "… wrote …" with a date, a time or an address, which "my neighbour wrote:" lacks; before a quote without them too."""
    text = folded(text)
    return WROTE.search(text) is not None and (quoted or WRITER.search(text) is not None)


def is_anonymous_attribution(line: str) -> bool:
    """Gmail's old form without a verb: `2026-03-02 10:11 GMT+01:00 Ana <ana@example.com>:`."""
    return ANONYMOUS_ATTRIBUTION.fullmatch(folded(line)) is not None


def is_separator(line: str) -> bool:
    """True for "-----Original Message-----" and its forms; a phrase without dashes needs a colon behind it."""
    match = SEPARATOR_LINE.fullmatch(folded(line))
    if match is None or not match["phrase"].startswith(SEPARATORS):
        return False
    dashes = match["open"].count("-") + match["open"].count("_") + match["open"].count("=")
    return dashes >= 2 or (match["phrase"].strip() in SEPARATORS and ":" in match["close"])


def header_key(line: str) -> str | None:
    """`from`, `date`, `to`, `cc` or `subject` when the line is such a header line in one of the languages."""
    name, colon, _ = line.lstrip("*_> \t")[:60].partition(":")
    return KEY_OF.get(folded(name).strip("* ")) if colon else None


def is_sent_from(line: str) -> bool:
    """True for "Sent from my iPhone" and the like: a short line of its own that names a device or a program."""
    text = folded(line).strip("<>*_-[]() ")
    return text.startswith(SENT_FROM) and len(text.split()) <= SENT_FROM_WORDS and DEVICE.search(text) is not None


def is_legal(paragraph: str) -> bool:
    """True for a disclaimer or the company facts that the law wants under a mail."""
    text = _folded(paragraph[:2_000]).lstrip("*_-=#>| ")
    if text.startswith(LEGAL_TITLES) or len(set(COMPANY_FACTS.findall(text))) >= 2:
        return True
    return len(text) >= LEGAL_LENGTH and SELF.search(text) is not None and sum(bool(stem.search(text)) for stem in LEGAL_STEMS) >= 2


def is_closing(line: str) -> bool:
    """True for a line that holds nothing but a closing formula."""
    return folded(line).strip(",.!- ") in CLOSINGS


def is_visiting_card(lines: list[str]) -> bool:
    """True for a short paragraph of contact data that names no order, customer or contract number."""
    if len(lines) > CARD_LINES or any(len(line) > CARD_WIDTH for line in lines):
        return False
    texts = [folded(line) for line in lines]
    if any(REFERENCE.search(text) for text in texts):
        return False
    return any(CONTACT.search(text) for text in texts) and (len(lines) > 1 or "|" in texts[0])
