"""Which paths of a folder a site is read from, and what is said of those that were meant to be."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from msgspec.structs import replace

from rules.findings import Finding

SITE_FILE = "site.yaml"
RULES, BLOCKS = "rules/", "blocks/"
HOMES = ("rules", "blocks")
"""The folders that files are read from."""
_ENDINGS = {
    "yaml": ("rules", "yaml"),
    "yml": ("rules", "yaml"),
    "html": ("blocks", "html"),
    "htm": ("blocks", "html"),
}
"""Ending of a file, in any case -> the folder it is read from, and how it is written there."""
_OTHER_FOLDERS = {
    **dict.fromkeys(("rules", "rule", "regeln", "regel", "campaigns", "kampagnen"), "rules"),
    **dict.fromkeys(("blocks", "block", "bausteine", "templates", "vorlagen"), "blocks"),
}
"""What people call a folder, in any case -> what it is called."""
_CAMPAIGN = re.compile(rb"(?:\xef\xbb\xbf)?\{?[ ]*campaign:|.*\ncampaign:", re.DOTALL)
"""How a file begins that is a campaign, or a line of it."""
_HIDDEN_ENDING = ".txt"
"""What editors add to a name on systems that hide the ending."""
NO_FILE = "/"
"""Ends the path of what is called as a file, or as one of the folders, and is none."""
IS_FOLDER, IS_LINK, IS_OTHER = b"folder", b"link", b"other"
"""What it is instead: its content, among the files."""
_NO_FILES = {
    IS_FOLDER: ("this is a folder, and nothing of it is read", "Rename or delete it"),
    IS_LINK: (
        "this link leads to no file, and nothing is read",
        "Point it at a file, or delete it",
    ),
    IS_OTHER: ("this is no file that can be read", "Put a file in its place, or delete it"),
}
_NO_FOLDER = ("this is no folder, and nothing of it is read", "Make it one, or delete it")


@lru_cache(maxsize=4096)  # the same paths are looked at whenever a site is loaded
def belongs(path: str) -> str | None:
    """Return where a file is read from that was meant for the site, whatever its path; None for others."""
    folder, _, name = path.rpartition("/")
    shown = name[: -len(_HIDDEN_ENDING)] if name.lower().endswith(_HIDDEN_ENDING) else name
    stem, _, ending = shown.rpartition(".")
    home, right = _ENDINGS.get(ending.lower(), ("", ""))
    if not folder and home == "rules":
        return SITE_FILE if stem.lower() == "site" else None
    top = folder.split("/")[0]
    if not home or (top not in HOMES and _OTHER_FOLDERS.get(top.lower()) != home):
        return None
    if right == "yaml" and stem.lower().endswith(".test"):
        return f"tests/{stem}.yaml"  # they are read by whoever runs them
    well_named = shown == name and ending in (right, "yml")
    return path if folder == home and well_named else f"{home}/{stem}.{right}"


def may_hold_files(folder: str) -> bool:
    """Say whether files of a folder beside site.yaml are read, or were meant to be."""
    return folder in HOMES or folder.lower() in _OTHER_FOLDERS


def may_be_campaign(name: str) -> bool:
    """Say whether a file beside site.yaml may be meant for rules/, which its content tells."""
    ending = name.rpartition(".")[2].lower()
    return belongs(name) is None and _ENDINGS.get(ending, ("",))[0] == "rules"


def is_campaign(content: bytes) -> bool:
    """Say whether a file is a campaign, by its looks."""
    return _CAMPAIGN.match(content) is not None


def read_from(files: Iterable[str], folder: str) -> list[str]:
    """Return the paths that are read from a folder, in order."""
    return sorted(path for path in files if path.startswith(folder) and belongs(path) == path)


def named(files: Mapping[str, bytes], findings: list[Finding]) -> dict[str, bytes]:
    """Leave out, and name, the files whose names are no text: nothing could be said of them later."""
    found: dict[str, bytes] = {}
    for path, content in files.items():
        shown = path.encode("utf-8", "replace").decode()
        if shown == path:
            found[path] = content
            continue
        hint = "Rename it with letters that every system knows: a to z"
        findings.append(Finding(shown, 1, 1, "the file's name is not UTF-8", hint))
    return found


def strays(files: Mapping[str, bytes], findings: list[Finding]) -> set[str]:
    """Name what was meant to be read and is not; return the blocks among it.

    A folder in the place of a file is not named where files within it are.
    """
    blocks: set[str] = set()
    for path in sorted(files):
        is_file = not path.endswith(NO_FILE)
        name = path if is_file else path.removesuffix(NO_FILE)
        right = _right(name, files[path])
        if is_file and right == path:
            continue
        if is_file and path.split("/")[0] not in HOMES and right != SITE_FILE:  # who knows whose
            findings.append(replace(_misplaced(path, right, files), severity="warning"))
            continue
        if right.startswith(BLOCKS):
            blocks.add(right.removeprefix(BLOCKS).partition(".")[0])
        if is_file:
            findings.append(_misplaced(path, right, files))
        elif not any(other != path and other.startswith(path) for other in files):
            findings.append(no_file(name, files[path], was_folder=belongs(name) is None))
    return blocks


def _right(path: str, content: bytes) -> str:
    """Return where a file is read from that was meant for the site; others are where they belong."""
    if "/" not in path and may_be_campaign(path) and is_campaign(content):
        return f"{RULES}{path}"
    return belongs(path) or path


def no_file(path: str, instead: bytes, *, was_folder: bool = False) -> Finding:
    """Say that what is called as a file, or as one of the folders, is none."""
    return Finding(path, 1, 1, *(_NO_FOLDER if was_folder else _NO_FILES[instead]))


def _misplaced(path: str, right: str, files: Mapping[str, bytes]) -> Finding:
    moved = right.rpartition("/")[0] != path.rpartition("/")[0]
    hint = f"{'Move' if moved else 'Rename'} it to {right}"
    if right in files:
        hint = f"{right} is read: bring over what is missing there, and delete this file"
    return Finding(path, 1, 1, "this file is not read", hint)
