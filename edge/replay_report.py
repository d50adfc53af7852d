"""What a replay found, in sentences and tables."""

from collections.abc import Iterator, Mapping
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from edge.wording import counted, printable
from rules.decide import NOTHING
from rules.replay import Outcome
from rules.replay_tally import Example, Fault, Moves, Report, SlotTally
from rules.unrecorded import NAME

MOST_FAULTS: Final = 10
MOST_ASKING: Final = 10


def show(report: Report, console: Console) -> None:
    """Print the report to a terminal or a file."""
    for line in (*_summary(report), *_gaps(report)):
        _say(console, line)
    if report.requests > report.same_rules:
        console.print(_slots(report.slots))
        for line in _changes(report):
            _say(console, line)
        _show_moves(report.slots, console)
        for example in report.kinds:
            for line in _example(example):
                _say(console, line)
    for line in _faults(report):
        _say(console, line)


def share(part: int, whole: int) -> str:
    """``3.1 %``; what is not none and not all is never written as if it were."""
    percent = 100 * part / whole if whole else 0.0
    if 0 < percent < 0.05:
        return "less than 0.1 %"
    return "more than 99.9 %" if 99.95 <= percent < 100 else f"{percent:.1f} %"


def _summary(report: Report) -> Iterator[str]:
    yield f"{report.site}: {counted(report.requests, 'request')} decided again ({report.version})"
    if report.unread:
        yield f"{counted(report.unread, 'line')} could not be read; the rest was replayed"
    if report.same_rules:
        sound = report.same_rules - report.faulty - max(report.left_out.values(), default=0)
        yield f"{counted(report.same_rules, 'request')} by the same rules: {sound:,} byte for byte the same"
    others = report.requests - report.same_rules
    if others:
        part = share(report.changed, others)
        verb = "changes" if report.changed == 1 else "change"
        yield f"{counted(others, 'request')} by other rules: {report.changed:,} {verb} ({part})"


def _slots(slots: Mapping[str, SlotTally]) -> Table:
    table = Table(title="Changes by slot", title_justify="left")
    table.add_column("slot")
    for heading in ("requests", "changed", "%", "same content, other rule or reason"):
        table.add_column(heading, justify="right")
    for name, slot in slots.items():
        part = share(slot.changed, slot.requests)
        cells = (f"{slot.requests:,}", f"{slot.changed:,}", part, f"{slot.unseen:,}")
        table.add_row(_text(name), *cells)
    return table


def _changes(report: Report) -> Iterator[str]:
    for name, slot in report.slots.items():
        if slot.changed:
            moves = [
                words for block, moves in slot.blocks.items() for words in _moved(block, moves)
            ]
            sentence = f"{share(slot.changed, slot.requests)} of requests change in slot {name}"
            yield "; ".join([sentence, *moves])


def _moved(block: str, moves: Moves) -> Iterator[str]:
    for number, verb in ((moves.lost, "lose"), (moves.gained, "gain")):
        if number:
            who = f"1 request {verb}s" if number == 1 else f"{number:,} {verb}"
            yield f"{who} block {block}"


def _show_moves(slots: Mapping[str, SlotTally], console: Console) -> None:
    table = Table(title="Gains and losses, in requests", title_justify="left")
    for heading in ("slot", "block or rule"):
        table.add_column(heading)
    for heading in ("gained", "lost"):
        table.add_column(heading, justify="right")
    for name, slot in slots.items():
        for kind, moves in (("block", slot.blocks), ("rule", slot.rules)):
            for each, count in moves.items():
                what = _text(f"{kind} {each}")
                table.add_row(_text(name), what, f"{count.gained:,}", f"{count.lost:,}")
    if table.row_count:
        console.print(table)


def _example(example: Example) -> Iterator[str]:
    same = "" if example.seen else "  (same content)"
    before, after = _outcome(example.before), _outcome(example.after)
    yield f"{example.requests:,} x {example.slot}: {before} -> {after}{same}"
    yield f"    {example.why}; for example {example.id} in line {example.line}"


def _outcome(outcome: Outcome | None) -> str:
    if outcome is None:
        return "no such slot"
    content = f"block {outcome.block}" if outcome.block else outcome.action
    shown = "default" if outcome.action == NOTHING else content
    variant = f", variant {outcome.variant}" if outcome.variant else ""
    rule = f" of rule {outcome.rule}{variant}" if outcome.rule else ""
    return f"{shown} ({outcome.reason.value}{rule})"


def _gaps(report: Report) -> Iterator[str]:
    """What the recordings cannot tell about these rules."""
    others = report.requests - report.same_rules
    for name, count in report.unknown.items():
        part = f"{counted(count, 'request')} ({share(count, others)})"
        yield f"{name} is not recorded in {part}: unknown there, and unknown never matches"
    for name, count in report.uncounted.items():
        part = f"{counted(count, 'request')} ({share(count, others)})"
        yield f"event {name} is not counted far enough in {part}: rules that count it may be wrong there"
    yield from _without_address(report)


def _without_address(report: Report) -> Iterator[str]:
    """What it means that the address of a client is never recorded."""
    never = f"{NAME}, a visitor's network address, is never recorded"
    for count in report.left_out.values():
        verb = "is" if count == 1 else "are"
        yield f"{never}: {counted(count, 'request')} {verb} decided otherwise without it, which is no fault"
    asking = report.without_address
    if asking:
        who = ", ".join(asking[:MOST_ASKING])
        if len(asking) > MOST_ASKING:
            who += f" and {len(asking) - MOST_ASKING:,} more"
        yield (
            f"{never}, so nobody has one in a replay: what asks for it ({who}) wins less often here "
            "than on your site, and others in the slot more often"
        )


def _faults(report: Report) -> Iterator[str]:
    if not report.faulty:
        return
    yield (
        f"FAULT: {counted(report.faulty, 'request')} decided otherwise by the very rules that decided "
        "before. Either another version of Tagwerk recorded them, or this is to be reported"
    )
    for fault in report.faults[:MOST_FAULTS]:
        yield _fault(fault)


def _fault(fault: Fault) -> str:
    return f"    line {fault.line}: request {fault.request}, slots {', '.join(fault.slots)}"


def _text(words: str) -> Text:
    return Text(printable(words))


def _say(console: Console, line: str) -> None:
    """One line, however long: what people search for and copy is not cut."""
    console.print(printable(line), highlight=False, markup=False, soft_wrap=True)
