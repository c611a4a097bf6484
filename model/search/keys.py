"""The texts under which an answer is found: its own and those of the answers that were merged into it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from data.answer import Answer, BodyFormat, State, Variant
from data.markup import visible_text
from data.template import BLOCK, SLOT
from model.search.layered import Layered

ALIAS = "alias"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One text under which an answer is found."""

    answer_id: str
    language: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """An answer with every text that leads to it."""

    answer: Answer
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Families:
    """All answers of a base, and which were merged into which. Immutable; `changed` gives the next one."""

    answers: Mapping[str, Answer]
    merged: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, answers: Iterable[Answer]) -> "Families":
        """Every state of an answer may be among them."""
        known = {answer.id: answer for answer in answers}
        merged: dict[str, list[str]] = defaultdict(list)
        for answer_id in sorted(known):
            target = known[answer_id].merged_into
            if target is not None:
                merged[target].append(answer_id)
        return cls(answers=Layered(known), merged=Layered({target: tuple(ids) for target, ids in merged.items()}))

    def family(self, answer_id: str) -> Family | None:
        """The answer and its keys, or None when it is not to be found: unknown, not active, merged into another, without a text."""
        answer = self.answers.get(answer_id)
        if answer is None or answer.state is not State.ACTIVE or answer.merged_into is not None:
            return None
        keys = (*keys_of(answer), *self._alias_keys(answer_id))
        return Family(answer=answer, keys=keys) if keys else None

    def all(self) -> Iterator[Family]:
        """Every answer that can be found."""
        return (family for answer_id in self.answers if (family := self.family(answer_id)) is not None)

    def root(self, answer_id: str) -> str | None:
        """The answer that an answer was merged into in the end, itself if it was not; None when that is unknown or a circle."""
        seen = {answer_id}
        while (answer := self.answers.get(answer_id)) is not None:
            if answer.merged_into is None:
                return answer_id
            answer_id = answer.merged_into
            if answer_id in seen:
                return None
            seen.add(answer_id)
        return None

    def changed(self, changed: Iterable[Answer], gone: Collection[str]) -> "tuple[Families, frozenset[str]]":
        """The base after some changes, and the ids of the answers whose families may differ by them."""
        news: dict[str, Answer | None] = {**dict.fromkeys(gone), **{answer.id: answer for answer in changed}}
        moves: dict[str, set[str]] = {}
        for answer_id, answer in news.items():
            old, new = self.answers.get(answer_id), answer
            before = old.merged_into if old else None
            after = new.merged_into if new else None
            if before != after:
                for target in filter(None, (before, after)):
                    moves.setdefault(target, set(self.merged.get(target, ()))).discard(answer_id)
                if after is not None:
                    moves[after].add(answer_id)
        merged = {target: tuple(sorted(ids)) or None for target, ids in moves.items()}
        later = Families(answers=Layered.over(self.answers, news), merged=Layered.over(self.merged, merged))
        roots = {families.root(answer_id) for families in (self, later) for answer_id in news}
        return later, frozenset(root for root in roots if root is not None)

    def _alias_keys(self, answer_id: str) -> Iterator[Key]:
        """Texts of what was merged into an answer, directly or not, each text once."""
        seen, waiting = {answer_id}, list(self.merged.get(answer_id, ()))
        own = self.answers[answer_id]
        texts = {(variant.language, text) for variant in own.variants for _, text in _texts(variant)}
        for member in waiting:
            if member in seen or member not in self.answers:
                continue
            seen.add(member)
            waiting.extend(self.merged.get(member, ()))
            for variant in self.answers[member].variants:
                for _, text in _texts(variant):
                    if (variant.language, text) not in texts:
                        texts.add((variant.language, text))
                        yield Key(answer_id=answer_id, language=variant.language, kind=ALIAS, text=text)


def keys_of(answer: Answer) -> Iterator[Key]:
    """Title, example questions and body of every variant; slots and the names of blocks are left out of the body."""
    for variant in answer.variants:
        for kind, text in _texts(variant):
            yield Key(answer_id=answer.id, language=variant.language, kind=kind, text=text)


def body_text(variant: Variant) -> str:
    """The body as a search reads it: no markup, no slots."""
    body = visible_text(variant.body) if variant.format is BodyFormat.HTML else variant.body
    return BLOCK.sub("", SLOT.sub("", body))


def _texts(variant: Variant) -> Iterator[tuple[str, str]]:
    texts = (("title", variant.title), *(("question", question) for question in variant.questions), ("body", body_text(variant)))
    return ((kind, text) for kind, text in texts if text.strip())
