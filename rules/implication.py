"""Says what follows from comparisons: what never holds together with them, and what always holds with them.

Something follows from them if they never hold together with its opposite. Both are only said where they are sure:
what nobody knows, or consent hides, makes no comparison true.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from math import degrees
from typing import Any

from rules.allowed import ITSELF, Allowed, Side, Subject, allowed, parts_of, seen, subject_of
from rules.arguments import EARTH_KM
from rules.conditions import Compare
from rules.index.clauses import Literal
from rules.keys import folded
from rules.operators import OPERATORS
from rules.patterns import Pattern
from rules.stretches import ALL, NO, YES, Stretches, both, listed, opposite
from rules.values import TRUE, UNKNOWN, Value

Known = Callable[[str], Sequence[Value]]
"""Attribute -> all values it can have; none where there are too many."""
Entry = tuple[Literal, Allowed]


class Told:
    """What comparisons say of one thing that they read."""

    __slots__ = ("_entries", "_example", "_known", "_never", "_values")

    def __init__(self, known: Sequence[Value] = ()) -> None:
        """Begin with nothing said; ``known`` are all values that it can have, if they are known."""
        self._known = known
        self._entries: list[Entry] = []
        self._values: list[Any] | None = None
        self._example: tuple[Any, ...] | None = None
        self._never: bool | None = None

    def add(self, literal: Literal) -> None:
        """Take what one more comparison says."""
        self._entries += _entries(literal)
        self._values = self._example = self._never = None

    @property
    def may_be_missing(self) -> bool:
        """Whether all of it holds where there is no value."""
        return all(each.missing is TRUE for _, each in self._entries)

    @property
    def never(self) -> bool:
        """Whether it never holds."""
        if self._never is None:
            self._never = not self.may_be_missing and self._clash(())
        return self._never

    @property
    def stretches(self) -> Stretches:
        """What is allowed of the value itself, as far as it is said of itself."""
        return _from(ITSELF, self._entries)

    def implies(self, literal: Literal) -> bool:
        """Say whether another comparison of the same thing holds whenever all of these do."""
        for value in self.example:  # most are told by it alone, in a tenth of the time
            if not all(_holds(part, value) for part in parts_of(literal)):
                return False
        if self._tells_nothing_of(literal):
            return False
        missing = self.may_be_missing
        return all(
            (each.missing is TRUE or not missing) and self._clash((_turned(part, each),))
            for part, each in _entries(literal)
        )

    def values(self) -> list[Any] | None:
        """Return the values for which it may hold, None if they cannot be listed."""
        if self._values is None:
            found = self._listed()
            if found is None:
                return None
            self._values = [value for value in found if _hold(self._entries, value)]
        return self._values

    def _tells_nothing_of(self, literal: Literal) -> bool:
        """Say whether a pattern is told of by nothing: only the same one tells of it, or values."""
        compare = literal.condition
        if not isinstance(compare, Compare) or not isinstance(compare.argument, Pattern):
            return False
        same = any(each.side.detail == compare.argument for _, each in self._entries)
        return not same and self.values() is None and not self.never

    @property
    def example(self) -> Sequence[Any]:
        """A value for which all of it holds that the clock does not move, if one is at hand."""
        if self._example is None:
            fitting = (each for each in self._near() if _hold(self._entries, each))
            self._example = () if self.never else tuple(islice(fitting, 1))
        return self._example

    def _near(self) -> Iterator[Any]:
        """Yield values for which it may hold: those that it names."""
        if (values := self.values()) is not None:
            yield from values[:1]
            return
        for start, end in self.stretches:
            yield from (cut[0] for cut in (start, end) if cut is not None)
        for part, given in self._entries:
            argument = getattr(part.condition, "argument", None)
            named = argument if isinstance(argument, tuple) else (argument,)
            yield from (str(each) for each in named if isinstance(each, str))
            if given.side.kind == "km":
                yield from _places(given)

    def _listed(self) -> Sequence[Any] | None:
        for entry in self._entries:
            if (found := _values(entry)) is not None:
                return found
        return self._known or listed(self.stretches)

    def _clash(self, more: tuple[Entry, ...]) -> bool:
        """Say whether these never hold together for a value."""
        entries, values = [*self._entries, *more], self.values()
        if values is None:
            values = next(filter(None, map(_values, more)), None)
        if values is not None and not any(_hold(entries, value) for value in values):
            return True
        sides = {each.side for _, each in entries}
        return any(not _from(side, entries) for side in sides) or _lists_clash(
            [each for _, each in entries]
        )


def _entries(literal: Literal) -> list[Entry]:
    return [(part, each) for part in parts_of(literal) for each in allowed(part)]


def _values(entry: Entry) -> list[Any] | None:
    """Return the values that a comparison allows; None where they cannot be listed."""
    _, given = entry
    return listed(given.stretches) if given.side == ITSELF else None


def _turned(part: Literal, given: Allowed) -> Entry:
    """Return the opposite of what a comparison allows of known values."""
    turned = given._replace(stretches=opposite(given.stretches), missing=UNKNOWN)
    return Literal(part.condition, not part.positive), turned


def _from(side: Side, entries: Iterable[Entry]) -> Stretches:
    """Return what is allowed as far as one side can tell."""
    found = ALL
    for part, given in entries:
        found = both(found, seen(part, given, side))
    return found


def _hold(entries: Iterable[Entry], value: Any) -> bool:
    """Say whether comparisons may hold for a value."""
    return all(_holds(part, value) for part, _ in entries)


def _holds(part: Literal, value: Any) -> bool:
    compare, positive = part
    if not isinstance(compare, Compare) or OPERATORS[compare.operator].moving:
        return True
    return compare.holds(folded(value) if compare.key is folded else value) is positive


def _places(given: Allowed) -> Iterator[tuple[float, float]]:
    """Yield places north of another that are as far from it as is allowed."""
    latitude, longitude = given.side.detail
    for start, end in given.stretches:
        near = 0.0 if start is None else start[0]
        far = near + 1 if end is None else end[0]
        yield latitude + degrees((near + far) / 2 / EARTH_KM), longitude


def _lists_clash(given: Sequence[Allowed]) -> bool:
    """Say whether lists are to hold what they are not to hold."""
    some, everything = _items(given, "any", YES), _items(given, "all", YES)
    none = frozenset().union(*_items(given, "any", NO))
    sure = frozenset().union(*everything, *(items for items in some if len(items) == 1))
    return (
        any(items <= none for items in some)
        or not sure.isdisjoint(none)
        or any(items <= sure for items in _items(given, "all", NO))
    )


def _items(given: Sequence[Allowed], kind: str, said: Stretches) -> list[frozenset[str]]:
    return [each.side.detail for each in given if each.side.kind == kind and each.stretches == said]


def told(clause: Iterable[Literal], known: Known) -> dict[Subject, Told]:
    """Return what a clause says of each thing that it reads."""
    found: dict[Subject, Told] = {}
    for literal in clause:
        subject = subject_of(literal.condition)
        if subject not in found:
            found[subject] = Told(known(subject.name) if subject.kind == "value" else ())
        found[subject].add(literal)
    return found
