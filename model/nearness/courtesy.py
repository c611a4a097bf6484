"""The politeness around an answer in English, German, Spanish, French and Polish: greetings, closings, thanks, offers of further help.

All patterns read folded text: small letters without accents, single spaces. They are anchored at its start, so they stay linear.
"""

import re

from data.phrases import CLOSINGS

PATTERN_REACH = 200
COURTESY_WORDS = 24
THANKS_WORDS = 16
FAREWELL_WORDS = 12
THANKS_FAREWELL_WORDS = 5

GREETING = re.compile(
    r"(?:dear|hello|hi|hey|good (?:morning|afternoon|evening|day)|greetings|to whom"
    r"|sehr geehrte\w*|geehrte\w*|guten (?:tag|morgen|abend)|hallo|liebe[rs]?|moin|servus|gruss gott|gruezi"
    r"|hola|estimad\w*|buen[oa]s(?: dias| tardes| noches)?|buen dia|querid\w*|apreciad\w*|distinguid\w*|muy senor\w*"
    r"|bonjour|bonsoir|chere?s?|madame|monsieur|mesdames|messieurs|salut"
    r"|m(?:me|lle|rs?|s)|frau|herrn?|sra?|senor[a]?|szanown\w*|dzien dobry|dobry wieczor|witam|witaj\w*|czesc"
    r"|drog[ia]\w*|hej|panie|pani)\b"
)
CLOSING = re.compile(
    "(?:" + "|".join(re.escape(phrase) for phrase in sorted(CLOSINGS, key=len, reverse=True) if phrase != "best") + r"|best"
    r"|warm(?:est)? regards|with (?:kind|best) regards|yours truly|take care|greetings from"
    r"|(?:mit )?(?:freundliche[nm]?|herzliche[nm]?|beste[nm]?|schone[nm]?|viele[nm]?|liebe[nm]?) grue?ss(?:en?)?|grue?sse?\b"
    r"|(?:reciba |le mando |con )?(?:un |nuestro )?(?:cordial|cordiales|afectuoso|fuerte|atento) ?(?:saludos?|abrazo)|saludos \w+"
    r"|(?:tres |bien )?cordialement|bien a vous|(?:nos |mes )?salutations \w+|veuillez agreer|je vous prie d'agreer"
    r"|a bientot|cdlt"
    r"|(?:serdecznie |z gory )?pozdr(?:awia\w+)?|(?:lacze |przesylam )?(?:serdeczne |cieple )?pozdrowienia"
    r"|z (?:wyrazami|uszanowaniem|powazaniem)"
    r")(?![\w])"
)
# "Thanks, Tom" is a farewell, "Thank you for your patience with us" none.
THANKS = re.compile(r"(?:many )?thank|(?:muchas )?gracias|merci|dziekuj|(?:vielen )?dank")
TEAM = re.compile(
    r"(?:(?:your|the|ihr|ihre|dein|das|su|tu|el|votre|le|l'|twoj|panstwa|zespol)\b.{0,40}\b)?"
    r"(?:team|support|customer (?:service|care)|help ?desk|kundenservice\S*|kundendienst|kundenbetreuung"
    r"|equipo|atencion al client\w*|servicio al client\w*|equipe|service (?:clients?|clientele)|relation clients?"
    r"|zespol|biuro|dzial|obslug\w*)\b"
)
OPENER = re.compile(
    r"(?:(?:thank you|many thanks|thanks)(?: very much| so much| a lot)? for (?:contacting|reaching|writing|getting"
    r"|your|choosing|the (?:message|mail))"
    r"|we (?:are|have) (?:sorry to hear|received your)|(?:we|i) hope (?:you are|this (?:e-?mail|message) finds)"
    r"|(?:vielen |herzlichen |besten |wir )?dank(?:e|en)?(?: ihnen)?(?: (?:fur|fuer) (?:ihre?n?|deine?n?|die|das"
    r"|den)\b|, dass sie)"
    r"|(?:muchas )?gracias por (?:contactar\w*|escribir\w*|poner\w*|su|tu|el|habernos|dirigir\w*)"
    r"|le agradecemos (?:su|que)|hemos recibido su"
    r"|(?:nous vous remercions|je vous remercie|merci)(?: beaucoup)? (?:de nous|de votre|d'avoir|pour votre|de l')"
    r"|nous avons bien recu votre"
    r"|(?:bardzo |serdecznie |uprzejmie )?dziekuj\w+ (?:panstwu |bardzo |pani |panu )?za (?:kontakt|wiadomosc|mail"
    r"|e-?mail|zgloszenie|zapytanie"
    r"|napisanie|skontaktowanie|przeslan\w*|cierpliwosc))"
)
OFFER = re.compile(
    r"(?:(?:if|should) (?:you|there)\b.{0,40}\b(?:questions?|quer(?:y|ies)|help|assistance|anything else)\b|(?:for"
    r"|with) any (?:further |other )?(?:questions|queries)"
    r"|please (?:do not hesitate|don'?t hesitate|feel free|let us know)|(?:do not|don'?t) hesitate|feel free to"
    r"|(?:let|just let) (?:us|me) know"
    r"|we(?: are|'re) (?:always )?(?:happy|glad|here|at your)|(?:we|i)(?: am|'m| are|'re)? look(?:ing)? forward"
    r"|have a (?:nice|great|good|lovely|pleasant)"
    r"|(?:i|we) hope (?:this|that|we)\b|thank you (?:very much |again )?for your (?:patience|understanding|trust"
    r"|cooperation)|we apologi[sz]e for|sorry for"
    r"|bei (?:weiteren |allen weiteren |sonstigen )?(?:ruck)?fragen|fur (?:weitere |ruck)\s?fragen"
    r"|(?:sollten|falls|wenn|haben) sie\b.{0,30}\b(?:fragen|ruckfragen|hilfe|unterstutzung)\b"
    r"|wir (?:helfen|stehen|sind)\b.{0,30}\b(?:gern|gerne|jederzeit|verfugung|da)\b|zogern sie nicht"
    r"|(?:wir wunschen ihnen )?einen schonen"
    r"|wir freuen uns|melden sie sich (?:gern|gerne|jederzeit)|(?:wir )?(?:bitten"
    r"|entschuldigen)\b.{0,30}\b(?:verstandnis|entschuldigung|unannehmlichkeiten)"
    r"|si (?:tienes?|necesitas?|desea|precisa)\b.{0,30}\b(?:dudas?|preguntas?|consultas?|ayuda)\b|no dudes? en"
    r"|(?:quedamos|quedo|estamos)\b.{0,20}\b(?:disposicion|aqui|atent\w+)"
    r"|(?:le deseamos )?que tengas? (?:un|una)|para cualquier (?:duda|consulta|pregunta)|ante cualquier"
    r"|esperamos (?:haber|su)|(?:lamentamos|sentimos|disculpe) las (?:molestias|inconvenien)"
    r"|(?:surtout )?n'hesitez pas|si vous (?:avez|souhaitez)\b.{0,30}\bquestions?\b|(?:nous restons|je reste"
    r"|nous sommes|nous nous tenons)\b.{0,20}\bdisposition"
    r"|pour toute (?:autre )?(?:question|information|demande)|(?:nous vous souhaitons )?(?:une )?(?:bonne"
    r"|excellente|agreable) (?:journee|soiree)|en (?:esperant|restant)"
    r"|veuillez nous excuser|nous (?:vous prions|nous excusons)|(?:nous sommes )?desoles? pour"
    r"|w razie (?:dalszych |jakichkolwiek |dodatkowych |innych )?(?:pytan|watpliwosci)|(?:jesli|jezeli"
    r"|gdyby)\b.{0,40}\b(?:pytan\w*|watpliwosc\w*|pomoc\w*)\b"
    r"|(?:jestesmy|pozostajemy|sluzymy)\b.{0,25}\b(?:dyspozycji|pomoca)|(?:zyczymy )?(?:milego|udanego) dnia"
    r"|zyczymy|chetnie (?:pomozemy|odpowiemy)"
    r"|(?:prosimy|zapraszamy)(?: smialo)? (?:o kontakt|do kontaktu)|nie wahaj|przepraszamy za (?:niedogodnosc|utrudnien|klopot))"
)


