"""Renders the consent banner of a site once per language, when the site is loaded."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import cast

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from consent.banner import Texts, text_hash, view
from consent.policy import Policy
from edge.assets import static_dir
from rules.source import parse

_TEMPLATES = Environment(
    loader=PackageLoader("edge"), autoescape=True, undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip
FALLBACK = "en"
"""The language of the banner where a site speaks one that has no texts yet."""


@dataclass(frozen=True, slots=True)
class Banner:
    """A banner in one language: the answer's bytes, the hash of its text, the reopen button's label."""

    body: bytes
    hash: str
    reopen: str


@cache
def texts(language: str) -> Texts:
    """Return the texts of a language, English where there are none."""
    folder = files("consent") / "locales"
    found = folder / f"{language}.yaml"
    if not found.is_file():
        found = folder / f"{FALLBACK}.yaml"
    return Texts.parse(cast(dict[str, object], parse(found.read_bytes(), found.name).plain()))


@cache
def _css() -> str:
    return (static_dir() / "banner.css").read_text(encoding="utf-8")


def render(policy: Policy, language: str) -> Banner:
    """Render a site's banner in one language."""
    model = view(policy, texts(language), language)
    html = _TEMPLATES.get_template("banner.html").render(view=model)
    digest = text_hash(model)
    answer = {"lang": language, "html": html, "css": _css(), "hash": digest}
    return Banner(msgspec.json.encode(answer), digest, model.labels["reopen"])
