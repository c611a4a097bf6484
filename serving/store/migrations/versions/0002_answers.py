"""The answer base: answers with their versions, files, phrase blocks, verdicts on pairs, vectors, searches."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "searches",
    "embeddings",
    "pair_verdicts",
    "phrase_blocks",
    "files",
    "answer_files",
    "answer_tombstones",
    "answer_versions",
    "answers",
    "answer_base",
)


def upgrade() -> None:
    """Create the tables, referenced ones first, and the base at version 0."""
    _create_base()
    _create_answers()
    _create_versions()
    _create_tombstones()
    _create_files()
    _create_blocks()
    _create_verdicts()
    _create_search()


def downgrade() -> None:
    """Drop the tables."""
    for table in TABLES:
        op.drop_table(table)


def _create_base() -> None:
    base = op.create_table(
        "answer_base",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answer_base"),
    )
    op.bulk_insert(base, [{"id": 1, "version": 0}])


def _create_answers() -> None:
    op.create_table(
        "answers",
        sa.Column("id", sa.String(length=100), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("draft_version", sa.Integer()),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("topic", sa.Text()),
        sa.Column("visibility", sa.String(length=10), nullable=False),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("blocks", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_until", sa.Date()),
        sa.Column("owner", sa.Text()),
        sa.Column("merged_into", sa.String(length=100)),
        sa.Column("root_id", sa.String(length=100)),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text()),
        sa.Column("external_id", sa.Text()),
        sa.Column("imported_sha256", sa.String(length=64)),
        sa.Column("imported_version", sa.Integer()),
        sa.Column("imported_state", sa.String(length=10)),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["merged_into"], ["answers.id"], name="fk_answers_merged_into_answers"),
        sa.ForeignKeyConstraint(["root_id"], ["answers.id"], name="fk_answers_root_id_answers"),
        sa.PrimaryKeyConstraint("id", name="pk_answers"),
        sa.UniqueConstraint("external_id", "source", name="uq_answers_external_id_source"),
    )
    for column in ("base_version", "root_id", "merged_into", "state"):
        op.create_index(f"ix_answers_{column}", "answers", [column])


def _create_versions() -> None:
    op.create_table(
        "answer_versions",
        sa.Column("answer_id", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("made_by", sa.Text()),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Text()),
        sa.Column("approved_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], name="fk_answer_versions_answer_id_answers"),
        sa.PrimaryKeyConstraint("answer_id", "version", name="pk_answer_versions"),
    )


def _create_tombstones() -> None:
    op.create_table(
        "answer_tombstones",
        sa.Column("id", sa.String(length=100), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text()),
        sa.Column("external_id", sa.Text()),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answer_tombstones"),
        sa.UniqueConstraint("external_id", "source", name="uq_answer_tombstones_external_id_source"),
    )
    op.create_index("ix_answer_tombstones_base_version", "answer_tombstones", ["base_version"])


def _create_files() -> None:
    op.create_table(
        "answer_files",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("answer_id", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], name="fk_answer_files_answer_id_answers"),
        sa.PrimaryKeyConstraint("sha256", "answer_id", "version", name="pk_answer_files"),
    )
    op.create_index("ix_answer_files_answer_id", "answer_files", ["answer_id"])
    op.create_table(
        "files",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Text()),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_files"),
    )


def _create_blocks() -> None:
    op.create_table(
        "phrase_blocks",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("draft", sa.JSON(none_as_null=True)),
        sa.Column("author", sa.Text()),
        sa.Column("approved_by", sa.Text()),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_phrase_blocks"),
    )


def _create_verdicts() -> None:
    op.create_table(
        "pair_verdicts",
        sa.Column("left_id", sa.String(length=100), nullable=False),
        sa.Column("right_id", sa.String(length=100), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("made_by", sa.Text()),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("left_id", "right_id", name="pk_pair_verdicts"),
    )
    op.create_index("ix_pair_verdicts_right_id", "pair_verdicts", ["right_id"])


def _create_search() -> None:
    op.create_table(
        "embeddings",
        sa.Column("encoder", sa.Text(), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("encoder", "text_sha256", name="pk_embeddings"),
    )
    op.create_table(
        "searches",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("language", sa.Text()),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("best_score", sa.Double()),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_searches"),
    )
    op.create_index("ix_searches_good_at", "searches", ["good", "at"])
