"""Searches that found nothing good are kept as evidence, for a while."""

from dataclasses import replace
from datetime import timedelta

from serving.store.database import Database
from serving.store.searches import Search, SearchScope, poor_searches, purge_searches, save_search
from tests.serving.conftest import NOW


def _search(query: str, minutes: int = 0, good: bool = False) -> Search:
    scope = SearchScope.PUBLIC
    at = NOW + timedelta(minutes=minutes)
    return Search(at=at, scope=scope, language="en", query=query, hits=3, best_score=0.25, good=good)


def test_the_newest_poor_searches_come_first(database: Database) -> None:
    with database.writing() as session:
        for search in (_search("old", -9), _search("one"), _search("two\0", 1), _search("found", 2, good=True), _search("three", 3)):
            save_search(session, search)
        found = poor_searches(session, NOW, 2)
        assert [search.query for search in found] == ["three", "two "]
        assert found[0] == replace(_search("three", 3), id=found[0].id)
        assert purge_searches(session, NOW + timedelta(minutes=1)) == 2
        assert [search.query for search in poor_searches(session, NOW - timedelta(days=1), 9)] == ["three", "two "]
