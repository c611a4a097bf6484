"""Guarantees: proven on mails that the bundle never saw, in time order where there are dates, and never for another score."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from data.examples import ExampleError, ExampleSet
from data.parse import mail_from_fields
from model.bundle import Bundle, BundleError, write_certified
from model.risk import Method, NoThreshold, Scope, Target, Threshold
from tests.factories import NOW, make_answer, make_examples
from tests.training.files import foreign_examples, in_threads, unseen
from training.automatic import auto_figures
from training.encoding import encode
from training.guarantee import Guaranteed, GuaranteeError, Wanted, calibration, guarantee
from training.judge import Workbench, judge

ANSWERS = (
    make_answer(),
    make_answer("invoice", "Your invoice.", topic="billing", title="Invoice"),
    make_answer("return", "Send it.", topic="returns", title="Return"),
)
EASY = Target(alpha=0.2, delta=0.2)


def _wanted(folder: Path, **rest: object) -> Wanted:
    return Wanted(**{"target": EASY, "scope": Scope.ALL, "out": folder / "new", **rest})  # type: ignore[arg-type]


@pytest.fixture
def given(bundle: Bundle, bench: Workbench, tmp_path: Path) -> Guaranteed:
    """A certificate for everything."""
    return guarantee(bundle, unseen(), bench, _wanted(tmp_path))


def test_writes_a_new_bundle_with_the_certificate_and_leaves_the_old_one_alone(given: Guaranteed, bundle: Bundle) -> None:
    assert given.bundle is not None
    loaded = Bundle.load(given.bundle.path)
    assert loaded.certificate == given.certificate
    assert loaded.id != bundle.id
    assert loaded.parts.score == bundle.parts.score
    assert Bundle.load(bundle.path).certificate is None
    for name in ("parts.json", "parts.safetensors", "training.json", "score.json"):
        assert (loaded.path / name).read_bytes() == (bundle.path / name).read_bytes()


def test_counts_sent_and_wrong_mails(given: Guaranteed) -> None:
    outcome = given.certificate.groups["all"]
    assert isinstance(outcome, Threshold)
    assert outcome.accepted == pytest.approx(given.coverage * 60)
    assert given.certificate.calibrated_on == 60
    assert outcome.upper_bound <= EASY.alpha


def test_mails_whose_regions_nobody_named_calibrate_nothing(bundle: Bundle, bench: Workbench) -> None:
    with pytest.raises(GuaranteeError, match="no regions were named"):
        calibration(bundle.predictor(bench.encoder), unseen().examples, bench, Scope.ALL)


def test_mails_out_of_scope_count_as_wrong(bundle: Bundle, bench: Workbench, tmp_path: Path) -> None:
    examples = unseen()
    foreign = tuple(replace(example, id=f"f{number}", body=f"{example.body} {number}", topic=None, topics=(), in_scope=False, group=None)
                    for number, example in enumerate(examples.examples))  # fmt: skip
    found = guarantee(bundle, replace(examples, examples=foreign), bench, _wanted(tmp_path))
    assert found.bundle is None
    assert not (tmp_path / "new").exists()
    outcome = found.certificate.groups["all"]
    assert isinstance(outcome, NoThreshold)


def test_refuses_mails_of_the_training_with_their_count_and_drops_them_when_asked(bundle: Bundle, bench: Workbench, tmp_path: Path) -> None:
    mixed = replace(unseen(), examples=(*make_examples(120).examples[:7], *unseen().examples))
    with pytest.raises(ExampleError, match="7 of 67 rows"):
        guarantee(bundle, mixed, bench, _wanted(tmp_path))
    found = guarantee(bundle, mixed, bench, _wanted(tmp_path, drop_overlap=True))
    assert (found.dropped, found.certificate.calibrated_on) == (7, 60)


def test_rows_of_which_nobody_has_said_what_is_right_are_left_out(bundle: Bundle, bench: Workbench, tmp_path: Path) -> None:
    rows = unseen().examples
    half = (*rows[:30], *(replace(row, topic=None, topics=()) for row in rows[30:]))
    assert guarantee(bundle, replace(unseen(), examples=half), bench, _wanted(tmp_path)).unjudged == 30
    with pytest.raises(GuaranteeError, match="--map topic=COLUMN"):
        guarantee(bundle, replace(unseen(), examples=half[30:]), bench, _wanted(tmp_path))


def _dated(examples: ExampleSet) -> ExampleSet:
    rows = (replace(row, date=NOW - timedelta(days=number), group=None) for number, row in enumerate(examples.examples))
    return replace(examples, examples=tuple(rows))


def test_calibrates_on_the_past_and_verifies_on_the_future(bundle: Bundle, bench: Workbench, tmp_path: Path) -> None:
    examples = _dated(unseen(120))
    found = guarantee(bundle, examples, bench, _wanted(tmp_path))
    assert found.in_order
    assert found.verified is not None
    assert found.verified.mails == 24
    assert found.certificate.calibrated_on == 96
    assert found.verified.wrong <= found.verified.sent
    assert found.bundle is not None
    assert found.bundle.reference is not None
    assert len(found.bundle.reference.scores) == 96


def test_a_change_in_time_is_recorded(bundle: Bundle, bench: Workbench, tmp_path: Path) -> None:
    newest = [replace(row, in_scope=False, date=NOW + timedelta(days=number)) for number, row in enumerate(foreign_examples(60))]
    examples = _dated(unseen(60))
    changed = replace(examples, examples=(*examples.examples, *newest))
    assert guarantee(bundle, examples, bench, _wanted(tmp_path)).certificate.exchangeability > 0.01
    assert guarantee(bundle, changed, bench, _wanted(tmp_path)).certificate.exchangeability < 0.01


@pytest.mark.parametrize("method", Method)
def test_every_topic_has_its_own_statement_and_shares_delta(method: Method, bundle: Bundle, bench: Workbench, tmp_path: Path) -> None:
    wanted = _wanted(tmp_path, scope=Scope.TOPIC, method=method, target=Target(alpha=0.05, delta=0.05))
    found = guarantee(bundle, unseen(), bench, wanted)
    assert set(found.certificate.groups) == {"billing", "delivery", "returns"}
    assert all(isinstance(outcome, NoThreshold) and outcome.labels_still_needed for outcome in found.certificate.groups.values())


def test_lists_the_answers_that_it_covers_by_content(bundle: Bundle, bench: Workbench, tmp_path: Path) -> None:
    with_answers = replace(bench, answers=ANSWERS)
    found = guarantee(bundle, unseen(), with_answers, _wanted(tmp_path))
    assert found.certificate.answers == {answer.id: answer.content_hash for answer in ANSWERS}
    assert found.certificate.covers("invoice", ANSWERS[1].content_hash)
    assert not found.certificate.covers("invoice", ANSWERS[0].content_hash)


def test_measures_what_would_be_sent_and_nothing_that_is_not_covered(bundle: Bundle, bench: Workbench, tmp_path: Path) -> None:
    with_answers = replace(bench, answers=ANSWERS)
    certificate = guarantee(bundle, unseen(), with_answers, _wanted(tmp_path)).certificate
    rows = unseen(30).examples
    judged = judge(
        bundle.predictor(bench.encoder), rows, encode(bench.encoder, [row.content for row in rows], bench.progress), with_answers
    )
    index = {answer.id: answer for answer in ANSWERS}
    figures = auto_figures(judged, certificate, index)
    assert figures["auto.certified"] is True
    assert figures["auto.coverage"] > 0.5
    assert figures["auto.error"] <= EASY.alpha
    changed = {name: replace(answer, variants=make_answer(body="Other.").variants) for name, answer in index.items()}
    assert auto_figures(judged, certificate, changed)["auto.coverage"] == 0.0
    assert auto_figures(judged, None, index)["auto.certified"] is None


def test_a_certificate_is_void_for_another_score(given: Guaranteed, bundle: Bundle) -> None:
    assert given.bundle is not None
    assert bundle.parts.score is not None
    other = replace(given.certificate, score="0" * 16)
    assert given.bundle.reference is not None
    void = write_certified(given.bundle.path, bundle, (other, given.bundle.reference), NOW)
    assert void.certificate is None
    assert void.is_void


def test_a_bundle_without_a_score_cannot_be_guaranteed(bundle: Bundle, bench: Workbench, tmp_path: Path) -> None:
    older = replace(bundle, parts=replace(bundle.parts, score=None))
    with pytest.raises(GuaranteeError, match="learn it again"):
        guarantee(older, unseen(), bench, _wanted(tmp_path))


def test_refuses_a_place_where_something_else_lies_before_the_work(bundle: Bundle, bench: Workbench, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.md").touch()
    with pytest.raises(BundleError, match="choose another folder"):
        guarantee(bundle, unseen(), bench, _wanted(tmp_path, out=tmp_path / "thesis"))


def test_scores_of_the_calibration_are_kept_in_random_order_without_text(given: Guaranteed) -> None:
    assert given.bundle is not None
    reference = given.bundle.reference
    assert reference is not None
    assert (len(reference.scores), len(reference.novelty)) == (60, 60)
    assert np.isfinite([reference.scores, reference.novelty]).all()


def test_the_first_mail_of_a_thread_counts_for_all_of_it(bundle: Bundle, bench: Workbench, tmp_path: Path) -> None:
    found = guarantee(bundle, in_threads(unseen(120), 2), bench, _wanted(tmp_path))
    assert (found.certificate.calibrated_on, found.repeated, found.unjudged) == (60, 60, 0)


def test_of_a_thread_the_first_mail_that_somebody_judged_counts(bundle: Bundle, bench: Workbench, tmp_path: Path) -> None:
    examples = in_threads(unseen(120), 2)
    rows = (replace(row, topic=None, topics=()) if number % 2 == 0 else row for number, row in enumerate(examples.examples))
    found = guarantee(bundle, replace(examples, examples=tuple(rows)), bench, _wanted(tmp_path))
    assert (found.certificate.calibrated_on, found.repeated, found.unjudged) == (60, 0, 60)


def test_a_file_that_grows_keeps_what_was_proven_and_says_how(bundle: Bundle, bench: Workbench, tmp_path: Path) -> None:
    everything = unseen(120)
    looks = [
        guarantee(bundle, replace(everything, examples=everything.examples[:size]), bench, _wanted(tmp_path, method=Method.GROWING))
        for size in (20, 60, 120)
    ]
    outcomes = [look.certificate.groups["all"] for look in looks]
    proven = [outcome.value for outcome in outcomes if isinstance(outcome, Threshold)]
    assert proven
    assert proven == sorted(proven, reverse=True)
    assert all(isinstance(outcome, Threshold) for outcome in outcomes[-len(proven) :])
    assert looks[-1].bundle is not None
    assert Bundle.load(looks[-1].bundle.path).certificate == looks[-1].certificate
    assert looks[-1].certificate.method is Method.GROWING


def test_the_order_of_a_file_is_that_of_its_dates(bundle: Bundle, bench: Workbench, tmp_path: Path) -> None:
    newest_first = _dated(unseen(120)).examples
    # The newer half has no right answer: read in another order, it would come before the proof and prevent it.
    rows = (*(replace(row, topic=None, topics=(), in_scope=False) for row in newest_first[:60]), *newest_first[60:])
    files = [replace(unseen(), examples=given) for given in (rows, rows[::-1])]
    found = [guarantee(bundle, given, bench, _wanted(tmp_path, method=Method.GROWING)).certificate.groups for given in files]
    assert found[0] == found[1]
    assert isinstance(found[0]["all"], Threshold)


def test_the_service_sees_a_mail_as_the_calibration_saw_it(bundle: Bundle, bench: Workbench, tmp_path: Path) -> None:
    rows = (*unseen().examples, *foreign_examples(20))
    found = guarantee(bundle, replace(unseen(), examples=rows), bench, _wanted(tmp_path, target=Target(alpha=0.6, delta=0.2))).bundle
    assert found is not None
    assert found.reference is not None
    assert found.reference.mix is not None
    mails = [mail_from_fields(subject=row.subject, body=row.body, sender=row.sender) for row in rows]
    seen = sorted(
        (round(known.automatic_probability or 0.0, 4), round(known.novelty.score, 4), str(known.topic.label), known.region)
        for known in Bundle.load(found.path).predictor(bench.encoder).understand_many(mails)
    )
    kept = sorted(
        zip(found.reference.scores, found.reference.novelty, found.reference.mix.topics, found.reference.mix.region_numbers, strict=True)
    )
    assert {score for score, _, _, _ in seen} > {0.0}
    assert [one[2:] for one in seen] == [one[2:] for one in kept]
    assert np.allclose([one[:2] for one in seen], [one[:2] for one in kept], atol=2e-4)


def test_topics_that_are_alike_are_watched_side_by_side(given: Guaranteed, bundle: Bundle) -> None:
    assert given.bundle is not None
    assert given.bundle.reference is not None
    assert given.bundle.reference.mix is not None
    assert sorted(given.bundle.reference.mix.order) == list(bundle.parts.topics.labels)
    assert bundle.reference is None
