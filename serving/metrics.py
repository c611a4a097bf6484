"""What Prometheus reads: requests, decisions, replies, batches, reloads; summed over worker processes."""

import os
import tempfile
from collections.abc import Mapping
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.002, 0.005, 0.01, 0.015, 0.02, 0.025, 0.04, 0.06, 0.08, 0.12, 0.25, 0.5, 1.0, 2.5, 10.0)
MEDIA_TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """The numbers of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Histogram(
            "replywell_request_seconds",
            "Time to answer a request, by route template",
            ["method", "route", "status"],
            buckets=SECONDS,
            registry=self._registry,
        )
        sorts = ["action", "topic", "model", "source"]
        self.decisions = Counter("replywell_decisions", "Decisions stored, by action, topic and model", sorts, registry=self._registry)
        self.batch_items = Counter("replywell_batch_items", "Items of batches, by how they ended", ["status"], registry=self._registry)
        self.fallbacks = Counter(
            "replywell_encoder_fallbacks",
            "Calls for many mails that failed and were repeated one mail at a time",
            ["where"],
            registry=self._registry,
        )
        self.replies = Counter(
            "replywell_replies",
            "Replies without a person, by what happened: reserved, held_out, released, refused, and the outcomes",
            ["event", "reason"],
            registry=self._registry,
        )
        self.suspensions = Counter(
            "replywell_autoreply_suspensions", "Groups whose automatic replies were stopped", ["group"], registry=self._registry
        )
        self.kill_switch = Gauge(
            "replywell_kill_switch", "1 while all automatic replies are stopped", registry=self._registry, multiprocess_mode="max"
        )
        self.reloads = Counter("replywell_reloads", "Loads of a bundle while serving, by result", ["result"], registry=self._registry)
        self.generation = Gauge(
            "replywell_model_generation", "Generation of the model that serves", registry=self._registry, multiprocess_mode="min"
        )
        self.base_version = Gauge(
            "replywell_answer_base_version", "Version of the answer base that serves", registry=self._registry, multiprocess_mode="min"
        )

    def count_decision(self, decision: Mapping[str, Any], source: str) -> None:
        """Count a stored decision."""
        topic = decision["topic"]["label"] or "none"
        self.decisions.labels(decision["action"], topic, decision["versions"]["model"], source).inc()
        if decision["action"] == "auto_reply":
            self.count_reply("reserved")
        elif decision.get("holdout"):
            self.count_reply("held_out")

    def count_reply(self, event: str, reason: str = "") -> None:
        """Count what happened to a reply; of a reason, what stands before its colon."""
        self.replies.labels(event, reason.partition(":")[0]).inc()

    def render(self) -> bytes:
        """The text that Prometheus scrapes: of all workers when they share a folder, else of this process."""
        if not os.environ.get(FOLDER_VARIABLE):
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def shared_folder() -> "tempfile.TemporaryDirectory[str]":
    """A folder in which worker processes share their numbers; name it in the environment before they start."""
    return tempfile.TemporaryDirectory(prefix="replywell-metrics-")
