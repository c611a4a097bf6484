"""What time does to replies: a reservation lapses, a release that nobody reports on is unknown, arrivals and sightings are forgotten."""

from datetime import datetime, timedelta

from serving.automatic.control import end_overdue
from serving.automatic.drifting import SEEN_FOR
from serving.store.arrivals import forget_arrivals
from serving.store.control import lock_switch
from serving.store.database import Database
from serving.store.replies import forget_unreported
from serving.store.sightings import forget_sightings
from serving.store.state import Event, record_event

REPORT_WITHIN = timedelta(hours=24)
ARRIVALS_KEPT = timedelta(days=1)


def expire(database: Database, now: datetime) -> int:
    """Do what is due; how many reservations lapsed. Nothing depends on its being punctual: a release looks at the time itself."""
    with database.writing() as session:
        lock_switch(session)
        lapsed = end_overdue(session, now)
        for decision_id in forget_unreported(session, now - REPORT_WITHIN, now):
            record_event(session, Event(at=now, kind="reply.unknown", subject=decision_id, data={"by": None}))
        forget_arrivals(session, now - ARRIVALS_KEPT)
        forget_sightings(session, now - SEEN_FOR)
    return len(lapsed)
