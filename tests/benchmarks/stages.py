"""Where the milliseconds of one mail go: each step of understanding, deciding and storing, timed by itself."""

import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

from data.language import LanguageDetector
from data.mail import Mail
from data.parse import mail_from_fields
from model.context import Context
from model.decision import Circumstances, Decision, decide
from model.explain import tokens_for_and_against
from model.passages import Passages, mail_vector
from model.predictor import Predictor
from model.records import decision_to_json
from model.retriever import AnswerIndex
from model.slots import slots_from_mail
from model.understanding import Understanding
from serving.bundles import Engine, EngineLoader
from serving.mail_request import MailRequest
from serving.metrics import Metrics
from serving.pipeline import record
from serving.service import utc_now
from serving.settings import load_settings
from serving.store.database import Database
from serving.store.decisions import save_decisions
from tests.benchmarks.mails import sixty_words

WARM_UP = 20

T = TypeVar("T")


class Stopwatch:
    """CPU milliseconds by the name of a step."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)

    def time(self, name: str, work: Callable[[], T]) -> T:
        """Do `work` and add what it took."""
        started = time.process_time()
        done = work()
        self.spent[name] += (time.process_time() - started) * 1000
        return done


def measure(bundle: Path, quick: bool) -> dict[str, float]:
    """CPU milliseconds a 60-word mail by step, the largest first, then `understand` as a whole."""
    threadpool_limits(limits=1)
    engine = EngineLoader(load_settings(bundle=str(bundle), environment={}), Metrics()).load()
    predictor = engine.reader
    if not isinstance(predictor, Predictor) or engine.index is None:
        raise TypeError("the profile needs a bundle of an encoder without batching, and answers")
    detector = LanguageDetector(predictor.taxonomy.languages)
    mails = sixty_words(WARM_UP + (50 if quick else 300))
    watch = Stopwatch()
    with tempfile.TemporaryDirectory(prefix="replywell-bench-") as folder:
        database = Database.connect(f"sqlite:///{folder}/replywell.db")
        database.migrate()
        for number, fields in enumerate(mails):
            if number == WARM_UP:
                watch = Stopwatch()
            mail = watch.time("parse", lambda fields=fields: mail_from_fields(**fields))  # type: ignore[misc]
            steps_of_understanding(watch, mail, predictor, engine.index, detector)
            understood = watch.time("understand, whole", lambda mail=mail: predictor.understand(mail, engine.index))  # type: ignore[misc]
            steps_of_deciding(watch, mail, understood, engine, database)
        database.close()
    count = len(mails) - WARM_UP
    return {name: spent / count for name, spent in sorted(watch.spent.items(), key=lambda entry: -entry[1])}


def steps_of_understanding(watch: Stopwatch, mail: Mail, predictor: Predictor, index: AnswerIndex, detector: LanguageDetector) -> None:
    """What `Predictor.understand` does, step by step."""
    parts, encode = predictor.parts, predictor.encoder.encode
    cut = watch.time("mask, cut into sentences", lambda: Passages.of(mail.content))
    text, chosen = cut.text, cut.sentences
    language = watch.time("language", lambda: detector.detect(mail.content)).code
    whole = watch.time("encode text", lambda: encode([text]))
    others = watch.time("encode sentences", lambda: encode(chosen))
    vectors = mail_vector(np.vstack([whole, others]))[None, :]
    reading = watch.time("terms of text", lambda: predictor.read(vectors, [text]))
    opinions = watch.time("heads", lambda: predictor.opinions(reading))
    if chosen:
        read = watch.time("terms of sentences", lambda: predictor.read(others, chosen))
        watch.time("head on sentences", lambda: parts.topics.probabilities(read))
    found = watch.time("retrieval: search", lambda: index.nearest(vectors)[0])
    prior = dict(zip(parts.topics.labels, map(float, opinions.topics[0]), strict=True))
    watch.time("retrieval: rank", lambda: index.match(found, prior, language, parts.ranking))
    watch.time("slots (spaCy)", lambda: slots_from_mail(mail.content, language))
    order = (-opinions.topics[0]).argsort(kind="stable")
    vocabularies = (parts.characters, parts.words)
    watch.time("explain", lambda: tokens_for_and_against(text, parts.topics, vocabularies, int(order[0]), int(order[1])))


def steps_of_deciding(watch: Stopwatch, mail: Mail, understood: Understanding, engine: Engine, database: Database) -> None:
    """What follows: the policy, the JSON and the transaction."""
    request = MailRequest(mail=mail)
    now = utc_now()
    circumstances: Circumstances = engine.circumstances(now)
    decision: Decision = watch.time("decide", lambda: decide(mail, understood, Context(), circumstances))
    decided = watch.time("decision to JSON", lambda: {"message_ref": request.message_ref, **decision_to_json(decision)})

    def store() -> None:
        with database.writing() as session:
            save_decisions(session, [record(request, decided, now)])

    watch.time("store", store)