def is_courtesy(sentence: str) -> bool:
    """True for a folded sentence that only thanks, excuses or offers more help; an offer with a figure in it says something."""
    if is_thanks(sentence):
        return True
    short = len(sentence.split(maxsplit=COURTESY_WORDS)) <= COURTESY_WORDS and not any(map(str.isdigit, sentence))
    return short and OFFER.match(sentence[:PATTERN_REACH]) is not None


def is_thanks(sentence: str) -> bool:
    """True for a folded sentence that thanks for the mail of the other day, whose date and number are of one case."""
    return len(sentence.split(maxsplit=THANKS_WORDS)) <= THANKS_WORDS and OPENER.match(sentence[:PATTERN_REACH]) is not None


def is_greeting(start: str) -> bool:
    """True for the folded words up to the first comma or line end of an answer when they address somebody."""
    return GREETING.match(start) is not None


def is_farewell(sentence: str) -> bool:
    """True for a folded sentence or line that closes the answer or names the team below it."""
    words = len(sentence.split(maxsplit=FAREWELL_WORDS))
    if words > FAREWELL_WORDS or (words > THANKS_FAREWELL_WORDS and THANKS.match(sentence)):
        return False
    return CLOSING.match(sentence) is not None or TEAM.match(sentence) is not None or " | " in sentence
