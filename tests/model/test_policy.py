"""Policies: what the operator wants, or one line that says what is wrong with it."""

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from data.taxonomy import Mode, Taxonomy, Topic
from model.deciding.automatic import Automatic
from model.deciding.rules import Condition, Effect, Rule
from model.policy import Policy, PolicyError, TopicRule
from tests.factories import make_taxonomy

ROOT = Path(__file__).resolve().parents[2]
TAXONOMY = make_taxonomy()
DELIVERY = TAXONOMY.topics[1]


def load(tmp_path: Path, text: str) -> Policy:
    """A policy from a TOML file."""
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return Policy.load(path, TAXONOMY)


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    policy = load(
        tmp_path,
        'topic_threshold = 0.7\nroute_urgencies = ["high", "critical"]\n[sla_hours]\nhigh = 4\n'
        '[topics.delivery]\nmode = "shadow"\nqueue = "parcels"\nthreshold = 0.9\n',
    )
    assert (policy.topic_threshold, policy.route_urgencies, policy.sla_hours) == (0.7, ("high", "critical"), {"high": 4})
    assert (policy.mode(DELIVERY), policy.queue(DELIVERY), policy.threshold(DELIVERY)) == (Mode.SHADOW, "parcels", 0.9)
    returns = TAXONOMY.topics[2]
    assert (policy.mode(returns), policy.queue(returns), policy.threshold(returns)) == (Mode.SUGGEST, "returns-desk", 0.7)
    assert policy.max_suggestions == Policy.default(TAXONOMY).max_suggestions


def test_an_empty_file_is_the_default(tmp_path: Path) -> None:
    assert load(tmp_path, "") == Policy.default(TAXONOMY)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("topic_treshold = 0.5", "unknown key topic_treshold; known: .*topic_threshold"),
        ("topic_threshold = 1.5", "topic_threshold must be a number from 0 to 1, not 1.5"),
        ('topic_threshold = "high"', "topic_threshold"),
        ("topic_threshold = true", "topic_threshold"),
        ("topic_threshold = nan", "topic_threshold"),
        ("answer_threshold = -0.1", "answer_threshold"),
        ("max_suggestions = 0", "max_suggestions must be a whole number from 1 to 50"),
        ("max_suggestions = 2.5", "max_suggestions"),
        ("max_suggestions = true", "max_suggestions"),
        ("route_urgencies = 5", "route_urgencies must be a list of names, not 5"),
        ('route_urgencies = "critical"', "route_urgencies must be a list of names"),
        ("route_urgencies = [1]", "route_urgencies must be a list of names"),
        ('route_urgencies = ["panic"]', "route_urgencies: unknown urgency panic; known: .*critical"),
        ("sla_hours = 5", "sla_hours must be a table"),
        ("sla_hours = {panic = 1}", "sla_hours: unknown urgency panic"),
        ("sla_hours = {high = 0}", "sla_hours.high must be a number above 0"),
        ("sla_hours = {high = inf}", "sla_hours.high"),
        ("sla_hours = {high = nan}", "sla_hours.high"),
        ("sla_hours = {high = 1e300}", "sla_hours.high"),
        (f"sla_hours = {{high = {10**400}}}", "sla_hours.high"),
        ("topics.delivery.queue = 'a\tb'", "topics.delivery.queue must be a name of at most 200 characters on one line"),
        (f"topics.delivery.queue = '{'q' * 201}'", "topics.delivery.queue must be a name of at most 200 characters"),
        ("topics = 5", "topics must be a table"),
        ('topics = ["delivery"]', "topics must be a table"),
        ("topics.delivery = 5", "topics.delivery must be a table"),
        ("topics.parcels.mode = 'off'", "topics: unknown topic parcels; known: billing, delivery, returns"),
        ("topics.delivery.mode = 'on'", "topics.delivery.mode must be one of off, shadow, suggest, auto"),
        ("topics.delivery.mod = 'off'", "topics.delivery: unknown key mod"),
        ("topics.delivery.queue = 5", "topics.delivery.queue must be a name of"),
        ("topics.delivery.queue = ' '", "topics.delivery.queue must be a name of"),
        ("topics.delivery.threshold = 2", "topics.delivery.threshold must be a number from 0 to 1, not 2"),
        ("topics.delivery.alpha = 1", "topics.delivery.alpha must be a number above 0 and below 1, not 1"),
        ("topics.delivery.delta = 0", "topics.delivery.delta must be a number above 0 and below 1, not 0"),
        ("topics.delivery.never_auto = 1", "topics.delivery.never_auto must be true or false, not 1"),
        ("topics.delivery.required_slots = 'x'", "topics.delivery.required_slots must be a list of names, not 'x'"),
        ("automatic.alpha = 1", "automatic.alpha must be a number above 0 and below 1, not 1"),
        ("automatic.alfa = 0.1", "automatic: unknown key alfa"),
        ("[[rules]]", r"rules\[1\].name must be a name"),
        ("topic_threshold = ", "Invalid value"),
        (f"topic_threshold = {'9' * 5_000}", ".*4300"),
        (f"rules = {'[' * 5_000}", ""),
    ],
)
def test_a_fault_is_named_with_its_file_and_key(text: str, names: str, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=f"policy.toml: .*{names}"):
        load(tmp_path, text)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"missing.toml"):
        Policy.load(tmp_path / "missing.toml", TAXONOMY)
    (tmp_path / "latin.toml").write_bytes(b"# \xe9")
    with pytest.raises(PolicyError, match=r"latin.toml"):
        Policy.load(tmp_path / "latin.toml", TAXONOMY)


