"""semantic-router with the training texts as utterances of one route a label: its defaults, and as a vote among more neighbours."""

import importlib
from typing import Any

from tests.benchmarks.encoders import USE, minilm_folder, one_torch_thread, packages_of, plain_encode
from tests.benchmarks.measure import Row, Task

VOTERS = 20


def main() -> None:
    """Index once, report twice; without a threshold it always answers, as every contestant does."""
    task = Task.from_command_line()
    library = importlib.import_module("semantic_router")
    encoder = _encoder(task.encoder)
    router = library.IndexedRouter(encoder=encoder, routes=_routes(library.Route, task.train))
    packages = ["semantic-router", *packages_of(task.encoder)]
    voters = library.IndexedRouter(encoder=encoder, index=router.index, top_k=VOTERS, aggregation="sum")
    task.report(packages, {"defaults": lambda text: router(text).name, f"sum of {VOTERS}": lambda text: voters(text).name})


def _encoder(name: str) -> Any:
    """Its own local encoder for MiniLM, and an encoder class of ours, as its documentation describes, for the other."""
    encoders = importlib.import_module("semantic_router.encoders")
    if name != USE:
        one_torch_thread()
        return encoders.LocalEncoder(name=minilm_folder(), device="cpu")
    encode = plain_encode(name)
    adapter = type("UseEncoder", (encoders.DenseEncoder,), {"__call__": lambda self, texts: encode(list(texts)).tolist()})
    return adapter(name=name)


def _routes(route: Any, rows: tuple[Row, ...]) -> list[Any]:
    texts: dict[str, list[str]] = {}
    for row in rows:
        texts.setdefault(row.label, []).append(row.text)
    return [route(name=label, utterances=utterances) for label, utterances in texts.items()]


if __name__ == "__main__":
    main()
