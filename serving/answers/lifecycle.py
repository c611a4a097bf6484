"""The life cycle of answers and phrase blocks: who may do what, and what becomes of a text.

    draft → approved → active → expired or archived

A new answer is a draft, and so is every edit. Where the text before it is in service, the edit waits beside it as the answer's draft: the
approved text keeps serving until somebody approves the new one. Only a draft that was never approved is edited in place. An answer that
ended is brought back by an edit (or by restoring a version) and an approval. Approved means active at once, or on its first day;
`move_due` moves answers by their dates, and `is_usable` looks at the dates besides.

An answer that ends keeps what was merged into it: its near-duplicates say the same, so they stay out of service with it. Merges
themselves are in `serving.store.answer_merges`, deleting in `serving.store.answer_writes`: they have no rules beyond those.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from data.answer import Answer, State
from data.template import DECLARED_SLOTS, block_names, template_faults
from serving.answers.attachments import check_files
from serving.answers.content import TemplateError, block_faults, checked_content, is_keepable, with_translation_states
from serving.store.answer_versions import load_version
from serving.store.answer_writes import (
    activate_due,
    change_state,
    create_answer,
    draft_answer,
    expire_due,
    hold_answer,
    publish_answer,
    replace_answer,
)
from serving.store.answers import AnswerStoreError, MergedError, NotFoundError, Stamp, StoredAnswer, content_of, load_answer, with_content
from serving.store.base_version import lock_base
from serving.store.blocks import Block, answers_naming, approved_texts, draft_block, list_blocks, load_block, publish_block

SERVED = (State.APPROVED, State.ACTIVE)
LONGEST_BLOCK = 5_000


class ForbiddenTransitionError(AnswerStoreError):
    """The answer is not in a state for this; the message says what comes first."""


class FourEyesError(AnswerStoreError):
    """Nobody approves a text of their own; ask somebody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What an installation demands: that author and approver are two people, and the slots that answers may have."""

    four_eyes: bool = False
    slots: Collection[str] = DECLARED_SLOTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Ids of the answers whose dates put them in service, or took them out."""

    activated: tuple[str, ...]
    expired: tuple[str, ...]


def check(session: Session, answer: Answer, rules: Rules) -> None:
    """Look at a text before anything else is done with it.

    Raises:
        TemplateError: a text that no answer may hold.
    """
    checked_content(answer, rules.slots, _block_names(session))


def create(session: Session, answer: Answer, stamp: Stamp, rules: Rules) -> StoredAnswer:
    """Save a new answer as a draft; without an id it gets one.

    Raises:
        TemplateError: a text that no answer may hold.
        TakenError: the id is or was that of another answer.
    """
    content = checked_content(answer, rules.slots, _block_names(session))
    return create_answer(session, with_content(Answer(id=answer.id, state=State.DRAFT, variants=()), content), stamp)


def edit(session: Session, answer: Answer, if_revision: int, stamp: Stamp, rules: Rules) -> StoredAnswer:
    """Save another text. Its id says which answer; state, version and merges are not taken over. The same text again changes nothing.

    Raises:
        TemplateError: a text that no answer may hold.
        NotFoundError: no such answer.
        StaleRevisionError: somebody else changed it in the meantime.
        MergedError: it was merged into another.
    """
    stored = hold_answer(session, answer.id, if_revision)
    content = checked_content(answer, rules.slots, _block_names(session))
    return _save(session, stored, with_translation_states(stored.draft or stored.answer, content), stamp, "answer.edited")


def restore(session: Session, answer_id: str, version: int, if_revision: int, stamp: Stamp) -> StoredAnswer:
    """Save the text of an earlier version as a new one; it is approved like any other edit.

    Raises:
        NotFoundError: no such answer, or no such version.
        StaleRevisionError: somebody else changed it in the meantime.
        MergedError: it was merged into another.
    """
    stored = hold_answer(session, answer_id, if_revision)
    earlier = load_version(session, answer_id, version)
    if earlier is None:
        raise NotFoundError(f"answer {answer_id} has no version {version}: choose one of its list of versions")
    return _save(session, stored, earlier.answer, stamp, "answer.restored")


def approve(session: Session, answer_id: str, if_revision: int, stamp: Stamp, rules: Rules) -> StoredAnswer:
    """Put the waiting text in service: at once, or on its first day.

    Raises:
        ForbiddenTransitionError: nothing waits for approval, or the dates forbid it.
        FourEyesError: the approver wrote the text, or nobody knows who approves.
        TemplateError: a text, phrase block or attachment that cannot be sent.
        NotFoundError: no such answer.
        StaleRevisionError: somebody else changed it in the meantime.
        MergedError: it was merged into another.
    """
    stored = hold_answer(session, answer_id, if_revision)
    _refuse_merged(stored)
    if stored.draft is None and stored.answer.state is not State.DRAFT:
        raise ForbiddenTransitionError(f"answer {answer_id} is {stored.answer.state} and no edit waits for approval: edit it first")
    waiting = stored.draft or stored.answer
    _refuse_own(stored.draft_author if stored.draft else stored.author, stamp, rules)
    state = _state_on(stamp.at.date(), waiting, stored.answer)
    checked_content(waiting, rules.slots, _block_names(session))
    if faults := (*block_faults(waiting, approved_texts(session)), *check_files(session, waiting)):
        raise TemplateError(faults)
    return publish_answer(session, answer_id, if_revision, state, stamp)


