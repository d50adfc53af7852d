"""Print what a visitor downloads, gzip, against the budgets; exit 1 over budget.

The banner is the German answer as the server renders it: markup, styles and texts together.
"""

import gzip
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from edge import site_folder  # noqa: E402

BUDGETS = {"tag": (5_000, 4_000), "banner": (8_000, 6_000)}


def tag() -> bytes:
    """The tag's code, without the part that differs per visitor."""
    return (ROOT / "static" / "tag.js").read_bytes()


def german_banner() -> bytes:
    """The banner of the demo shop as GET banner?lang=de answers it."""
    site = site_folder.load(site_folder.read(ROOT / "examples" / "demo-shop"))
    return site.banners["de"].body


def main() -> int:
    """One line each; 1 when any is over its budget."""
    over = False
    for name, content in (("tag", tag()), ("banner", german_banner())):
        size = len(gzip.compress(content, 9, mtime=0))
        budget, aim = BUDGETS[name]
        over |= size > budget
        verdict = "OVER BUDGET" if size > budget else "ok"
        print(f"{name:<7}{size:>6} bytes gzip   budget {budget}, aim {aim}   {verdict}")
    return int(over)


if __name__ == "__main__":
    sys.exit(main())
