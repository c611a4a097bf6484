"""Which words one text has in place of another's: typing mistakes, endings and function words do not count."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

Terms = tuple[tuple[str, str], ...]

ALIGNED = 0.5
MISTYPED = 0.25
SAME_SENTENCE = 0.6
SHORT_WORD = 5
SAME_STEM = 0.7
CACHED = 1 << 18
LONGEST_TERM = 4

# Words that carry no subject, folded; words of up to two letters never count.
FUNCTION_WORDS = frozenset(
    word
    for words in (
        # English
        "the and for you your our are was were has have had will would can could may might must shall should this that these those",
        "with from into onto about after before until till while when where which who whom what how then than them they their its his",
        "her she him all any each some such only also just very more most please kindly simply directly easily usually normally always",
        "once again here there now soon within without upon per via because since though although however therefore thus but yet nor",
        "too own same both few being been does did done doing get gets got let make made take taken need needs want",
        # German
        "der die das den dem des ein eine einen einem einer eines und oder aber doch sowie wie als dass weil wenn falls sobald damit",
        "sie ihr ihre ihren ihrem ihrer ihnen wir uns unser unsere unseren unserem unserer ich mich mir mein meine sich ist sind war",
        "waren wird werden wurde wurden hat haben hatte kann konnen konnte muss mussen soll sollen darf durfen mochte mochten auf aus",
        "bei bis durch fur gegen mit nach ohne seit uber unter von vom vor zum zur zwischen auch noch nur schon sehr bitte einfach",
        "direkt gerne gern dann danach hier dort jetzt nun bereits immer dabei dazu diese dieser dieses diesen diesem",
        # Spanish
        "los las una uno unos unas del con por para sin sobre entre desde hasta hacia que quien cual cuando donde como porque pero",
        "sino aunque mientras usted ustedes nos nuestro nuestra nuestros nuestras sus tus este esta estos estas ese esa eso esto aquel",
        "ser son era fue han hay haber tiene tienen tener puede pueden poder debe deben deber hacer hace muy mas menos tambien solo ya",
        "ahora aqui alli luego despues antes siempre favor todo toda todos todas cada algun alguna otro otra",
        # French
        "les des une dans par pour avec sans sur sous chez entre vers depuis que qui quoi dont ou quand comme parce mais donc car vous",
        "nous votre vos notre nos ils elle elles son ses leur leurs cet cette ces celui celle est sont etait ete etre avoir ont avez",
        "peut peuvent pouvez pouvoir doit doivent devez faire fait tres plus moins aussi seulement deja maintenant ici ensuite apres",
        "avant toujours merci tout toute tous toutes chaque autre autres veuillez",
        # Polish
        "oraz albo lub ale lecz czy gdy kiedy jesli jezeli poniewaz aby zeby jak jako gdzie ktory ktora ktore ktorych ktorym nas nam",
        "nasz nasza nasze naszego naszej naszym panstwo panstwa panstwu pan pani jest byl byla bylo byly byc beda bedzie zostal",
        "zostala maja mamy moze moga mozna mozemy musi musza nalezy trzeba przez przed przy pod nad bez dla tego tej ten tym tych temu",
        "juz jeszcze tylko takze rowniez bardzo teraz tutaj potem nastepnie zawsze prosze prosimy swoj swoja swoje kazdy kazda inne",
        "inny",
    )
    for word in words.split()
)


@dataclass(frozen=True, slots=True)
class Signs:
    """What in a sentence must not differ: its figures, and whether it negates."""

    sentence: str
    figures: tuple[str, ...]
    negates: bool

    def has_other_figures(self, other: "Signs") -> bool:
        """True when each has a figure that the other lacks; a figure in one of them alone is an addition."""
        ours, theirs = set(self.figures), set(other.figures)
        return bool(ours - theirs) and bool(theirs - ours) and "".join(self.figures) != "".join(other.figures)


@dataclass(slots=True)
class Wording:
    """Compares texts word by word; remembers what it found for pairs of sentences and of words, which return in every copy."""

    _sentences: dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)
    _known_signs: dict[str, Signs] = field(default_factory=dict)
    _words: dict[tuple[str, str], bool] = field(default_factory=dict)

    def replaced(self, left: str, right: str) -> Terms:
        """For each sentence of one canonical text that has a counterpart in the other: the words replaced in it, left and right.

        Words that the other text also has anywhere, and sentences without a counterpart, are no replacement.
        """
        ours, theirs = _own_sentences(left, right)
        if not ours or not theirs:
            return ()
        words = frozenset(left.split()), frozenset(right.split())
        if not self._has_own(words[0], words[1]) or not self._has_own(words[1], words[0]):
            return ()
        found = []
        for sentence in ours:
            other = self._counterpart(sentence, theirs)
            if other is None:
                continue
            one, two = self._difference(sentence, other)
            one, two = tuple(w for w in one if w not in words[1]), tuple(w for w in two if w not in words[0])
            if one and two and max(len(one), len(two)) <= LONGEST_TERM:
                found.append((" ".join(one), " ".join(two)))
        return tuple(found)

    def is_doubtful(self, left: str, right: str, negations: Collection[str]) -> bool:
        """True when a sentence has other figures than its counterpart, or one of them alone negates and both are badly mistyped.

        1.299,00 and 1299 are one figure.
        """
        ours, theirs = ([self._signs(line, negations) for line in own] for own in _own_sentences(left, right))
        return any(self._contradict(one, other) for one in ours for other in theirs)

    def _signs(self, sentence: str, negations: Collection[str]) -> Signs:
        if sentence not in self._known_signs:
            if len(self._known_signs) >= CACHED:
                self._known_signs.clear()
            words = sentence.split()
            figures = tuple(word for word in words if word != "00" and any(map(str.isdigit, word)))
            self._known_signs[sentence] = Signs(sentence, figures, any(word in negations for word in words))
        return self._known_signs[sentence]

    def _contradict(self, left: Signs, right: Signs) -> bool:
        has_figures = bool(left.figures) and bool(right.figures) and left.has_other_figures(right)
        if not has_figures and left.negates == right.negates:
            return False
        share = _share(left.sentence, right.sentence)
        # Sentences that are alike enough have had their values compared; those that share next to nothing are others.
        if share < MISTYPED or (not has_figures and share > ALIGNED):
            return False
        return self._share_of_same(left.sentence, right.sentence) >= SAME_SENTENCE

    def _share_of_same(self, left: str, right: str) -> float:
        """Share of the words that both sentences have, spelling mistakes aside."""
        ours, theirs = set(left.split()), set(right.split())
        common = ours & theirs
        rest = theirs - common
        same = sum(any(self._same(word, other) for other in rest) for word in ours - common)
        return 2 * (len(common) + min(same, len(rest))) / (len(ours) + len(theirs))

    def _has_own(self, words: frozenset[str], others: frozenset[str]) -> bool:
        """True when there is a word of a subject that the other text does not have in any spelling."""
        rest = others - words
        return any(has_subject(word) and not any(self._same(word, other) for other in rest) for word in words - others)

    def _counterpart(self, sentence: str, others: Sequence[str]) -> str | None:
        """The sentence with the most words in common, when that is more than half of them."""
        best, best_share = None, ALIGNED
        for other in others:
            share = _share(sentence, other)
            if share > best_share or (share == best_share and best is not None and other < best):
                best, best_share = other, share
        return best

    def _difference(self, left: str, right: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        key = (left, right)
        if key not in self._sentences:
            if len(self._sentences) >= CACHED:
                self._sentences.clear()
            ours, theirs = dict.fromkeys(left.split()), dict.fromkeys(right.split())
            one = [word for word in ours if word not in theirs and has_subject(word)]
            two = [word for word in theirs if word not in ours and has_subject(word)]
            self._sentences[key] = (
                tuple(word for word in one if not any(self._same(word, other) for other in theirs)),
                tuple(word for word in two if not any(self._same(word, other) for other in ours)),
            )
        return self._sentences[key]

    def _same(self, left: str, right: str) -> bool:
        key = (left, right) if left <= right else (right, left)
        if key not in self._words:
            if len(self._words) >= CACHED:
                self._words.clear()
            self._words[key] = is_same_word(*key)
        return self._words[key]


def is_same_word(left: str, right: str) -> bool:
    """True for one word written twice: equal but for a typing mistake or two, or for its ending."""
    shorter, longer = sorted((left, right), key=len)
    if len(longer) - len(shorter) > max(3, len(shorter) // 2):
        return False
    stem = next((i for i, pair in enumerate(zip(shorter, longer, strict=False)) if pair[0] != pair[1]), len(shorter))
    if stem >= max(4, SAME_STEM * len(longer)) or (stem >= 4 and stem == len(shorter)):
        return True
    allowed = 1 if len(longer) <= SHORT_WORD else 2
    letters = set(shorter)
    if len(longer) - len(shorter) > allowed or len(letters) - len(letters & set(longer)) > allowed:
        return False
    kept = sum(block.size for block in SequenceMatcher(None, shorter, longer, autojunk=False).get_matching_blocks())
    return len(longer) - kept <= allowed


def _share(left: str, right: str) -> float:
    ours, theirs = set(left.split()), set(right.split())
    return 2 * len(ours & theirs) / (len(ours) + len(theirs))


def _own_sentences(left: str, right: str) -> tuple[list[str], list[str]]:
    """The sentences that each has and the other lacks."""
    ours, theirs = left.split("\n"), right.split("\n")
    common = set(ours) & set(theirs)
    return [line for line in ours if line not in common], [line for line in theirs if line not in common]


def has_subject(word: str) -> bool:
    """True for a folded word that can name a subject: no function word, no figure."""
    return len(word) > 2 and word not in FUNCTION_WORDS and not any(character.isdigit() for character in word)