def expire(session: Session, answer_id: str, if_revision: int, stamp: Stamp) -> StoredAnswer:
    """Take an answer out of service at once.

    Raises:
        ForbiddenTransitionError: it is not in service.
        NotFoundError: no such answer.
        StaleRevisionError: somebody else changed it in the meantime.
        MergedError: it was merged into another.
    """
    return _end(session, hold_answer(session, answer_id, if_revision), State.EXPIRED, stamp)


def archive(session: Session, answer_id: str, if_revision: int, stamp: Stamp) -> StoredAnswer:
    """Put an answer away that nobody needs now, whatever its state.

    Raises:
        ForbiddenTransitionError: it is archived already.
        NotFoundError: no such answer.
        StaleRevisionError: somebody else changed it in the meantime.
        MergedError: it was merged into another.
    """
    return _end(session, hold_answer(session, answer_id, if_revision), State.ARCHIVED, stamp)


def move_due(session: Session, today: date, stamp: Stamp) -> Moved:
    """Move answers by their dates. Cheap when nothing is due: a service may ask every minute."""
    expired = expire_due(session, today, stamp)
    return Moved(activated=activate_due(session, today, stamp), expired=expired)


def save_block(session: Session, name: str, texts: Mapping[str, str], if_revision: int | None, stamp: Stamp, *, rules: Rules) -> Block:
    """Save texts of a phrase block by language; they wait for approval. A new block has no revision.

    Raises:
        TemplateError: a name or text that no block may have.
        NotFoundError: no such block.
        StaleRevisionError: somebody else changed it in the meantime.
    """
    faults = [f"{name[:40]!r} is no name of a block; use a to z, digits and _"] if block_names(f"{{{{> {name}}}}}") != (name,) else []
    if not texts:
        faults.append("a block needs a text in at least one language")
    for language, text in texts.items():
        faults += [f"{language}: {fault}" for fault in template_faults(text, rules.slots)]
        if not text.strip() or len(text) > LONGEST_BLOCK or not is_keepable(text):
            faults.append(f"{language}: 1 to {LONGEST_BLOCK:,} characters that a database can keep are needed")
    if faults:
        raise TemplateError(tuple(faults))
    return draft_block(session, name, texts, if_revision, stamp)


def approve_block(session: Session, name: str, if_revision: int, stamp: Stamp, rules: Rules) -> Block:
    """Put the waiting texts of a block into all answers that name it.

    Raises:
        FourEyesError: the approver wrote the texts, or nobody knows who approves.
        TemplateError: answers in service need it in a language that the new texts lack.
        NotFoundError: no such block, or nothing waits.
        StaleRevisionError: somebody else changed it in the meantime.
    """
    lock_base(session)  # no answer may be approved with the block between the look and the change
    block = load_block(session, name)
    if block is not None and block.draft is not None:
        _refuse_own(block.author, stamp, rules)
        stored = [load_answer(session, answer_id) for answer_id in answers_naming(session, name)]
        served = [one.answer for one in stored if one is not None and one.answer.state in SERVED]
        known = {**approved_texts(session), name: dict(block.draft)}
        faults = tuple(f"answer {answer.id}, {fault}" for answer in served for fault in block_faults(answer, known))
        if faults:
            raise TemplateError(faults)
    return publish_block(session, name, if_revision, stamp)


def _save(session: Session, stored: StoredAnswer, content: Answer, stamp: Stamp, kind: str) -> StoredAnswer:
    _refuse_merged(stored)
    new = with_content(stored.answer, content)
    lives = stored.answer.state in (State.DRAFT, *SERVED)
    if lives and content_of(new) == content_of(stored.draft or stored.answer):
        return stored
    if stored.answer.state is State.DRAFT and stored.draft is None:
        return replace_answer(session, new, stored.revision, stamp, kind=kind)
    return draft_answer(session, new, stored.revision, stamp, kind=kind)


def _end(session: Session, stored: StoredAnswer, state: State, stamp: Stamp) -> StoredAnswer:
    _refuse_merged(stored)
    now = stored.answer.state
    if now is state or (state is State.EXPIRED and now not in SERVED):
        raise ForbiddenTransitionError(f"answer {stored.answer.id} is {now}: only an answer in service expires; archive or delete this one")
    return change_state(session, stored.answer.id, stored.revision, state, stamp)


def _state_on(today: date, waiting: Answer, current: Answer) -> State:
    """Active or approved. An answer whose text is in service must not lose it to one that begins later."""
    if waiting.valid_until is not None and waiting.valid_until < today:
        raise ForbiddenTransitionError(f"answer {waiting.id} would end on {waiting.valid_until}, which is over: give it another last day")
    if waiting.valid_from is None or waiting.valid_from <= today:
        return State.ACTIVE
    if current.state is State.ACTIVE:
        said = f"answer {waiting.id} is in service, and its new text begins only on {waiting.valid_from}"
        raise ForbiddenTransitionError(f"{said}: approve it on that day, or take its first day out")
    return State.APPROVED


def _refuse_merged(stored: StoredAnswer) -> None:
    if root := stored.answer.merged_into:
        raise MergedError(f"answer {stored.answer.id} was merged into {root}: change that one, or unmerge this one first")


def _refuse_own(author: str | None, stamp: Stamp, rules: Rules) -> None:
    """A text whose author nobody knows (an import) may be approved by anyone with a name."""
    if not rules.four_eyes:
        return
    if stamp.by is None:
        raise FourEyesError("author and approver must be two people, and nobody signed in: approve it under your own name")
    if stamp.by == author:
        raise FourEyesError(f"{author} wrote this text: somebody else must approve it")


def _block_names(session: Session) -> tuple[str, ...]:
    return tuple(block.name for block in list_blocks(session))
