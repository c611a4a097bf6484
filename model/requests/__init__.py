"""A second request in one mail: where one may begin, and whether two stretches of text ask for two things."""

from model.requests.cutting import Asked, Cutter
from model.requests.head import Complete, Couple, RequestHead

__all__ = ["Asked", "Complete", "Couple", "Cutter", "RequestHead"]
