"""Placeholders of other programs become slots."""

from serving.answers.sources.placeholders import with_slots


def test_names_of_slots_are_written_small() -> None:
    assert with_slots("Dear {{CUSTOMER_NAME}}, {{ Order_Number }}", {}) == "Dear {{customer_name}}, {{ order_number }}"
