"""The shapes of answers as curators send them, and as they get them back."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from data.answer import Answer, AnswerAttachment, BodyFormat, DataClass, Translation, Variant, Visibility
from serving.bodies import Body, Short, Text
from serving.store.answer_versions import AnswerVersion, Difference
from serving.store.answers import StoredAnswer
from serving.store.blocks import Block

Day = Annotated[date, Field(strict=False)]


class VariantBody(Body):
    """An answer in one language."""

    language: Short
    title: Text
    body: Text
    format: Literal["text", "html"] = "text"
    translation: Literal["original", "current", "outdated"] = "current"
    questions: list[Text] = Field(default=[], max_length=100)

    def to_variant(self) -> Variant:
        """The domain's variant."""
        return Variant(
            language=self.language,
            title=self.title,
            body=self.body,
            format=BodyFormat(self.format),
            translation=Translation(self.translation),
            questions=tuple(self.questions),
        )


class AttachmentBody(Body):
    """A file that was uploaded before, by its sha256."""

    name: Short
    mime: Short
    size: int = Field(ge=0)
    sha256: Short


class AnswerBody(Body):
    """What a curator writes; states, versions and merges have calls of their own."""

    id: Short | None = None
    topic: Short | None = None
    variants: list[VariantBody] = Field(min_length=1, max_length=50)
    attachments: list[AttachmentBody] = Field(default=[], max_length=20)
    visibility: Literal["internal", "public"] = "internal"
    data_class: Literal["public", "account", "personal"] = "public"
    valid_from: Day | None = None
    valid_until: Day | None = None
    owner: Short | None = None

    def to_answer(self, answer_id: str = "") -> Answer:
        """The domain's answer; an `answer_id` from the path wins over the one in the body."""
        return Answer(
            id=answer_id or self.id or "",
            topic=self.topic,
            variants=tuple(variant.to_variant() for variant in self.variants),
            attachments=tuple(AnswerAttachment(**one.model_dump()) for one in self.attachments),
            visibility=Visibility(self.visibility),
            data_class=DataClass(self.data_class),
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            owner=self.owner,
        )


class MergeBody(Body):
    """Answers that lead to the one in the path from now on."""

    members: list[Short] = Field(min_length=1, max_length=1_000)


class RestoreBody(Body):
    """The version whose text comes back."""

    version: int = Field(ge=1)


class VerdictBody(Body):
    """What somebody decided on two answers."""

    answers: list[Short] = Field(min_length=2, max_length=2)
    verdict: Literal["together", "apart"]


class BlockBody(Body):
    """The texts of a phrase block, by language."""

    texts: dict[Short, Text] = Field(min_length=1, max_length=50)


def answer_to_json(stored: StoredAnswer) -> dict[str, Any]:
    """A stored answer with everything that the base knows about it."""
    draft = stored.draft.to_json() | {"author": stored.draft_author} if stored.draft else None
    return stored.answer.to_json() | {
        "revision": stored.revision,
        "draft": draft,
        "author": stored.author,
        "approved_by": stored.approved_by,
        "source": stored.source,
        "external_id": stored.external_id,
        "uses": stored.uses,
        "created_at": stored.created_at.isoformat(),
        "updated_at": stored.updated_at.isoformat(),
        "base_version": stored.base_version,
        "extra": stored.extra,
    }


def version_to_json(version: AnswerVersion) -> dict[str, Any]:
    """What an answer said under a number, and who wrote and approved it."""
    return {
        "version": version.version,
        "kind": version.kind,
        "made_by": version.made_by,
        "made_at": version.made_at.isoformat(),
        "approved_by": version.approved_by,
        "approved_at": version.approved_at.isoformat() if version.approved_at else None,
        "answer": version.answer.to_json(),
    }


def difference_to_json(difference: Difference) -> dict[str, Any]:
    """A field that differs between two versions."""
    return {"field": difference.field, "before": difference.before, "after": difference.after, "lines": list(difference.lines)}


def block_to_json(block: Block) -> dict[str, Any]:
    """A phrase block with the texts in force and those that wait."""
    return {
        "name": block.name,
        "revision": block.revision,
        "texts": dict(block.texts),
        "draft": dict(block.draft) if block.draft is not None else None,
        "author": block.author,
        "approved_by": block.approved_by,
    }
