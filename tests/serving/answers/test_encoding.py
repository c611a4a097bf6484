"""Tests of serving.answers.encoding and the order in which texts are encoded."""

import numpy as np

from model.encoder import load_encoder
from serving.answers.embedding import likeness
from serving.answers.encoding import EncodingHere, EncodingPool


def test_a_pool_gives_what_one_process_gives() -> None:
    texts = ["Where is my parcel?", "Wo ist mein Paket?"]
    here = EncodingHere(load_encoder("hashing"))
    with EncodingPool("hashing", processes=1) as pool:
        assert pool.reference == here.reference
        assert np.allclose(pool.submit(texts).result(), here.submit(texts).result())


def test_copies_of_a_text_lie_beside_each_other() -> None:
    first = "you can send the parcel back to us within thirty days of the day on which you got it"
    copies = [first, f"{first} thanks", f"hello {first}"]
    others = ["our shop is open from nine to six on every day of the week", "the invoice comes by mail as soon as the parcel is on its way"]
    ordered = sorted([copies[0], others[0], copies[1], others[1], copies[2]], key=likeness)
    places = [ordered.index(copy) for copy in copies]
    assert max(places) - min(places) == 2
