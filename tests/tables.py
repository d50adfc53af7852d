"""Reads the tables in ``tests/cases``: behaviour as rows of name, input and what is wanted."""

from pathlib import Path
from typing import Any

import pytest

from rules.source import parse

CASES = Path(__file__).parent / "cases"


def rows(name: str) -> list[Any]:
    """Return the rows of a table as pytest parameters, each named by its ``name``."""
    found: Any = parse((CASES / f"{name}.yaml").read_bytes(), f"{name}.yaml").plain()
    return [pytest.param(row, id=row["name"].replace(" ", "-")) for row in found]
