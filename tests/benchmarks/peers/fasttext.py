"""fastText's supervised classifier, trained from nothing on the training rows."""

import importlib
import tempfile
from pathlib import Path

from tests.benchmarks.measure import Task

MARK = "__label__"


def main() -> None:
    """Learn and report; the best of five settings that were tried on the dev rows, so that it is not shown weak."""
    task = Task.from_command_line()
    library = importlib.import_module("fasttext")
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.txt"
        rows.write_text("".join(f"{MARK}{row.label} {_plain(row.text)}\n" for row in task.train), encoding="utf-8")
        model = library.train_supervised(
            str(rows), lr=1.0, epoch=50, wordNgrams=2, minn=3, maxn=6, dim=100, bucket=500_000, thread=1, verbose=0
        )
    task.report(["fasttext-numpy2-wheel"], {"": lambda text: str(model.predict(_plain(text))[0][0]).removeprefix(MARK)})


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


if __name__ == "__main__":
    main()
