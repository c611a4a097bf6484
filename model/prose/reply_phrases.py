"""Phrases of replies in five languages that a check of their quality looks for: greetings, titles, talk of an attached file.

Patterns read one folded line or sentence (small letters without accents) unless they say otherwise, and repeat nothing without a bound.
"""

import re

from data.phrases import folded

SLOT_MARK = "\x00"  # stands for a slot or a phrase block in a line
# A greeting that is nothing without somebody behind it; a title may stand between.
NAMED = (
    r"dear|sehr geehrte[rs]?|liebe[rs]?|werte[rs]?|estimad[oa]|querid[oa]|apreciad[oa]|distinguid[oa]"
    r"|cher|chere|drogi|droga|szanown(?:y|a|i)"
)
# One that stands alone as well.
PLAIN = (
    r"hello|hi|good (?:morning|afternoon|evening|day)|greetings|hallo|guten (?:tag|morgen|abend)|moin|servus|gruss gott"
    r"|hola|buenas|buen(?:os dias|as tardes|as noches)|bonjour|bonsoir|salut|dzien dobry|witam|czesc|dobry wieczor"
)
# Titles that leave a greeting unfinished, and those that finish it: "Dear Sir", "Chère Madame", "Szanowna Pani".
TITLES = r"mr|mrs|ms|miss|dr|prof|herrn?|frau|sra?|srta|don|dona|mme|mlle"
WHOLE_TITLES = r"sir|madam|senora?|monsieur|madame|mademoiselle|pan|pani[ea]?"
GREETING = re.compile(rf"(?:{NAMED}|{PLAIN})\b")
GREETING_END = re.compile(r"[,!:.]$")
MOST_GREETING_WORDS = 9
# In French a blank before the comma says nothing.
EMPTY = re.compile(rf"(?:{NAMED})(?: (?:{TITLES})\b\.?)? ?[,!:]|(?:{PLAIN}) [,:]")
EMPTY_FRENCH = re.compile(rf"(?:{NAMED})(?: (?:{TITLES})\b\.?)? ?[,!:]")
# Who is greeted without a name: "Dear customer", "Liebe Kundin, lieber Kunde".
NOBODY = re.compile(
    rf"{TITLES}|{WHOLE_TITLES}|sirs|all|team|there|customers?|kund(?:e|en|in|innen)|damen|herren|clientes?|clients?|panstwo"
    r"|und|and|y|et|i|lieber?"
)

# As it is written, with capital letters: a title with a name behind it, a greeting with one.
CAPITAL = "A-ZÀ-ÖØ-ÞŁŚŻŹĆ"
HONORIFIC = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Dr|Herrn?|Frau|Sr|Sra|Srta|Señora?|Don|Doña|Monsieur|Madame|Mme|Mlle|Pana|Panu|Panią)\.?"
    rf" [{CAPITAL}][\w'’-]{{1,40}}(?: [{CAPITAL}][\w'’-]{{1,40}})?"
)
NAMED_GREETING = re.compile(
    rf"(?:{NAMED}|{PLAIN}|buenos días|dzień dobry|chère|cześć)(?: (?:{TITLES}|{WHOLE_TITLES}|doña|señora?)\b\.?)?"
    rf" (?P<name>[^\s,!:{SLOT_MARK}]{{2,40}}(?: [^\s,!:{SLOT_MARK}]{{2,40}})?) ?[,!:]",
    re.IGNORECASE,
)

ATTACHED = re.compile(
    r"\b(?:(?:is|are|find|see) (?:\w{1,12} ){0,3}attached|(?:have|we|i) (?:\w{1,12} )?attach(?:ed)?"
    r"|attached (?:to this|you|please|is|are|file|document)"
    r"|in the attachment|see attachment"
    r"|im anhang|in der anlage|anbei|beigefu(?:e)?gt\w{0,2}|angehangt\w{0,2}|als anlage"
    r"|adjunt(?:o|a|os|as|amos)|archivo adjunto"
    r"|en piece jointe|ci-joint\w{0,2}|joins? a ce (?:mail|message|courriel)"
    r"|w zalaczniku|w zalaczeniu|w zalaczonym|zalaczam(?:y)?|zalaczony plik)\b"
)
# A customer who is asked to attach something gets no file.
ASKING = re.compile(
    r"\b(?:repl(?:y|ies|ying)|answer|send us|send it|please attach|respond(?:a|e|er|iendo)|envi(?:e|a|enos|arnos)|adjunte"
    r"|repond(?:ez|re|ant)|envo(?:yez|yer)|joign(?:ez|ant)|odpowie\w{1,6}|odpowiada\w{1,3}|prosimy o (?:przeslanie|dolaczenie)"
    r"|prosze (?:przeslac|dolaczyc)|antwort(?:en|e)|sende(?:n)? sie|schicke(?:n)? sie|legen sie|fugen sie)\b"
)


def is_greeting_line(line: str) -> bool:
    """True for a short line that begins with a greeting and ends like one."""
    text = folded(line)
    words = len(text.split())
    if not words or words > MOST_GREETING_WORDS or GREETING.match(text) is None:
        return False
    return GREETING_END.search(text) is not None or words <= 2


def lacks_its_name(line: str, language: str) -> bool:
    """True for "Dear ," and "Sehr geehrter Herr ,": a greeting from which the name is gone."""
    return (EMPTY_FRENCH if language == "fr" else EMPTY).fullmatch(folded(line)) is not None


def greeted_name(line: str) -> str | None:
    """The name in "Dear Anna Miller,", or None where the line greets nobody by name."""
    match = NAMED_GREETING.match(line.strip())
    if match is None:
        return None
    words = match["name"].split()
    nobody = any(NOBODY.fullmatch(folded(word).strip(".")) for word in words)
    return None if nobody or not words[-1][0].isupper() else match["name"]


def names_with_title(text: str) -> tuple[str, ...]:
    """Names behind a title in a text, each once, in order: "Frau Schmidt"."""
    return tuple(dict.fromkeys(HONORIFIC.findall(text)))


def speaks_of_attachment(sentence: str) -> bool:
    """True for "please find attached", "anbei", "en pièce jointe" and the like; false where the customer is to attach something."""
    text = folded(sentence)
    return ATTACHED.search(text) is not None and ASKING.search(text) is None
