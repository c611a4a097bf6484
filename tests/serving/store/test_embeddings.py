"""Vectors are kept by encoder and text, and go when their text goes."""

from serving.store.database import Database
from serving.store.embeddings import drop_embeddings, keep_embeddings, load_embeddings, save_embeddings


def test_vectors_come_back_by_encoder_and_hash(database: Database) -> None:
    vectors = {f"{number:064x}": bytes([number % 256]) * 512 for number in range(6000)}
    with database.writing() as session:
        save_embeddings(session, "one", vectors)
        save_embeddings(session, "one", {"0" * 64: b"another"})
        save_embeddings(session, "other", {"0" * 64: b"\0\1"})
        assert load_embeddings(session, "one", [*vectors, "f" * 64]) == vectors
        assert load_embeddings(session, "other", vectors) == {"0" * 64: b"\0\1"}
        save_embeddings(session, "one", {})


def test_vectors_of_texts_that_are_gone_can_be_dropped(database: Database) -> None:
    texts = ["a" * 64, "b" * 64, "c" * 64]
    with database.writing() as session:
        save_embeddings(session, "one", dict.fromkeys(texts, b"1"))
        save_embeddings(session, "old", dict.fromkeys(texts, b"1"))
        drop_embeddings(session, texts[:1])
        assert (set(load_embeddings(session, "one", texts)), set(load_embeddings(session, "old", texts))) == (
            set(texts[1:]),
            set(texts[1:]),
        )
        assert keep_embeddings(session, texts[:2]) == 1
        assert (set(load_embeddings(session, "one", texts)), set(load_embeddings(session, "old", texts))) == ({texts[1]}, {texts[1]})
