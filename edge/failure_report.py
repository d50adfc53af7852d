"""Says what a test wanted, what it got, and the one condition that made the difference."""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace
from rich.console import Console
from rich.text import Text

from edge.persona_run import Failure, Result
from edge.personas import PlacedSite
from edge.terminal import print_labelled
from rules.decide import decide
from rules.explain import shown_block
from rules.model import Rule
from rules.outcomes import because, outcome_of
from rules.persona import Difference, Want, differences
from rules.reason_words import reason_in_words, shows
from rules.shown_blocks import WON
from rules.trace import decisive, trace

_LANGUAGE: Final = "page.language"
_STYLES = {"wanted": "green", "got": "red"}
_TRIED = 100
"""Visitors of whom one may be dealt what this one is not: a variant for 5 % is dealt to one of them."""
_LONGEST = 300
"""Characters of HTML that are shown."""


def print_result(out: Console, placed: PlacedSite, result: Result) -> None:
    """Print a failed test, each of its slots with what was wanted, what came and why."""
    persona = result.persona
    out.print(Text.assemble(("FAILED  ", "bold red"), (persona.name, "bold")), soft_wrap=True)
    out.print(Text(f"  {placed.folder / str(persona.place)}", "dim"), soft_wrap=True)
    for failure in result.failures:
        out.print(f"  slot {failure.want.slot}", soft_wrap=True)
        for label, text in rows(placed, failure):
            print_labelled(out, label, text, _STYLES.get(label, ""))
    out.print()


def rows(placed: PlacedSite, failure: Failure) -> list[tuple[str, str]]:
    """Return what is said of one slot, each line with its label."""
    found = [each for difference in failure.differences for each in _both(difference)]
    site, decision = placed.live.site, failure.decision
    why = reason_in_words(site, failure.context, decision, failure.errors)
    shown = shows(decision, shown_block(site, decision))
    found.append(("why", f"{why}, so the slot shows {shown} ({decision.reason})"))
    return found + [("and", said) for said in _about(placed, failure)]


def _both(difference: Difference) -> Iterator[tuple[str, str]]:
    key, wanted, got = difference.key, difference.wanted, difference.got
    if key == "html_contains":
        yield "wanted", f"html with {wanted}"
        yield "got", got if len(got) <= _LONGEST else f"{got[:_LONGEST]} …"
    else:
        yield "wanted", f"{key} {wanted}".strip()
        yield "got", f"{key} {got}".strip()


def _about(placed: PlacedSite, failure: Failure) -> Iterator[str]:
    """Yield what kept the rules that were wanted from winning, or why the one that won did."""
    if (language := _another_language(placed, failure)) is not None:
        here = failure.context.facts.get(_LANGUAGE)
        yield f"the page is in '{here}': with 'language: {language}' the slot shows what is wanted"
    if _is_only_text(failure) and "block" in failure.want.keys:
        return  # what was wanted has come, so no other rule is why the test fails
    site, decision = placed.live.site, failure.decision
    rules = [rule for rule in site.rules[decision.slot] if _is_wanted(rule, failure.want)]
    won = decision.rule if decision.reason in WON else None
    others = [rule for rule in rules if rule.id != won]
    if not rules:
        others = [rule for rule in site.rules[decision.slot] if rule.id == decision.rule]
    for rule in others:
        yield _of(placed, failure, rule)
    if (visitor := _another_visitor(placed, failure)) is not None:
        yield (
            "it depends on which visitor comes, by default one called as the test: "
            f"with 'visitor: {visitor}' the slot shows what is wanted"
        )


def _is_only_text(failure: Failure) -> bool:
    return all(each.key in ("html_contains", "text") for each in failure.differences)


def _another_language(placed: PlacedSite, failure: Failure) -> str | None:
    """Return another language of the site in which the slot shows what was wanted."""
    site, want, context = placed.live.site, failure.want, failure.context
    for language in site.languages if _is_only_text(failure) else ():
        facts = {**context.facts, _LANGUAGE: language}
        (decision,) = decide(site, replace(context, facts=facts), [want.slot]).decisions
        if not differences(site, want, decision):
            return language
    return None


def _another_visitor(placed: PlacedSite, failure: Failure) -> str | None:
    """Return one of a few other visitors, if any is dealt what was wanted."""
    site, want, context = placed.live.site, failure.want, failure.context
    for visitor in map(str, range(1, _TRIED + 1)):
        (decision,) = decide(site, replace(context, unit=visitor), [want.slot]).decisions
        if not differences(site, want, decision):
            return visitor
    return None


def _is_wanted(rule: Rule, want: Want) -> bool:
    if "rule" in want.keys:
        return rule.id == want.keys["rule"]
    blocks = [each.show.block.name for each in rule.variants if each.show.block]
    return want.keys.get("block") in blocks


def _of(placed: PlacedSite, failure: Failure, rule: Rule) -> str:
    traced = trace(rule.condition, failure.context, placed.places)
    outcome, why = outcome_of(placed.live.site, failure.context, rule, traced)
    if outcome == "matches" and rule.id != failure.decision.rule:
        return f"{rule.id} matches as well, but stands below: its priority is {rule.priority:g}"
    deciding, _ = decisive(traced)
    place = (
        f" ({placed.folder / deciding.place})"
        if deciding.place and outcome not in _ELSEWHERE
        else ""
    )
    return f"{rule.id}: {why or because(traced)}{place}"


_ELSEWHERE = ("switched_off", "not_yet", "over", "holdout", "capped", "passed_over", "error")
"""Outcomes that no part of the condition decided."""
