"""Write the schemas of the language, and the demo's own; with --check only say whether they are current.

usage: scripts/schema.py [--check]
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from edge import schema_command, site_folder  # noqa: E402
from rules.schema_names import ANY, names_of  # noqa: E402

DEMO = ROOT / "examples" / "demo-shop"
HOMES = {
    ROOT / schema_command.FOLDER: ANY,
    DEMO / schema_command.FOLDER: names_of(site_folder.read(DEMO)),
}


def stale() -> list[str]:
    """Return the files that are not what the language makes."""
    return [
        (home / name).relative_to(ROOT).as_posix()
        for home, names in HOMES.items()
        for name, text in schema_command.documents(names).items()
        if not (home / name).is_file() or (home / name).read_text(encoding="utf-8") != text
    ]


def main() -> int:
    """0 when all are current, 1 when ``--check`` finds one that is not."""
    if "--check" not in sys.argv:
        for home, names in HOMES.items():
            schema_command.write(home, names)
    found = stale()
    for path in found:
        print(f"{path} is not current: run make schema")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
