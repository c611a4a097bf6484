"""Why the answer base refused a change, as problems."""

from serving.answers.attachments import AttachmentError
from serving.answers.content import TemplateError
from serving.answers.lifecycle import ForbiddenTransitionError, FourEyesError
from serving.api.answering import etag
from serving.problems import FOUR_EYES, INVALID_ANSWER, MERGED, NOT_FOUND, NOT_NOW, STALE, TAKEN, Fault, Kind, ProblemError
from serving.store.answers import AnswerStoreError, MergedError, NotFoundError, StaleRevisionError, TakenError
from serving.store.blocks import BlockInUseError

KINDS: dict[type[AnswerStoreError], Kind] = {
    NotFoundError: NOT_FOUND,
    StaleRevisionError: STALE,
    TakenError: TAKEN,
    MergedError: MERGED,
    ForbiddenTransitionError: NOT_NOW,
    BlockInUseError: NOT_NOW,
    FourEyesError: FOUR_EYES,
    TemplateError: INVALID_ANSWER,
    AttachmentError: INVALID_ANSWER,
}


def problem_of_refusal(error: AnswerStoreError) -> ProblemError:
    """The problem with the message of the refusal; a stale one names the revision of now as its ETag."""
    kind = KINDS.get(type(error), INVALID_ANSWER)
    faults = tuple(Fault("", fault) for fault in error.faults) if isinstance(error, TemplateError) else ()
    headers = {"ETag": etag(error.current)} if isinstance(error, StaleRevisionError) else {}
    return ProblemError(kind, str(error), errors=faults, headers=headers)
