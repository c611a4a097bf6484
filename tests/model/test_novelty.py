"""Novelty: foreign mails score higher, without a label of any foreign mail."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.calibration import PowerLink
from model.novelty import KNOWN_SHARE, energy, fit_novelty, mean_of_nearest, nearest_without_own_group, strictly_rising

LINK = PowerLink(scale=16.0, shift=0.0, power=3.0)


def make_vectors(centres: NDArray[np.float64], each: int, seed: int) -> NDArray[np.float32]:
    """Unit vectors around centres."""
    random = np.random.default_rng(seed)
    vectors = np.repeat(centres, each, axis=0) + random.normal(0, 0.25, (len(centres) * each, centres.shape[1]))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def test_mails_of_unknown_clusters_look_more_foreign_than_new_mails_of_known_ones() -> None:
    centres = np.eye(12)
    known = make_vectors(centres[:6], 40, 0)
    topics = np.repeat(np.arange(6), 40)
    scores = np.stack([np.where(topics == topic, 0.9, 0.02) for topic in range(6)], axis=1)
    head = fit_novelty(nearest_without_own_group(known, np.arange(len(known))), energy(LINK, scores))

    def judged(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        similarity = vectors @ known.T
        said = np.stack([similarity[:, topics == topic].max(axis=1) for topic in range(6)], axis=1) ** 3
        return head.raw(mean_of_nearest(similarity), energy(LINK, said))

    familiar, foreign = judged(make_vectors(centres[:6], 20, 1)), judged(make_vectors(centres[6:], 20, 2))
    assert (foreign[:, None] > familiar[None, :]).mean() > 0.97


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 1000), size=st.integers(1, 60))
def test_the_score_is_a_share_that_rises_with_foreignness(seed: int, size: int) -> None:
    random = np.random.default_rng(seed)
    head = fit_novelty(random.random(size), random.random(size))
    nearest, energies = np.linspace(5, -5, 50), np.linspace(5, -5, 50)
    scores = head.scores(nearest, energies)
    assert (scores >= 0).all()
    assert (scores <= 1).all()
    assert (np.diff(scores) >= 0).all()
    assert (np.diff(head.raw(nearest, energies)) > 0).all()


def test_as_many_known_mails_as_promised_stay_below_the_limit() -> None:
    random = np.random.default_rng(0)
    nearest, energies = random.random(1000), random.random(1000)
    head = fit_novelty(nearest, energies)
    assert abs((head.scores(nearest, energies) <= head.limit).mean() - KNOWN_SHARE) < 0.005


def test_a_mail_is_not_measured_by_its_own_thread() -> None:
    thread = np.tile(np.array([[1.0, 0.0, 0.0]], dtype=np.float32), (6, 1))
    others = np.tile(np.array([[0.0, 1.0, 0.0]], dtype=np.float32), (6, 1))
    nearest = nearest_without_own_group(np.vstack([thread, others]), np.array([0] * 6 + [1, 2, 3, 4, 5, 6]))
    assert np.allclose(nearest, [0] * 6 + [1] * 6)


def test_the_nearest_without_the_own_group_are_those_of_brute_force() -> None:
    random = np.random.default_rng(0)
    vectors = make_vectors(random.normal(size=(5, 8)), 12, 1)
    groups = random.integers(0, 20, len(vectors))
    expected = [np.sort(vectors[groups != groups[row]] @ vectors[row])[-5:].mean() for row in range(len(vectors))]
    assert np.allclose(nearest_without_own_group(vectors, groups), expected, atol=1e-6)


def test_fewer_than_five_known_mails_are_enough() -> None:
    assert np.allclose(mean_of_nearest(np.array([[0.2, 0.4]], dtype=np.float32)), 0.3)


def test_energy_is_low_where_no_topic_speaks_up() -> None:
    loud, silent = energy(LINK, np.array([[0.9, 0.0], [0.05, 0.05]]))
    assert loud > silent


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=2, max_size=30))
def test_ties_are_broken_upwards(values: list[float]) -> None:
    assert (np.diff(strictly_rising(np.sort(np.array(values)))) > 0).all()
