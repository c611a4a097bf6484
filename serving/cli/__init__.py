"""The command line: `replywell serve | score | create-key | check-config | migrate | replay | export-examples | purge`."""

from serving.cli.main import main

__all__ = ["main"]
