"""Which rules no test makes win, and which conditions were never true, or never false, in any.

A test counts for the slots that it wants something of: there a mistake would have been seen. Of their rules
those count that were considered, down to the one that decided.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rules.conditions import Condition, Context
from rules.decide import Decision
from rules.explain import considered_rules
from rules.model import Rule, Site
from rules.places import Place, Places, Written
from rules.shown_blocks import WON
from rules.trace import part_of, truth_of
from rules.values import FALSE, TRUE


class Branch:
    """A condition of a file, and which truths the tests have seen of it."""

    def __init__(self, text: str, place: Place) -> None:
        self.text = text
        self.place = place
        self.true = False
        self.false = False

    @property
    def seen(self) -> int:
        """How many of its two truths were seen."""
        return self.true + self.false


class _Node(NamedTuple):
    """A condition in the tree of one rule; ``branch`` None for what only passes a truth on."""

    condition: Condition
    branch: Branch | None
    parts: "tuple[_Node, ...]"


class Figure(NamedTuple):
    """How many there are, and how many of them were reached."""

    reached: int
    total: int

    @property
    def percent(self) -> float:
        """The share in per cent; of nothing all was reached."""
        return 100.0 * self.reached / self.total if self.total else 100.0


class Coverage:
    """Gathers what tests reach of one site's rules; those that are switched off do not count."""

    def __init__(self, site: Site, places: Places) -> None:
        self._site = site
        self._places = places
        self._branches: dict[tuple[Place, str], Branch] = {}
        self._nodes: dict[int, _Node] = {}
        self._rules = {
            rule.id: rule for rules in site.rules.values() for rule in rules if rule.enabled
        }
        self._trees = {name: self._node(rule.condition, None) for name, rule in self._rules.items()}
        self._won: set[str] = set()

    def add(self, context: Context, decision: Decision) -> None:
        """Count a slot of which a test wanted something."""
        if decision.rule is not None and decision.reason in WON:
            self._won.add(decision.rule)
        for rule in considered_rules(self._site, decision):
            if rule.runs(context.now):
                _evaluate(self._trees[rule.id], context)

    @property
    def rules(self) -> Figure:
        """How many rules won in some test."""
        return Figure(len(self._won), len(self._rules))

    @property
    def branches(self) -> Figure:
        """How many of the two truths of each condition were seen in some test."""
        branches = self._branches.values()
        return Figure(sum(each.seen for each in branches), 2 * len(branches))

    def rules_without_test(self) -> Iterator[tuple[Rule, Place | None]]:
        """Yield the rules that no test makes win, in the order of the files."""
        missing = [rule for name, rule in self._rules.items() if name not in self._won]
        placed = [(rule, self._places.rules.get(rule.id)) for rule in missing]
        yield from sorted(placed, key=lambda pair: (pair[1] or (), pair[0].id))

    def branches_without_test(self) -> list[Branch]:
        """Return the conditions of which a truth is missing, in the order of the files."""
        return _in_order(each for each in self._branches.values() if each.seen < 2)

    def _node(self, condition: Condition, above: Written | None) -> _Node:
        known = self._nodes.get(id(condition))
        if known is not None:
            return known
        part = part_of(condition, self._places, above)
        parts = tuple([self._node(each, written) for each, written in part.parts])
        branch = None
        if part.place is not None and part.kind != "audience":
            # An audience is read once for each timezone, and is still one in its file.
            new = Branch(part.text, part.place)
            branch = self._branches.setdefault((part.place, part.text), new)
        node = _Node(condition, branch, parts)
        self._nodes[id(condition)] = node
        return node


def _evaluate(node: _Node, context: Context) -> None:
    branch = node.branch
    if branch is not None and branch.seen < 2:
        truth, _ = truth_of(node.condition, context)
        branch.true = branch.true or truth is TRUE
        branch.false = branch.false or truth is FALSE
    for part in node.parts:
        _evaluate(part, context)


def _in_order(branches: Iterable[Branch]) -> list[Branch]:
    return sorted(branches, key=lambda branch: (branch.place, branch.text))
