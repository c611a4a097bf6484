"""One pass over the tokens of a text that finds its values and what belongs to one case."""

from collections.abc import Callable
from decimal import Decimal

from model.statements.amounts import SYMBOLS, Amount, period, read_amount, read_period, read_price, read_quantity
from model.statements.cases import is_case_date, is_case_number, is_phone, names_after, names_in_greeting
from model.statements.contacts import read_german_street, read_house, read_link, read_phone, read_postcode, read_street
from model.statements.dates import read_date, read_month, read_time, read_weekday
from model.statements.lexicon import Lexicon
from model.statements.products import read_product, read_quoted
from model.statements.statement import CaseKind, Kind, Value
from model.statements.tokens import Tokens

NOT = Value(Kind.NEGATION, "not")
# A word that "no" or "nie" may stand beside without another meaning.
NONE = Value(Kind.NEGATION, "none")
FREE = Value(Kind.PRICE, "0")
FEE = Value(Kind.PRICE, "fee")
HALVES = {"hour": "30 minute", "day": "12 hour", "year": "6 month"}
NEGATION_REACH = 7
COST_REACH = 3
LEAST_COUNT = 2
NOT_FREE = frozenset(("feel", "be", "toll", "-"))


class Reading:
    """What was found in the tokens from `start` up to `end`: values and case values with their first token and the one behind."""

    def __init__(self, tokens: Tokens, words: Lexicon, end: int, names: frozenset[str]) -> None:
        """Read all tokens before `end`; `names` are folded words that always are names of products. `partners` are the tokens that
        only complete a negation.
        """
        self.tokens, self.words, self.names = tokens, words, names
        self.values: list[tuple[Value, int, int]] = []
        self.cases: list[tuple[CaseKind, int, int]] = []
        self._capitals = "streets" not in words.lists
        self.partners: set[int] = set()
        self._begin = 0
        self._loud = {number for number, span in enumerate(tokens.spans) if tokens.is_loud(*span)}
        self._readers: dict[str, Callable[[int], int]] = {
            "word": self._word,
            "mark": self._mark,
            "number": self._number,
            "phone": self._phone,
            "code": self._code,
            "mixed": self._code,
            "version": self._code,
            "date": self._date,
            "clock": self._clock,
            "link": self._link,
            "mail": self._mail,
        }
        done = 0
        for at in self._candidates(end):
            reader = self._readers.get(tokens.kinds[at]) if at >= done else None
            done = reader(at) if reader else done

    def _candidates(self, end: int) -> list[int]:
        """The tokens at which something may begin: all but the plain small words."""
        text, openers = self.tokens.text, self.words.openers | self.names if self.names else self.words.openers
        columns = zip(self.tokens.kinds[:end], self.tokens.words, self.tokens.starts, strict=False)
        return [at for at, (kind, word, start) in enumerate(columns) if kind != "word" or word in openers or text[start].isupper()]

    def _keep(self, value: Value, at: int, end: int) -> int:
        self.values.append((value, at, end))
        return end

    def _case(self, kind: CaseKind, at: int, end: int) -> int:
        self.cases.append((kind, at, end))
        return end

    def _word(self, at: int) -> int:
        word = self.tokens.words[at]
        if word in self.words.openers:
            end = self._opener(at, word)
            if end:
                return end
        if word in self.names:
            return self._keep(Value(Kind.PRODUCT, word), at, at + 1)
        if not self.tokens.is_capital(at) or self.tokens.sentences[at] in self._loud:
            return at + 1
        street = None if self._capitals else read_german_street(self.tokens, at)
        found = street or read_product(self.tokens, at, self.words, capitals=self._capitals and at != self._begin)
        return self._keep(found[0], at, found[1]) if found else at + 1

    def _opener(self, at: int, word: str) -> int:
        """The token behind what a known word begins, 0 when it begins nothing here."""
        words, lists = self.words, self.words.lists
        if word in lists["negation"] or word in lists["negation_openers"]:
            return self._negation(at, word)
        if word in words.periods:
            number, unit = words.periods[word].split(" ", 1)
            return self._keep(Value(Kind.PERIOD, period(Amount(Decimal(number), None, at), unit)), at, at + 1)
        if word in words.weekdays:
            day = read_weekday(self.tokens, at, words)
            return self._keep(day[0], at, day[1]) if day else 0
        if word in words.opposites:
            return self._keep(Value(Kind.NEGATION, words.opposites[word]), at, at + 1)
        if word in lists["free"] or word in lists["fee"]:
            return self._free(at, word)
        return self._people(at, word) or self._measured(at, word)

    def _people(self, at: int, word: str) -> int:
        lists = self.words.lists
        if word in lists["greetings"]:
            greeting = names_in_greeting(self.tokens, at, self.words)
            if greeting is not None:
                for place in greeting[0]:
                    self._case(CaseKind.NAME, place, place + 1)
                self._begin = greeting[1]
                return greeting[1]
        if word in lists["honorifics"]:
            names = names_after(self.tokens, at) if self.tokens.is_capital(at) else []
            if names:
                return self._case(CaseKind.NAME, names[0], names[-1] + 1)
        return 0

    def _measured(self, at: int, word: str) -> int:
        """Number words, months, streets, currencies in front of figures, halves and "a week"."""
        tokens, words, lists = self.tokens, self.words, self.words.lists
        found = None
        if word in words.currency:
            found = read_price(tokens, at, words)
        if found is None and word in words.months:
            found = read_month(tokens, at, words)
        if found is None and word in lists["street_before"]:
            found = read_street(tokens, at, words)
        if found is None and word in lists["half"]:
            found = self._half(at)
        if found is None and word in lists["one"]:
            found = read_period(tokens, Amount(Decimal(1), None, at + 1), words)
        if found is not None:
            return self._dated(found, at)
        return self._counted(at) if word in words.numbers else 0

    def _half(self, at: int) -> tuple[Value, int] | None:
        """ "half an hour", "demi-heure", "pół roku"."""
        end = at + 1
        while self.tokens.word(end) == "-" or self.tokens.word(end) in self.words.lists["one"]:
            end += 1
        length = HALVES.get(self.words.units.get(self.tokens.word(end), ""))
        return (Value(Kind.PERIOD, length), end + 1) if length else None

    def _counted(self, at: int) -> int:
        """Number words with a unit, or from two on as a count."""
        amount = read_amount(self.tokens, at, self.words)
        if amount is None:
            return 0
        found = read_quantity(self.tokens, amount, self.words)
        if found is not None:
            return self._keep(found[0], at, found[1])
        is_count = amount.low >= LEAST_COUNT and self.tokens.words[at] not in self.words.lists["not_alone"]
        return self._keep(Value(Kind.NUMBER, amount.text()), at, amount.end) if is_count else 0

    def _negation(self, at: int, word: str) -> int:
        tokens, lists = self.tokens, self.words.lists
        after = tokens.words[at + 1 : at + 3]
        is_number = word == "no" and after[:1] == ["."] and after[-1][:1].isdigit()
        if at in self.partners or is_number or not lists["not_negated"].isdisjoint(f"{word}_{next_word}" for next_word in after):
            return at + 1
        if word in lists["concord"]:
            return self._keep(NONE, at, at + 1)
        reach = range(at + 1, min(at + NEGATION_REACH, len(tokens.words)))
        near = [place for place in reach if tokens.sentences[place] == tokens.sentences[at]]
        if word in lists["negation_openers"]:
            return self._two_part_negation(at, near)
        cost = next((place for place in near[:COST_REACH] if tokens.words[place] in lists["free_after_no"]), None)
        if cost is not None:
            return self._keep(FREE, at, cost + 1)
        return self._keep(NOT, at, at + 1 + (tokens.word(at + 1) in lists["negation_tails"]))

    def _two_part_negation(self, at: int, near: list[int]) -> int:
        """ "ne … pas" is one negation, "ne … que" none."""
        words, partners = self.tokens.words, self.words.lists["negation_partners"]
        if words[at] == "n" and near and words[near[0]] != "'":
            return 0
        second = next((place for place in near if words[place] in partners or words[place] in ("que", "qu")), None)
        if second is not None and words[second] not in partners:
            return at + 1
        self.partners |= {second} if second is not None else set()
        return self._keep(NOT, at, at + 1)

    def _free(self, at: int, word: str) -> int:
        if word in self.words.lists["fee"]:
            is_paid = word != "pago" or self.tokens.word(at - 1) == "de"
            return self._keep(FEE, at, at + 1) if is_paid else 0
        if word == "free" and (self.tokens.word(at - 1) in NOT_FREE or self.tokens.word(at + 1) in ("to", "-")):
            return at + 1
        is_long = self.tokens.word(at + 1) == "of" and self.tokens.word(at + 2) in self.words.lists["free_after_no"]
        return self._keep(FREE, at, at + 3 if is_long else at + 1)

    def _mark(self, at: int) -> int:
        word = self.tokens.words[at]
        if word in SYMBOLS:
            price = read_price(self.tokens, at, self.words)
            return self._keep(price[0], at, price[1]) if price else at + 1
        if word == '"':
            value, end = read_quoted(self.tokens, at)
            return self._keep(value, at, end) if value else end
        return at + 1

    def _number(self, at: int) -> int:
        tokens, words = self.tokens, self.words
        first = not at or tokens.sentences[at - 1] != tokens.sentences[at]
        if first and tokens.word(at + 1) in (".", ")") and tokens.touch(at) and len(tokens.words[at]) <= LEAST_COUNT:
            return at + 1
        amount = read_amount(tokens, at, words)
        found = read_date(tokens, at, words) or read_time(tokens, at, words)
        found = found or (read_quantity(tokens, amount, words) if amount else None)
        if found is None and is_case_number(tokens, at, words):
            return self._case(CaseKind.NUMBER, at, at + 1)
        if found is None and is_phone(tokens, at, words):
            return self._phone(at)
        found = found or read_house(tokens, at, words) or read_postcode(tokens, at)
        if found is not None:
            return self._dated(found, at)
        return self._keep(Value(Kind.NUMBER, amount.text()), at, amount.end) if amount else self._case(CaseKind.NUMBER, at, at + 1)

    def _phone(self, at: int) -> int:
        if is_case_number(self.tokens, at, self.words) and not is_phone(self.tokens, at, self.words):
            return self._case(CaseKind.NUMBER, at, at + 1)
        value = read_phone(self.tokens, at)
        return self._keep(value, at, at + 1) if value else self._case(CaseKind.NUMBER, at, at + 1)

    def _code(self, at: int) -> int:
        word = self.tokens.words[at]
        if not any(character.isdigit() for character in word):
            return at + 1
        if is_case_number(self.tokens, at, self.words):
            return self._case(CaseKind.NUMBER, at, at + 1)
        return self._keep(Value(Kind.PRODUCT, word.replace("-", " ")), at, at + 1)

    def _date(self, at: int) -> int:
        found = read_date(self.tokens, at, self.words)
        return self._dated(found, at) if found else at + 1

    def _dated(self, found: tuple[Value, int], at: int) -> int:
        """Keep what is no date of a message."""
        if found[0].kind is Kind.DATE and is_case_date(self.tokens, at, self.words):
            return self._case(CaseKind.DATE, at, found[1])
        return self._keep(found[0], at, found[1])

    def _clock(self, at: int) -> int:
        found = read_time(self.tokens, at, self.words)
        return self._keep(found[0], at, found[1]) if found else at + 1

    def _link(self, at: int) -> int:
        return self._keep(read_link(self.tokens, at), at, at + 1)

    def _mail(self, at: int) -> int:
        return self._keep(Value(Kind.EMAIL, self.tokens.words[at].rstrip(".-_")), at, at + 1)
