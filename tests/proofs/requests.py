"""Two requests in one mail are hardly ever answered automatically, and one request in several sentences still is.

Two requests are two texts of a data set, one behind the other as they were written, or with a blank line between them: two development
mails of banking77 with different intents, or two texts of NLU++'s bank with at least two intents each that share none. NLU++ has other
intents than banking77, so that no automatic reply to such a pair counts as right; pairs with turns that only confirm, thank or take leave
are shown too, and promise nothing. One request is a mail of banking77 in several sentences; what it loses are replies that its score alone
would allow. Thresholds are certified on the same mails as one would use.

python -m tests.proofs.requests          prints the table; exit code 1 when a promise is not kept
"""

import sys
from collections.abc import Collection, Iterator, Sequence

import numpy as np

from data.mail import Mail
from data.parse import mail_from_fields
from model.passages import Passages
from model.risk import Target, Threshold, lowest_threshold
from tests.benchmarks.contest import MissingDataError
from tests.benchmarks.table import grid
from tests.proofs.bank_mail import Bank, rows_of

ALPHAS = (0.01, 0.02, 0.05)
DELTA = 0.05
MAILS = 500
MOST_ANSWERED, MOST_LOST = 0.01, 0.10
FEWEST_WORDS = 4
# NLU++ holds turns of dialogues: who confirms, thanks or takes leave answers the centre, and asks for nothing.
ANSWERING = ("affirm", "deny", "acknowledge", "thank", "end_call")
TURNS = "two turns"


def main() -> int:
    """Print what holds; 1 when something does not, 2 when a data set or the score is missing."""
    try:
        bank = Bank.learn()
        thresholds = bank.grid
        kinds = {name: list(pairs) for name, pairs in pairs_of_all()}
    except MissingDataError as error:
        sys.stderr.write(f"requests: {error}\n")
        return 2
    single = [example.body for example in bank.pool if Passages.of(example.body).numbers][:MAILS]
    mails = bank.judged(bank.pool)
    read = {name: reading(bank, texts) for name, texts in {**kinds, "one, several sentences": single}.items()}
    lines = []
    for alpha in ALPHAS:
        found = lowest_threshold(mails.scores, mails.wrong, thresholds, Target(alpha=alpha, delta=DELTA))
        value = found.value if isinstance(found, Threshold) else np.inf
        lines += [line(alpha, name, rows, value) for name, rows in read.items()]
    header = ("target", "mails", "number", "above the threshold", "answered", "lost", "kept")
    sys.stdout.write("\n" + grid([header, *(shown for _, shown in lines)]) + "\n")
    return 0 if all(kept for kept, _ in lines) else 1


def line(alpha: float, name: str, rows: tuple[np.ndarray, np.ndarray], value: float) -> tuple[bool, tuple[str, ...]]:
    """Whether a kind of mail keeps its promise at a threshold, if there is one: answered hardly ever, or hardly any answer lost."""
    scores, allowed = rows
    above, sent = scores >= value, (scores >= value) & allowed
    lost = 1 - sent.sum() / max(above.sum(), 1)
    is_promised = not name.startswith(TURNS)
    is_kept = bool(lost <= MOST_LOST if name.startswith("one") else sent.mean() <= MOST_ANSWERED)
    return is_kept or not is_promised, (
        f"{alpha:.0%}",
        name,
        str(len(scores)),
        f"{above.mean():.1%}",
        f"{sent.mean():.1%}",
        f"{lost:.1%}",
        ("yes" if is_kept else "NO") if is_promised else "not promised",
    )


def reading(bank: Bank, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Score of each text, and whether neither novelty nor a second request forbids an automatic reply."""
    known = bank.predictor.understand_many([_mail(text) for text in texts])
    scores = np.array([one.answer_probability or 0.0 for one in known])
    return scores, np.array([one.second_request is None and not one.novelty.is_novel for one in known])


def pairs_of_all() -> Iterator[tuple[str, Iterator[str]]]:
    """Every kind of mail with two requests."""
    for behind, shown in ((" ", ""), ("\n\n", ", blank line")):
        yield f"two of banking77{shown}", pairs_of_bank(behind)
        yield f"two of nlupp{shown}", pairs_of_nlupp(behind)
        yield f"{TURNS} of nlupp{shown}", pairs_of_nlupp(behind, ())


def pairs_of_bank(between: str) -> Iterator[str]:
    """Two development mails of different topics, one after the other."""
    rows = [(row["text"], {row["intent"]}) for row in rows_of("banking77", "dev.jsonl")]
    return _joined(rows, between, np.random.default_rng(0))


def pairs_of_nlupp(between: str, without: Collection[str] = ANSWERING) -> Iterator[str]:
    """Two texts to a bank that share no intent, one after the other; none of them has one of the intents `without`."""
    rows = [
        row for row in rows_of("nlupp") if row["domain"] == "banking" and len(row["intents"]) > 1 and not {*without} & {*row["intents"]}
    ]
    told = [(row["text"], set(row["intents"])) for row in rows if len(row["text"].split()) >= FEWEST_WORDS]
    return _joined(told, between, np.random.default_rng(1))


def _joined(rows: Sequence[tuple[str, set[str]]], between: str, random: np.random.Generator) -> Iterator[str]:
    """Two texts drawn by chance, one after the other, when they share no intent."""
    for first, second in random.choice(len(rows), size=(MAILS, 2)):
        (one, ours), (other, theirs) = rows[first], rows[second]
        if not ours & theirs:
            yield f"{one.strip()}{between}{other.strip()}"


def _mail(text: str) -> Mail:
    return mail_from_fields(subject="", body=text, sender=None)


if __name__ == "__main__":
    sys.exit(main())
