"""Learnt parts as plain JSON and named arrays, and back: what a bundle's files hold."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.taxonomy import Taxonomy
from model.calibration import PowerLink
from model.classifier import TopicHead, View
from model.encoder import EncoderReference
from model.novelty import NoveltyHead
from model.predictor import KnownMails, Parts
from model.requests import Complete, Cutter, RequestHead
from model.retriever import RankingWeights
from model.ridge import KernelRidge, Mix
from model.terms import TermKind, Vocabulary, Weighting
from model.urgency import Scale, UrgencyHead

Arrays = dict[str, NDArray[Any]]


def to_archive(parts: Parts) -> tuple[dict[str, Any], Arrays]:
    """Structure as JSON, numbers as arrays; the score of answers is a file of its own."""
    arrays: Arrays = {"known.vectors": parts.known.vectors}
    structure: dict[str, Any] = {
        "taxonomy": parts.taxonomy.to_json(),
        "encoder": asdict(parts.encoder),
        "characters": _vocabulary_to(parts.characters, "characters", arrays),
        "words": _vocabulary_to(parts.words, "words", arrays),
        "topics": {
            "labels": list(parts.topics.labels),
            "link": asdict(parts.topics.link),
            "mix": _head_to("topics", parts.topics.view, parts.topics.regression, parts.known, arrays),
        },
        "urgency": None,
        "novelty": {"limit": parts.novelty.limit},
        "known": list(parts.known.ids),
        "ranking": asdict(parts.ranking),
    }
    structure["requests"] = _requests_to(parts.requests, arrays)
    if parts.known.topics is not None:
        arrays["known.topics"] = parts.known.topics
    for name in ("centres", "spreads", "quantiles"):
        arrays[f"novelty.{name}"] = getattr(parts.novelty, name)
    if parts.urgency is not None:
        head = parts.urgency
        arrays |= {"urgency.weights": head.weights, "urgency.intercept": head.intercept, "urgency.cost": head.scale.cost}
        structure["urgency"] = {
            "labels": list(head.scale.labels),
            "mix": _head_to("urgency", head.view, head.regression, parts.known, arrays),
        }
    return structure, arrays


def from_archive(structure: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Parts:
    """Read what `to_archive` wrote.

    Raises:
        KeyError, TypeError, ValueError, IndexError: something is missing or of the wrong kind.
    """
    known = KnownMails(ids=tuple(structure["known"]), vectors=arrays["known.vectors"], topics=arrays.get("known.topics"))
    if len(known.ids) != len(known.vectors) or (known.topics is not None and len(known.topics) != len(known.ids)):
        raise ValueError("as many ids as vectors and topics of known mails are needed")
    view, regression = _head_from("topics", structure["topics"]["mix"], known, arrays)
    topics = TopicHead(
        labels=tuple(structure["topics"]["labels"]), view=view, regression=regression, link=PowerLink(**structure["topics"]["link"])
    )
    return Parts(
        taxonomy=Taxonomy.from_json(structure["taxonomy"]),
        encoder=EncoderReference(**structure["encoder"]),
        characters=_vocabulary_from(structure["characters"], "characters", arrays),
        words=_vocabulary_from(structure["words"], "words", arrays),
        topics=topics,
        urgency=_urgency_from(structure["urgency"], known, arrays),
        novelty=NoveltyHead(
            centres=arrays["novelty.centres"],
            spreads=arrays["novelty.spreads"],
            quantiles=arrays["novelty.quantiles"],
            limit=structure["novelty"]["limit"],
        ),
        known=known,
        ranking=RankingWeights(**structure["ranking"]),
        requests=_requests_from(structure.get("requests"), arrays),
    )


def _urgency_from(structure: Mapping[str, Any] | None, known: KnownMails, arrays: Mapping[str, NDArray[Any]]) -> UrgencyHead | None:
    if structure is None:
        return None
    view, regression = _head_from("urgency", structure["mix"], known, arrays)
    return UrgencyHead(
        scale=Scale(labels=tuple(structure["labels"]), cost=arrays["urgency.cost"]),
        view=view,
        regression=regression,
        weights=arrays["urgency.weights"],
        intercept=arrays["urgency.intercept"],
    )


def _requests_to(head: RequestHead, arrays: Arrays) -> dict[str, Any]:
    arrays |= {"requests.cutter": head.cutter.weights, "requests.signals": head.signals, "requests.words": head.words}
    if head.vectors is not None:
        arrays["requests.vectors"] = head.vectors
    if head.complete.weights is not None:
        arrays["requests.complete"] = head.complete.weights
    cutter = {"intercept": head.cutter.intercept, "limit": head.cutter.limit}
    return {"intercept": head.intercept, "limit": head.limit, "cutter": cutter, "complete": head.complete.intercept}


def _requests_from(structure: Mapping[str, Any] | None, arrays: Mapping[str, NDArray[Any]]) -> RequestHead:
    """Bundles that were made before this head have none."""
    if structure is None:
        return RequestHead.untrained()
    return RequestHead(
        cutter=Cutter(weights=arrays["requests.cutter"], **structure["cutter"]),
        complete=Complete(weights=arrays.get("requests.complete"), intercept=structure["complete"]),
        signals=arrays["requests.signals"],
        vectors=arrays.get("requests.vectors"),
        words=arrays["requests.words"],
        intercept=structure["intercept"],
        limit=structure["limit"],
    )


def _vocabulary_to(vocabulary: Vocabulary, name: str, arrays: Arrays) -> dict[str, Any]:
    arrays[f"{name}.group_frequency"] = vocabulary.group_frequency
    return {"kind": asdict(vocabulary.kind), "terms": list(vocabulary.terms), "groups": vocabulary.groups}


def _vocabulary_from(structure: Mapping[str, Any], name: str, arrays: Mapping[str, NDArray[Any]]) -> Vocabulary:
    frequency = arrays[f"{name}.group_frequency"]
    return Vocabulary.of(TermKind(**structure["kind"]), structure["terms"], frequency, structure["groups"])


def _head_to(name: str, view: View, regression: KernelRidge, known: KnownMails, arrays: Arrays) -> dict[str, Any]:
    """Landmarks that are the known mails themselves are stored once."""
    for part in ("characters", "words"):
        arrays[f"{name}.{part}.idf"] = getattr(view, part).idf
    arrays |= {
        f"{name}.dual": regression.dual,
        f"{name}.character_weights": regression.character_weights,
        f"{name}.word_weights": regression.word_weights,
    }
    if regression.landmarks is not known.vectors:
        arrays[f"{name}.landmarks"] = regression.landmarks
    return asdict(regression.mix)


def _head_from(name: str, mix: Mapping[str, Any], known: KnownMails, arrays: Mapping[str, NDArray[Any]]) -> tuple[View, KernelRidge]:
    view = View(**{part: Weighting(idf=arrays[f"{name}.{part}.idf"]) for part in ("characters", "words")})
    regression = KernelRidge(
        mix=Mix(**mix),
        landmarks=np.asarray(arrays.get(f"{name}.landmarks", known.vectors)),
        dual=arrays[f"{name}.dual"],
        character_weights=arrays[f"{name}.character_weights"],
        word_weights=arrays[f"{name}.word_weights"],
    )
    return view, regression
