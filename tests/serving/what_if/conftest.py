"""Services that really send: what is tried out is compared with them."""

from tests.serving.automatic.conftest import built, caller, certified, clock, sending, served

__all__ = ["built", "caller", "certified", "clock", "sending", "served"]
