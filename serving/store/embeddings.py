"""Vectors that were computed once: kept by encoder and by the hash of the text, so that no text is encoded twice.

A vector is bytes here; who saves it knows its kind. Vectors say something about their text: drop them with it.
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from serving.store.answer_tables import EmbeddingRow
from serving.store.inserting import insert_into

ROWS_AT_ONCE = 5000


def load_embeddings(session: Session, encoder: str, text_hashes: Collection[str]) -> dict[str, bytes]:
    """The vectors that are there, by the sha256 of their text."""
    found: dict[str, bytes] = {}
    wanted = sorted(set(text_hashes))
    for start in range(0, len(wanted), ROWS_AT_ONCE):
        among = EmbeddingRow.text_sha256.in_(wanted[start : start + ROWS_AT_ONCE])
        for sha256, vector in session.execute(
            select(EmbeddingRow.text_sha256, EmbeddingRow.vector).where(EmbeddingRow.encoder == encoder, among)
        ):
            found[sha256] = vector
    return found


def save_embeddings(session: Session, encoder: str, vectors: Mapping[str, bytes]) -> None:
    """Keep vectors by the sha256 of their text; those that are there already stay."""
    rows = [{"encoder": encoder, "text_sha256": sha256, "vector": vector} for sha256, vector in sorted(vectors.items())]
    for start in range(0, len(rows), ROWS_AT_ONCE):
        session.execute(insert_into(session, EmbeddingRow).on_conflict_do_nothing(), rows[start : start + ROWS_AT_ONCE])


def drop_embeddings(session: Session, text_hashes: Sequence[str]) -> None:
    """Forget the vectors of texts that are gone, under every encoder."""
    for start in range(0, len(text_hashes), ROWS_AT_ONCE):
        session.execute(delete(EmbeddingRow).where(EmbeddingRow.text_sha256.in_(text_hashes[start : start + ROWS_AT_ONCE])))


def keep_embeddings(session: Session, text_hashes: Collection[str]) -> int:
    """Forget everything but the vectors of these texts; how many texts went."""
    wanted = set(text_hashes)
    unwanted = [sha256 for sha256 in session.scalars(select(EmbeddingRow.text_sha256).distinct()) if sha256 not in wanted]
    drop_embeddings(session, unwanted)
    return len(unwanted)
