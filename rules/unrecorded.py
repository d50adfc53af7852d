"""What is never recorded may be why a decision cannot be made again: the client's address.

A decision that is made again otherwise is excused only if some address explains all decisions of its request.
"""

import ipaddress
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from rules.allowed import allowed
from rules.conditions import All, Any, Compare, Condition, Named, Not
from rules.decide import decide
from rules.index.clauses import Literal
from rules.index.dimension import Ranged
from rules.index.terms import Span
from rules.keys import address
from rules.model import Show, Site
from rules.recording import Recorded, Recording

NAME: Final = "client.ip"
_ANYBODY: Final = ("192.0.2.1", "2001:db8::1")
"""Addresses of https://www.rfc-editor.org/rfc/rfc5737 and 3849, for rules that compare with none."""
_BITS: Final = {4: 32, 6: 128}


class Unrecorded:
    """Tries the addresses that one site's rules tell apart."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._recording = Recording(site)
        rules = (rule for rules in site.rules.values() for rule in rules)
        compared = dict.fromkeys(each for rule in rules for each in _comparisons(rule.condition))
        self._addresses = told_apart(list(compared))

    def explains(self, recorded: Recorded) -> bool:
        """Say whether the client's address may be why a request is decided otherwise without it."""
        if NAME not in recorded.left_out:
            return False
        for at, each in enumerate(self._addresses):
            if self._decided_for(recorded, each) == recorded.decisions:
                self._addresses.insert(0, self._addresses.pop(at))  # most clients are alike
                return True
        return False

    def _decided_for(self, recorded: Recorded, client: str) -> object:
        """Return the decisions as they would have been recorded."""
        facts = {**recorded.context.facts, NAME: client}
        context = msgspec.structs.replace(recorded.context, facts=facts)
        decisions = decide(self._site, context, recorded.slots).decisions
        return self._recording.of(context, recorded.slots, decisions).decisions


def readers(site: Site) -> Iterator[str]:
    """Yield what asks for the client's address or shows it: ``rule office``, ``fallback of slot hero``."""
    for slot in site.slots.values():
        for rule in site.rules.get(slot.name, ()):
            asked = next(_comparisons(rule.condition), None) is not None
            if asked or any(_shows_it(each.show) for each in rule.variants):
                yield f"rule {rule.id}"
        if slot.fallback is not None and _shows_it(slot.fallback):
            yield f"fallback of slot {slot.name}"


def _shows_it(show: Show) -> bool:
    return show.block is not None and NAME in show.block.reads


def told_apart(compared: Sequence[Compare]) -> list[str]:
    """Return one address for each answer that comparisons of the client's address can have together."""
    possible = [*_ANYBODY, *(near for each in compared for near in around(each.argument))]
    spans = [Span(allowed(Literal(each))[0].stretches) for each in compared]
    answers = Ranged(list(enumerate(spans)), len(spans))
    found: dict[int, str] = {}
    for client in possible:
        found.setdefault(answers.possible(answers.met(address(client))), client)
    return list(found.values())


def _comparisons(condition: Condition) -> Iterator[Compare]:
    match condition:
        case Compare(attribute=name):
            if name == NAME:
                yield condition
        case Not(part=part) | Named(part=part):
            yield from _comparisons(part)
        case All(parts=parts) | Any(parts=parts):
            for each in parts:
                yield from _comparisons(each)


def around(argument: object) -> Iterator[str]:
    """Yield the addresses at the ends of what an operator compares with, and those beside them."""
    ends = [*getattr(argument, "firsts", ()), *getattr(argument, "lasts", ())]
    several = argument if type(argument) is tuple else (argument,)
    ends += [each for each in several if isinstance(each, tuple)]
    for version, number in ends:
        kind = ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address
        for near in (number - 1, number, number + 1):
            if 0 <= near < 1 << _BITS[version]:
                yield str(kind(near))
