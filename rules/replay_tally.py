"""Counts what a replay finds, request by request, in memory that does not grow with their number."""

from collections import Counter
from collections.abc import Mapping

import msgspec

from rules.decide import NOTHING, Decision, Reason
from rules.model import Site
from rules.recording import NEVER, Recorded
from rules.replay import Change, Comparison, Outcome, replay, same_bytes
from rules.unrecorded import Unrecorded, readers

MOST_KINDS = 10_000
"""Kinds of change that are told apart; more than that nobody reads."""
MOST_FAULTS = 100
NOBODY = Outcome(NOTHING, None, None, None, Reason.DEFAULT)


class Example(msgspec.Struct):
    """One kind of change, and a request that shows it."""

    slot: str
    requests: int
    id: str
    """Of the decision as it was recorded; of another of its request where the slot had none."""
    line: int
    before: Outcome | None
    after: Outcome | None
    seen: bool
    why: str


class Moves(msgspec.Struct):
    """How many requests get a block or a rule that they did not have, and how many lose it."""

    gained: int = 0
    lost: int = 0

    def count(self, sign: int) -> None:
        """Add one request: +1 gains, -1 loses."""
        if sign > 0:
            self.gained += 1
        else:
            self.lost += 1


class SlotTally(msgspec.Struct):
    """What changes in one slot."""

    requests: int = 0
    changed: int = 0
    """Requests whose visitor sees something else."""
    unseen: int = 0
    """Requests that see the same, by another rule, variant or reason."""
    blocks: dict[str, Moves] = {}
    rules: dict[str, Moves] = {}


class Fault(msgspec.Struct, frozen=True):
    """A request that the rules which decided it decide otherwise now."""

    line: int
    request: str
    slots: tuple[str, ...]


class Report(msgspec.Struct):
    """All that a replay found."""

    site: str
    version: str
    """Hash of the rule set that decided again."""
    requests: int = 0
    same_rules: int = 0
    """Requests that this very rule set had decided."""
    faulty: int = 0
    faults: list[Fault] = []
    left_out: dict[str, int] = {}
    """Attribute that is never recorded -> requests of the same rules that differ without it and not with it."""
    without_address: list[str] = []
    """What asks for the client's address, which is never recorded, or shows it, where other rules had decided."""
    changed: int = 0
    """Requests that change in any slot, seen or not."""
    slots: dict[str, SlotTally] = {}
    kinds: list[Example] = []
    """The commonest first."""
    unknown: dict[str, int] = {}
    """Attribute these rules read -> requests that have no record of it; without what never is recorded."""
    unread: int = 0
    """Lines of the log that are no recorded request, counted by whoever reads it."""
    uncounted: dict[str, int] = {}
    """Event these rules count -> requests that have no sufficient record of it."""


class Tally:
    """Replays requests one by one and keeps the counts."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._comparison = Comparison(site)
        self._unrecorded = Unrecorded(site)
        self._report = Report(site.name, site.version)
        self._kinds: dict[Change, Example] = {}
        self._unknown: Counter[str] = Counter()
        self._uncounted: Counter[str] = Counter()
        self._left_out: Counter[str] = Counter()

    def add(self, line: int, recorded: Recorded) -> None:
        """Decide one recorded request again; ``line`` says where it stands."""
        report, decisions = self._report, replay(self._site, recorded)
        report.requests += 1
        same_rules = recorded.version == self._site.version
        before = () if same_rules else recorded.decisions  # other rules may have had other slots
        # A dict, because a set has no order and the report is to be the same each time.
        for slot in dict.fromkeys([each.slot for each in (*decisions, *before)]):
            report.slots.setdefault(slot, SlotTally()).requests += 1
        if same_rules:
            report.same_rules += 1
            if not same_bytes(recorded, decisions):
                self._differs(line, recorded, decisions)
            return
        self._unknown.update(self._comparison.unknown(recorded) - NEVER)
        self._uncounted.update(self._comparison.uncounted(recorded))
        changes = self._comparison.changes(recorded, decisions)
        report.changed += bool(changes)
        for change in changes:
            self._count(line, recorded, change)

    def _differs(self, line: int, recorded: Recorded, decisions: tuple[Decision, ...]) -> None:
        if self._unrecorded.explains(recorded):
            self._left_out.update(recorded.left_out)
            return
        report = self._report
        report.faulty += 1
        if len(report.faults) < MOST_FAULTS:
            before = {each.slot: each for each in recorded.decisions}
            after = {each.slot: each for each in decisions}
            slots = [name for name in {**before, **after} if before.get(name) != after.get(name)]
            report.faults.append(Fault(line, recorded.request, tuple(slots)))

    def _count(self, line: int, recorded: Recorded, change: Change) -> None:
        tally = self._report.slots[change.slot]
        tally.changed += change.seen
        tally.unseen += not change.seen
        before, after = change.before or NOBODY, change.after or NOBODY
        _move(tally.blocks, before.block, after.block)
        _move(tally.rules, before.winner, after.winner)
        known = self._kinds.get(change)
        if known is not None:
            known.requests += 1
        elif len(self._kinds) < MOST_KINDS:
            self._kinds[change] = self._example(line, recorded, change)

    def _example(self, line: int, recorded: Recorded, change: Change) -> Example:
        ids = {each.slot: each.id for each in recorded.decisions}
        id = ids.get(change.slot) or next(iter(ids.values()), "")
        why = self._comparison.why(change, recorded.context)
        return Example(change.slot, 1, id, line, change.before, change.after, change.seen, why)

    def report(self) -> Report:
        """Return what was found so far, the commonest first."""
        report = self._report
        report.kinds = sorted(self._kinds.values(), key=lambda kind: -kind.requests)
        report.unknown = _commonest(self._unknown)
        report.uncounted = _commonest(self._uncounted)
        report.left_out = _commonest(self._left_out)
        others = report.requests > report.same_rules
        report.without_address = list(readers(self._site)) if others else []
        return report


def _move(moves: dict[str, Moves], before: str | None, after: str | None) -> None:
    if before != after:
        for name, sign in ((before, -1), (after, 1)):
            if name is not None:
                moves.setdefault(name, Moves()).count(sign)


def _commonest(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
