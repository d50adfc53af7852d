"""What is said of the selector of a slot that no page has an element for."""

import re

from rules.html_check import TAGS

ELEMENTS = TAGS | {
    "audio", "base", "body", "canvas", "datalist", "dialog", "dir", "embed", "fieldset", "font", "form", "frame",
    "frameset", "head", "html", "iframe", "input", "label", "legend", "link", "marquee", "math", "menu", "meta",
    "meter", "noscript", "object", "optgroup", "option", "output", "param", "progress", "search", "select", "slot",
    "style", "svg", "template", "textarea", "title", "track", "video",
    "acronym", "applet", "basefont", "bgsound", "big", "blink", "image", "keygen", "nobr", "noembed", "noframes",
    "plaintext", "rb", "strike", "tt", "xmp",
    "animate", "circle", "defs", "desc", "ellipse", "filter", "g", "line", "marker", "mask", "path", "pattern",
    "polygon", "polyline", "rect", "set", "stop", "switch", "symbol", "text", "tspan", "use", "view",
    "mfrac", "mi", "mn", "mo", "mover", "mroot", "mrow", "ms", "msqrt", "mstyle", "msub", "msup", "mtable", "mtd",
    "mtext", "mtr", "munder", "semantics",
}  # fmt: skip
"""The elements of HTML, with those that old pages have, and the commoner ones of SVG and MathML within it:
https://html.spec.whatwg.org/#toc-semantics"""
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
"""A selector of elements by their name; one with a hyphen may be a page's own."""


def never_found(selector: str) -> tuple[str, str] | None:
    """Return what is wrong with a selector that finds nothing on any page, and what to do."""
    if not _TAG.fullmatch(selector) or selector.lower() in ELEMENTS:
        return None
    hint = f'Write "#{selector}" for an id, ".{selector}" for a class, in quotes'
    return f"HTML has no <{selector}> for the selector to find", hint
