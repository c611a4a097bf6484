"""Replywell itself: the topic alone, as the peers give it, and the whole understanding of a mail."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from threadpoolctl import threadpool_limits

from data.examples import ReadOptions
from data.mail import Mail
from model.bundle import Bundle
from model.encoder import load_encoder
from model.passages import Passages, mail_vector
from model.predictor import Predictor
from tests.benchmarks.encoders import USE, one_torch_thread, packages_of
from tests.benchmarks.measure import Predict, Task
from training.learn import Plan, learn
from training.progress import Silent


def main() -> None:
    """Learn as `replywell-train learn` does, then report twice."""
    task = Task.from_command_line()
    encoder = load_encoder(task.encoder)
    if task.encoder != USE:
        one_torch_thread()
    threadpool_limits(limits=1)
    predictor = _learnt(task).predictor(encoder)
    parts: dict[str, Predict] = {
        "topic alone": lambda text: topic_alone(predictor, text),
        "everything": lambda text: predictor.understand(Mail(body=text, text=text)).topic.label,
    }
    task.report(["numpy", "scikit-learn", *packages_of(task.encoder)], parts)


def topic_alone(predictor: Predictor, text: str) -> str:
    """The work that a classifier of short texts does: encode, then the topic head; the label is the same as in everything."""
    cut = Passages.of(text)
    vector = mail_vector(predictor.encoder.encode(cut.texts))[None, :]
    probabilities = predictor.parts.topics.probabilities(predictor.read(vector, [cut.text]))
    return predictor.parts.topics.labels[int(probabilities[0].argmax())]


def _learnt(task: Task) -> Bundle:
    reading = ReadOptions(mapping={"body": "text", "topic": "intent"})
    with tempfile.TemporaryDirectory() as folder:
        plan = Plan(files=(task.train_file,), reading=reading, out=Path(folder) / "bundle", encoder=task.encoder)
        return learn(plan, Silent(), datetime.now(UTC)).bundle


if __name__ == "__main__":
    main()
