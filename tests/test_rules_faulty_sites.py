"""Sites with several faults: one run names them all, and nothing that only follows from another."""

from typing import Any

import pytest

from good_site import GOOD
from rules.loader import load
from tables import rows


def edited(edits: dict[str, list[str] | None]) -> dict[str, bytes]:
    """Return the good site with one text of each file exchanged; None: the file is not there."""
    files = dict(GOOD)
    for path, edit in edits.items():
        if edit is None:
            del files[path]
            continue
        old, new = edit
        text = files.get(path, b"").decode()
        assert old in text
        files[path] = (text.replace(old, new, 1) if old else new).encode()
    return files


@pytest.mark.parametrize("row", rows("faulty_sites"))
def test_a_faulty_site(row: dict[str, Any]) -> None:
    loaded = load(edited(row["edits"]))
    assert loaded.site is None
    said = sorted(str(finding) for finding in loaded.findings)
    assert len(said) == len(row["want"]), said
    for line, wanted in zip(said, row["want"], strict=True):
        assert line.startswith(wanted), said
