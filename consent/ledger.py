"""The proof of consent: entries chained by hash, so that a changed one is found.

The chain shows changes and gaps, not a cut-off end: whoever needs to show that nothing was removed
from the end keeps the newest hash elsewhere.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Final

from consent.record import Record

GENESIS: Final = "0" * 64
"""What the first entry of a ledger follows."""


def entry(
    record: Record,
    action: str,
    lang: str,
    layer: int,
    text_hash: str,
    regime: str,
    *,
    withdrawn: str | None = None,
) -> dict[str, object]:
    """The ledger's entry for a choice: what was shown, how it was answered, and its receipt.

    A refusal has no receipt and only the day, hence nothing unique. ``withdrawn`` is the receipt of
    the grant that this choice ends, if there was one.
    """
    ids = {"receipt": record.receipt, "withdrawn": withdrawn}
    return {
        "site": record.site,
        "revision": record.revision,
        "time": record.time,
        "action": action,
        "grants": list(record.grants),
        "lang": lang,
        "layer": layer,
        "text": text_hash,
        "regime": regime,
        **{key: value for key, value in ids.items() if value is not None},
    }


def chain(previous_hex: str, entry: Mapping[str, object]) -> str:
    """The hash of an entry that follows the one with the hash ``previous_hex``, 64 hex digits.

    Raises TypeError or ValueError for what JSON cannot hold.
    """
    # Without the fixed length, digits could move between the hash and the entry unseen.
    if len(previous_hex) != len(GENESIS):
        raise ValueError("the previous hash must have 64 hex digits")
    return hashlib.sha256(previous_hex.encode() + _canonical(entry)).hexdigest()


def verify(entries: Iterable[tuple[Mapping[str, object], str]]) -> int | None:
    """The index of the first entry whose hash is wrong, from the oldest on; None if all hold."""
    previous = GENESIS
    for index, (item, stored) in enumerate(entries):
        if not _follows(previous, item, stored):
            return index
        previous = stored
    return None


def _follows(previous: str, item: Mapping[str, object], stored: str) -> bool:
    try:
        return chain(previous, item) == stored
    except (TypeError, ValueError, RecursionError):
        return False


def _canonical(entry: Mapping[str, object]) -> bytes:
    text = json.dumps(
        dict(entry), sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )
    return text.encode("ascii")
