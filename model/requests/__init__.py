"""A second request in one mail: where one may begin, and whether two stretches of text ask for two things."""

from model.requests.cutting import Cutter, Stretches
from model.requests.head import Complete, Couple, RequestHead

__all__ = ["Complete", "Couple", "Cutter", "RequestHead", "Stretches"]
