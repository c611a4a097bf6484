"""Small real bundles, trained on a part of the starter set with the encoder that needs no weights."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from threadpoolctl import threadpool_limits

from data.examples import ReadOptions, read_examples
from data.parse import mail_from_fields
from data.taxonomy import Taxonomy
from model.bundle import Training, write_bundle
from model.encoder import load_encoder
from serving.mail_request import MailRequest
from training.fit import fit
from training.progress import Silent

SEEDS = Path(__file__).resolve().parents[2] / "data" / "seeds"
MADE = datetime(2026, 11, 1, tzinfo=UTC)


def make_bundle(folder: Path, start: int) -> Path:
    """Train on every eighth mail of the starter set; another start gives another bundle."""
    taxonomy = Taxonomy.load(SEEDS / "taxonomy.toml")
    everything = read_examples([SEEDS / "examples.jsonl"], ReadOptions(taxonomy=taxonomy))
    chosen = replace(everything, examples=everything.examples[start::8])
    with threadpool_limits(limits=1):
        fitted = fit(chosen, load_encoder("hashing"), (), Silent())
    training = Training(fingerprint=chosen.fingerprint, rows=len(chosen.examples), metrics={}, settings={})
    write_bundle(folder, fitted.parts, training, MADE)
    return folder


def requests_of_seeds(count: int) -> list[MailRequest]:
    """Mails of the starter set, spread over languages and topics."""
    examples = read_examples([SEEDS / "examples.jsonl"]).examples
    step = len(examples) // count
    chosen = examples[: step * count : step]
    return [MailRequest(mail=mail_from_fields(subject=one.subject, body=one.body), client_id=one.id) for one in chosen]
