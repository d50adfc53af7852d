"""``tagwerk explain``: why each slot shows what it shows, rule by rule and condition by condition."""

import time
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import click
import msgspec
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from edge.explained_visitor import Visitor, of_file, of_request, of_test
from edge.personas import STDIN, PlacedSite, open_placed
from edge.terminal import console
from edge.wording import counted
from rules.conditions import Context
from rules.explain import Explained, ExplainedSlot, Verdict, explain
from rules.findings import did_you_mean
from rules.outcomes import word_of
from rules.reason_words import shows
from rules.trace import Traced

_STYLES = {"true": "green", "false": "red", "unknown": "yellow"}
_WIDEST = max(map(len, _STYLES))
_WON = {"matches": ("wins", "bold green"), "error": ("fails", "bold red")}
_KEPT = ("switched_off", "not_yet", "over")
"""Outcomes that no condition has a part in."""
_UNMET = ("false", "unknown")
"""Outcomes that the condition alone decided."""


class Wanted(NamedTuple):
    """What is to be explained, and how."""

    slots: Collection[str] | None = None
    every: bool = False
    """Also the rules below the one that decided."""
    json: bool = False


class Who(NamedTuple):
    """Whose decisions are explained; one of the first three is given."""

    file: str | None = None
    """A file that describes them, ``-`` for standard input."""
    test: str | None = None
    """The name of a test."""
    request: str | None = None
    """The id of a decision of a recorded request."""
    log: Path | None = None
    """Where it was recorded; None: in the store."""
    store: str = ""
    """The store's URL."""


def run(folder: Path, who: Who, wanted: Wanted) -> None:
    """Explain the decisions for a visitor. Raises ``BadSite``, ``StoreError``, ``UsageError``."""
    placed = open_placed(folder)
    visitor = _visitor(placed, who)
    for note in visitor.notes:
        console(stderr=True).print(note, style="yellow", soft_wrap=True)
    slots = wanted.slots or visitor.slots
    print_explained(placed, visitor.context, wanted._replace(slots=slots))


def _visitor(placed: PlacedSite, who: Who) -> Visitor:
    now = time.time_ns() // 1_000_000
    if who.request is not None:
        return of_request(placed, who.request, who.log, who.store)
    if who.test is not None:
        return of_test(placed, who.test, now)
    return of_file(placed, who.file or STDIN, now)


def print_explained(
    placed: PlacedSite, context: Context, wanted: Wanted, out: Console | None = None
) -> None:
    """Explain a request, whatever its context was made of; on standard output, unless told where."""
    site = placed.live.site
    unknown = [name for name in wanted.slots or () if name not in site.slots]
    if unknown:
        hint = did_you_mean(unknown[0], site.slots)
        raise click.BadParameter(f"there is no slot '{unknown[0]}'. {hint}", param_hint="'--slot'")
    explained = explain(site, context, wanted.slots, placed.places, wanted.every)
    if wanted.json:
        click.echo(msgspec.json.format(msgspec.json.encode(explained)).decode())
        return
    out = out or console()
    out.print(_head(explained))
    for slot in explained.slots:
        out.print()
        out.print(_tree(slot))


def _head(explained: Explained) -> Text:
    when = datetime.fromtimestamp(explained.now / 1000, UTC)
    granted = [name for name in explained.granted if name != "necessary"]
    head = Text.assemble((explained.site, "bold"), f" at {when:%Y-%m-%d %H:%M} UTC\n")
    head.append(f"consent: {', '.join(granted) or 'none'}\n")
    return head.append(f"visitor ID: {'yes' if explained.recognised else 'none'}")


def _tree(explained: ExplainedSlot) -> Tree:
    shown = shows(explained.decision, explained.block)
    label = Text.assemble((explained.slot, "bold"), ": ", (shown, "bold"))
    label.append(f"\n{explained.decision.reason}: {explained.why}")
    tree = Tree(label, guide_style="dim")
    for verdict in explained.rules:
        _add_rule(tree, verdict, verdict.rule == explained.decision.rule)
    hidden = explained.rules_below - sum(verdict.below for verdict in explained.rules)
    if hidden:
        stand = "stands" if hidden == 1 else "stand"
        tree.add(Text(f"{counted(hidden, 'rule')} {stand} below (--all shows them)", "dim"))
    return tree


def _add_rule(tree: Tree, verdict: Verdict, decided: bool) -> None:
    word, style = _outcome(verdict, decided)
    label = Text.assemble((verdict.rule, "bold"), " ", (word, style))
    if verdict.why and not _says_it(verdict):
        label.append(f": {verdict.why}")
    about = [verdict.place or "", f"campaign {verdict.campaign}", f"priority {verdict.priority:g}"]
    label.append("\n" + ", ".join(filter(None, about)), "dim")
    branch = tree.add(label)
    if verdict.outcome not in _KEPT:
        _add_condition(branch, verdict.condition)


def _outcome(verdict: Verdict, decided: bool) -> tuple[str, str]:
    outcome = verdict.outcome
    if decided and outcome in _WON:
        return _WON[outcome]
    if outcome in _KEPT:
        return "does not run", "red"
    if outcome in _UNMET:
        return "does not match", "red"
    return (
        ("would match, were it not below", "dim")
        if outcome == "matches"
        else ("does not win", "yellow")
    )


def _says_it(verdict: Verdict) -> bool:
    """Say whether the tree says all of it: it has one end, and that decided."""
    traced = verdict.condition
    while len(traced.parts) == 1:
        traced = traced.parts[0]
    return verdict.outcome in _UNMET and not traced.parts


def _add_condition(tree: Tree, traced: Traced) -> None:
    if traced.kind == "all" and not traced.parts:
        tree.add(Text("it has no condition: it is for everybody"))
        return
    word = word_of(traced)
    label = Text.assemble((word.ljust(_WIDEST), _STYLES[word]), "  ", traced.text)
    if traced.why:
        label.append(f"  ({traced.why})", "dim")
    branch = tree.add(label)
    for part in traced.parts:
        _add_condition(branch, part)
