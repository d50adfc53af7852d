"""Where the files lie that the server carries: beside the package in a wheel, else in the tree."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def static_dir() -> Path:
    """Return the folder of the built tag and banner assets."""
    return _first(_PACKAGE / "_static", _PACKAGE.parent / "static")


def demo_dir() -> Path:
    """Return the folder of the demo shop."""
    return _first(_PACKAGE / "_demo", _PACKAGE.parent / "examples" / "demo-shop")


def schema_dir() -> Path:
    """Return the folder of the schemas that hold for every site."""
    return _first(_PACKAGE / "_schema", _PACKAGE.parent / "schema")


def is_installed(folder: Path) -> bool:
    """Whether a folder came with the wheel: the next update replaces it, so nobody should edit it."""
    return folder.is_relative_to(_PACKAGE)


def _first(*folders: Path) -> Path:
    return next(folder for folder in folders if folder.is_dir())
