"""`replywell policy …`, `replywell kill-switch …`, `replywell replies …`: automatic replies from the terminal."""

import json as jsonlib
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from model.policy import Policy, PolicyError
from serving.api.control import switch_to_json
from serving.api.policy import policy_to_json
from serving.automatic.control import allow_again, arm_group, stop_everything, stop_group
from serving.automatic.deflection import report
from serving.automatic.watching import arm_monitors
from serving.bundles import EngineError, EngineLoader
from serving.cli.opening import OpenBase, open_base, stamp_here
from serving.cli.terminal import ConfigOption, JsonOption, fail, one_line_errors, print_json, print_table
from serving.metrics import Metrics
from serving.service import utc_now
from serving.store.control import read_switch
from serving.store.policies import current_policy, put_policy
from serving.store.watched import list_suspensions

POLICY = "What is allowed: show, check and replace the policy."
SWITCH = "Stop all automatic replies at once, in every process."
REPLIES = "Automatic replies: numbers, stopped groups."
STYLE: dict[str, Any] = {
    "no_args_is_help": True,
    "rich_markup_mode": None,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept.")]
PolicyFile = Annotated[Path, typer.Argument(metavar="FILE", help="A policy in TOML; docs/policy.md names the keys.")]


def add_to(app: typer.Typer) -> None:
    """Register the groups of commands."""
    policy, switch, replies = (typer.Typer(help=text, **STYLE) for text in (POLICY, SWITCH, REPLIES))
    policy.command("show", help="Show the policy that counts.\n\nExample:\n\n  replywell policy show")(show)
    policy.command("check", help="Check a policy against the bundle.\n\nExample:\n\n  replywell policy check policy.toml")(check)
    policy.command("put", help="Let a policy count, at once.\n\nExample:\n\n  replywell policy put policy.toml")(put)
    switch.command("on", help='Stop everything.\n\nExample:\n\n  replywell kill-switch on --reason "wrong prices"')(stop)
    switch.command("off", help='Allow it again.\n\nExample:\n\n  replywell kill-switch off --reason "prices mended"')(allow)
    switch.command("status", help="Whether it is on.\n\nExample:\n\n  replywell kill-switch status")(status)
    replies.command("report", help="What was sent and what became of it.\n\nExample:\n\n  replywell replies report --days 7")(numbers)
    replies.command("suspend", help="Stop a group.\n\nExample:\n\n  replywell replies suspend order.status --reason strike")(suspend)
    replies.command("rearm", help="Arm a group again.\n\nExample:\n\n  replywell replies rearm order.status")(rearm)
    replies.command("suspended", help="Groups that are or were stopped.\n\nExample:\n\n  replywell replies suspended")(suspended)
    for name, group in (("policy", policy), ("kill-switch", switch), ("replies", replies)):
        app.add_typer(group, name=name)


def show(json: JsonOption = False, config: ConfigOption = None) -> None:
    """The policy that counts; there is one once a service has started or a policy was put."""
    with one_line_errors():
        base = open_base(config)
        with base.database.reading() as session:
            stored = current_policy(session)
        if stored is None:
            fail("no policy counts yet: start the service once, or `replywell policy put FILE`")
    if json:
        print_json(policy_to_json(stored))
        return
    print_table([("number", str(stored.id)), ("version", stored.version), ("author", stored.author or "–"), ("at", stored.at.isoformat())])
    typer.echo(jsonlib.dumps(dict(stored.document), ensure_ascii=False, indent=2))


def check(file: PolicyFile, json: JsonOption = False, config: ConfigOption = None) -> None:
    """Read a policy over the taxonomy of the bundle."""
    with one_line_errors():
        policy = _policy(file, open_base(config))
    if json:
        print_json({"version": policy.version, "ok": True})
    else:
        typer.echo(f"{file} can be used: {policy.version}")


def put(file: PolicyFile, json: JsonOption = False, config: ConfigOption = None) -> None:
    """Keep a policy and let it count."""
    with one_line_errors():
        base = open_base(config)
        policy = _policy(file, base)
        with base.database.writing() as session:
            stored = put_policy(session, policy.version, policy.to_json(), stamp_here())
    if json:
        print_json(policy_to_json(stored))
    else:
        typer.echo(f"Policy {stored.id} counts now: {stored.version}")


def stop(reason: Reason, json: JsonOption = False, config: ConfigOption = None) -> None:
    """Throw the kill switch."""
    _throw(on=True, reason=reason, json=json, config=config)


def allow(reason: Reason, json: JsonOption = False, config: ConfigOption = None) -> None:
    """Take it back."""
    _throw(on=False, reason=reason, json=json, config=config)


def status(json: JsonOption = False, config: ConfigOption = None) -> None:
    """Whether it is on."""
    with one_line_errors(), open_base(config).database.reading() as session:
        said = switch_to_json(read_switch(session))
    _print_switch(said, json)


def numbers(
    days: Annotated[int, typer.Option("--days", min=1, max=3_650, help="How many days back.")] = 30,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """What was sent and what became of it."""
    now = utc_now()
    with one_line_errors(), open_base(config).database.reading() as session:
        said = report(session, now - timedelta(days=days), now)
    if json:
        print_json(said)
        return
    sent, audit = said["sent"], said["audit"]
    print_table(
        [
            ("decisions", str(said["decisions"])),
            *((name, str(count)) for name, count in said["replies"].items() if count and name != "sent"),
            *((name.replace("_", " "), str(count)) for name, count in {"sent": sent["count"], **sent}.items() if name != "count"),
            ("wrong in the audit", _interval(audit["wrong"])),
            ("wrote again, automatic", _interval(said["holdout"]["automatic"])),
            ("wrote again, hold-out", _interval(said["holdout"]["people"])),
        ]
    )


def suspend(
    group: Annotated[str, typer.Argument(help="A topic, a group of the certificate, or all.")], reason: Reason, config: ConfigOption = None
) -> None:
    """Stop a group."""
    with one_line_errors(), open_base(config).database.writing() as session:
        stopped = stop_group(session, group, reason, stamp_here())
    typer.echo(f"{group} is stopped." if stopped else f"{group} was stopped before.")


def rearm(group: Annotated[str, typer.Argument(help="The stopped group.")], config: ConfigOption = None) -> None:
    """Arm a group again, and let its monitor begin anew."""
    stamp = stamp_here()
    with one_line_errors():
        base = open_base(config)
        bundle = _loader(base).check_bundle()
        with base.database.writing() as session:
            if not arm_group(session, group, stamp):
                fail(f"{group}: not stopped; see `replywell replies suspended`")
            arm_monitors(session, bundle, group, stamp.at)
    typer.echo(f"{group} is armed again.")


def suspended(json: JsonOption = False, config: ConfigOption = None) -> None:
    """Groups that are or were stopped."""
    with one_line_errors(), open_base(config).database.reading() as session:
        found = list_suspensions(session)
    if json:
        print_json([{"group": one.group, "since": one.since.isoformat(), "reason": one.reason, "by": one.rearmed_by} for one in found])
        return
    for one in found:
        until = f"armed again by {one.rearmed_by}" if one.rearmed_at else "still stopped"
        typer.echo(f"{one.group}  since {one.since.isoformat()}: {one.reason} ({until})")


def _throw(*, on: bool, reason: str, json: bool, config: str | None) -> None:
    with one_line_errors(), open_base(config).database.writing() as session:
        said = switch_to_json((stop_everything if on else allow_again)(session, reason, stamp_here()))
    _print_switch(said, json)


def _print_switch(said: dict[str, Any], json: bool) -> None:
    if json:
        print_json(said)
    else:
        why = f": {said['reason']} ({said['changed_by'] or 'unknown'}, {said['changed_at']})" if said["changed_at"] else ""
        typer.echo(f"The kill switch is {'on' if said['on'] else 'off'}{why}")


def _policy(file: Path, base: OpenBase) -> Policy:
    try:
        return Policy.load(file, _loader(base).check_bundle().taxonomy)
    except (PolicyError, EngineError) as error:
        fail(str(error))


def _loader(base: OpenBase) -> EngineLoader:
    return EngineLoader(base.settings, Metrics())


def _interval(share: dict[str, Any]) -> str:
    if share["share"] is None:
        return "–"
    return f"{share['count']} of {share['of']}: {share['share']:.1%} (95 %: {share['low']:.1%} to {share['high']:.1%})"
