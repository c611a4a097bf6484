"""The command line: `replywell-train learn | evaluate | compare | promote | models`."""

from training.cli.main import main

__all__ = ["main"]
