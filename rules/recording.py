"""A recorded request: what the engine was given and what it decided, as one line of JSON.

It holds all that a decision depends on besides the rules, so that the same rules decide it again byte for
byte, and other rules show what they would change. It is data about a person: see ``edge/recorder.py`` for
who is ever recorded.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from rules.conditions import Context, reader_of
from rules.counter import Counter
from rules.decide import Decision
from rules.line_faults import why
from rules.model import Schedule, Site
from rules.shown_blocks import ShownBlocks

NEVER: Final = frozenset({"client.ip"})
"""Attributes that are never recorded, whatever reads them."""

_ALWAYS: Final = frozenset({"page.language"})
"""Facts that the engine reads on its own: the language to render blocks in."""


class BadLine(ValueError):
    """A line that is no recorded request; its text says why."""


LATEST: Final = 253_370_764_800_000
"""The beginning of 9999: a year before calendars end, so that it is a moment in every timezone."""


class Recorded(msgspec.Struct, frozen=True, omit_defaults=True):
    """One request: its context, narrowed to what the site read, and the decisions it got."""

    site: str
    version: str
    """Hash of the rule set that decided."""
    context: Context
    decisions: tuple[Decision, ...]
    blocks: Mapping[str, str] = {}
    """Slot -> name of the block that its decision showed."""
    slots: tuple[str, ...] | None = None
    """The slots that were asked for; None: all."""
    silent: tuple[str, ...] = ()
    """Attributes that the site read and that had no value: unknown, or hidden by consent."""
    left_out: tuple[str, ...] = ()
    """Attributes that had a value, which is never recorded."""
    counters: Mapping[str, tuple[int, int | None]] = {}
    """Counter -> how many events it held at most, and its span; those without a count had none."""

    @property
    def request(self) -> str:
        """What the ids of all its decisions begin with."""
        return request_of(self.decisions[0].id) if self.decisions else ""

    def made(self, decision: str) -> bool:
        """Say whether one of its decisions has this id."""
        return any(each.id == decision for each in self.decisions)


def request_of(decision: str) -> str:
    """Return what the ids of all decisions of one request begin with."""
    return decision.partition("-")[0]


class Recording:
    """Makes recorded requests of one site; what is the same for all of them is worked out once."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._reads = facts_read(site)
        self._keeps = (site.reads | _ALWAYS) - NEVER
        self._never = sorted(site.reads & NEVER)
        self._blocks = ShownBlocks(site)
        self._counters: dict[frozenset[str], dict[str, tuple[int, int | None]]] = {}

    def of(
        self, context: Context, slots: Collection[str] | None, decisions: tuple[Decision, ...]
    ) -> Recorded:
        """Return a request as it is recorded: of the facts only what the site reads."""
        facts = context.facts
        left_out = tuple([name for name in self._never if name in facts])
        kept = {name: value for name, value in facts.items() if name in self._keeps}
        return Recorded(
            site=self.site.name,
            version=self.site.version,
            context=msgspec.structs.replace(context, facts=kept),
            decisions=self._without(decisions) if left_out else decisions,
            blocks=self._blocks.by_slot(decisions),
            slots=None if slots is None else tuple(slots),
            silent=tuple(sorted(self._reads - facts.keys())),
            left_out=left_out,
            counters={} if context.counts is None else self._kept_counters(context.granted),
        )

    def _without(self, decisions: tuple[Decision, ...]) -> tuple[Decision, ...]:
        """Return the decisions without the HTML of blocks that show what is never recorded."""
        return tuple([self._bare(each) if self._shows_it(each) else each for each in decisions])

    def _shows_it(self, decision: Decision) -> bool:
        block = self._blocks.block(decision)
        return block is not None and not block.reads.isdisjoint(NEVER)

    def _bare(self, decision: Decision) -> Decision:
        return msgspec.structs.replace(decision, html="")

    def _kept_counters(self, granted: frozenset[str]) -> dict[str, tuple[int, int | None]]:
        found = self._counters.get(granted)
        if found is None:
            counters = readable_counters(self.site, granted)
            found = self._counters[granted] = {
                each.key: (each.keep, each.span) for each in counters
            }
        return found


def facts_read(site: Site) -> frozenset[str]:
    """Return the attributes a site reads, without those that the time of the decision tells."""
    utc = Schedule().timezone
    return frozenset(name for name in site.reads if reader_of(name, utc) is None)


def readable_counters(site: Site, granted: Collection[str]) -> Iterable[Counter]:
    """Return the counters that rules may read under these grants."""
    return [each for each in site.counters if site.events[each.event].purpose in granted]


_TIMES: Final[frozenset[type]] = frozenset({int})
_LISTS: Final[frozenset[type]] = frozenset({list})
_TEXTS: Final[frozenset[type]] = frozenset({str})
_VALUES: Final[frozenset[type]] = frozenset({str, int, float, bool, list})

# Sets have no order of their own, and equal requests must be equal bytes.
_encode: Final = msgspec.json.Encoder(order="deterministic").encode
_decode: Final = msgspec.json.Decoder(Recorded).decode


def to_line(recorded: Recorded) -> bytes:
    """Return the request as JSON, without a line break.

    Raises ``msgspec.MsgspecError``, ``ValueError`` or ``OverflowError`` for a value JSON cannot hold.
    """
    return _encode(recorded)


def from_line(line: bytes) -> Recorded:
    """Read a line of ``to_line``. Raises ``BadLine``."""
    try:
        found = _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as bad:
        raise BadLine(why(bad)) from None
    if not 0 <= found.context.now < LATEST:
        raise BadLine("its time is in no calendar")
    if not found.decisions:
        raise BadLine("it holds no decision")
    _check_slots(found)
    for counter, held in (found.context.counts or {}).items():
        if not _is_held(held):
            raise BadLine(f"counter '{counter}' is to be times, times with values, or a sum")
    return found


def _is_held(held: Sequence[Any]) -> bool:
    """Say whether some counter may hold this: rules compare it without looking."""
    if _are(held, _TIMES):
        return True
    if len(held) != 2 or not _are(held, _LISTS):
        return False
    times, values = held
    lists = (each for each in values if type(each) is list)
    sound = (
        _are(times, _TIMES) and _are(values, _VALUES) and all(_are(each, _TEXTS) for each in lists)
    )
    return sound and len(times) == len(values)


def _are(items: Iterable[Any], types: frozenset[type]) -> bool:
    return types.issuperset(map(type, items))


def _check_slots(found: Recorded) -> None:
    """Refuse what no request can have: a slot decided twice, or one that was not asked for."""
    seen: set[str] = set()
    for slot in [each.slot for each in found.decisions]:
        if slot in seen:
            raise BadLine(f"it decides slot '{slot}' twice")
        if found.slots is not None and slot not in found.slots:
            raise BadLine(f"it decides slot '{slot}', which was not asked for")
        seen.add(slot)
