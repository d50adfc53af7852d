"""Print the requirements that pyproject.toml lists for ``run`` or ``dev``, one a line.

pip reads dependency groups only from 25.1 on; Debian 12 brings an older one.
"""

import sys
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def requirements(group: str) -> list[str]:
    """Return the runtime requirements, for ``dev`` with the dev group; no spaces inside one."""
    data = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    listed: list[str] = list(data["project"]["dependencies"])
    if group == "dev":
        listed += data["dependency-groups"]["dev"]
    return [requirement.replace(" ", "") for requirement in listed]


if __name__ == "__main__":
    print("\n".join(requirements(sys.argv[1])))