def test_a_topic_may_want_a_stronger_promise_than_the_rest(tmp_path: Path) -> None:
    policy = load(tmp_path, "[automatic]\nalpha = 0.05\ndelta = 0.1\n[topics.delivery]\nalpha = 0.01\n")
    returns = TAXONOMY.topics[2]
    assert [(policy.alpha(topic), policy.delta(topic)) for topic in (DELIVERY, returns, None)] == [(0.01, 0.1), (0.05, 0.1), (0.05, 0.1)]
    assert (policy.wants_own_promise(DELIVERY), policy.wants_own_promise(returns)) == (True, False)


def test_what_the_taxonomy_or_the_law_keep_from_automatic_replies_no_policy_allows(tmp_path: Path) -> None:
    policy = load(tmp_path, "[topics.delivery]\nnever_auto = false\nmode = 'auto'\n[topics.billing]\nnever_auto = true\n")
    assert not policy.is_never_auto(DELIVERY)
    assert policy.is_never_auto(TAXONOMY.topics[0])
    assert policy.is_never_auto(replace(DELIVERY, never_auto=True))
    assert policy.is_never_auto(replace(DELIVERY, statutory_deadline_days=30))


def test_the_documented_policy_is_a_policy() -> None:
    seeds = ROOT / "data" / "seeds" / "taxonomy.toml"
    text = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
    policy = Policy.from_json(tomllib.loads(text), Taxonomy.load(seeds))
    assert {rule.name for rule in policy.rules} >= {"Lawyers and courts"}
    assert policy.automatic.alpha == 0.02


def test_a_policy_of_the_whole_form_is_equal_after_json() -> None:
    rules = (Rule(name="r", when=Condition(keyword=("lawyer",)), then=Effect(topic="billing", never_auto=True)),)
    topics = {"delivery": TopicRule(mode=Mode.AUTO, alpha=0.01, delta=0.1, never_auto=True, required_slots=("order_number",))}
    policy = Policy(taxonomy=TAXONOMY, topics=topics, rules=rules, automatic=Automatic(alpha=0.05, urgencies=("low",)))
    again = Policy.from_json(json.loads(json.dumps(policy.to_json())), TAXONOMY)
    assert (again, again.version) == (policy, policy.version)
    others = (replace(policy, rules=()), replace(policy, automatic=Automatic()), replace(policy, topics={}))
    assert len({one.version for one in (policy, *others)}) == 4


@pytest.mark.parametrize("taxonomy", [TAXONOMY, make_taxonomy(urgencies=("calm", "now"))])
def test_json_gives_an_equal_policy_again(taxonomy: Any) -> None:
    rules = {"delivery": TopicRule(mode=Mode.OFF, threshold=0.8)}
    for policy in (Policy.default(taxonomy), Policy(taxonomy=taxonomy, topics=rules, sla_hours={})):
        again = Policy.from_json(json.loads(json.dumps(policy.to_json())), taxonomy)
        assert again == policy
        assert again.version == policy.version


def test_the_version_follows_the_content_and_only_that() -> None:
    plain = Policy.default(TAXONOMY)
    assert plain.version == Policy(taxonomy=make_taxonomy()).version
    changed = [
        Policy(taxonomy=TAXONOMY, topic_threshold=0.6),
        Policy(taxonomy=TAXONOMY, topics={"delivery": TopicRule(queue="x")}),
        Policy(taxonomy=TAXONOMY, sla_hours={}),
        Policy(taxonomy=make_taxonomy(default_queue="elsewhere")),
        Policy(taxonomy=make_taxonomy(topics=(*TAXONOMY.topics, Topic(label="other", description={"en": "other"})))),
    ]
    assert len({policy.version for policy in (plain, *changed)}) == 1 + len(changed)


def test_the_order_of_a_table_does_not_change_the_version() -> None:
    one = Policy(taxonomy=TAXONOMY, topics={"delivery": TopicRule(queue="x"), "billing": TopicRule(queue="y")})
    other = Policy(taxonomy=TAXONOMY, topics={"billing": TopicRule(queue="y"), "delivery": TopicRule(queue="x")})
    assert one.version == other.version
