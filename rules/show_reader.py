"""Reads what a rule shows: ``show`` or ``split``, the actions of the tag and the blocks they need."""

import re
from collections.abc import Mapping
from functools import lru_cache

from rules.blocks import Outline, frozen
from rules.condition_parser import ConditionParser
from rules.findings import AFTER_COMMA, did_you_mean, or_new
from rules.html_check import safe_srcset
from rules.model import Show, Variant
from rules.places import flow
from rules.reader import Reader, in_quotes, meant
from rules.source import Node, cut_off
from rules.values import Value
from rules.wrong_values import BLOCK, block_name, shown_alone

HTML_ACTIONS = ("setHtml", "replace", "append", "prepend", "before", "after")
ACTIONS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(HTML_ACTIONS, ("block",)),
    "setText": ("text",),
    "setAttribute": ("name", "value"),
    "addClass": ("value",),
    "hide": (),
}
"""Action -> the keys it needs."""

_OF_OTHER_ACTIONS = frozenset(key for needs in ACTIONS.values() for key in needs) - {"block"}
MARKS = re.compile(r"\{\{|\{%|</?[a-zA-Z]")
SHOW_KEYS = ("action", "block", "with", "text", "name", "value")
VARIANT_KEYS = (*SHOW_KEYS, "weight", "variant")
VARIANT_REQUIRED = ("weight",)
SET_ATTRIBUTES = (
    "alt",
    "class",
    "href",
    "src",
    "srcset",
    "title",
    "placeholder",
    "value",
    "hidden",
    "role",
)
_TOLERANCE = 0.01
"""By how much the weights of a split may miss 100: three of 33.33 are meant to be all."""
_ONE_VARIANT = (
    "Write 'show:' instead of 'split:', or another variant; with the page as it is the campaign's "
    "'holdout:' compares"
)
_SAFE_LINK = ("/", "https://", "http://", "mailto:", "tel:", "#", "?")


class ShowReader:
    """Reads the variants of one rule."""

    def __init__(
        self, reader: Reader, blocks: Mapping[str, Outline | None], conditions: ConditionParser
    ) -> None:
        self._reader = reader
        self._blocks = blocks
        self._conditions = conditions

    def variants(self, rule: Node, keys: Mapping[str, Node]) -> tuple[Variant, ...]:
        """Return the rule's variants: one without a name, or those of its split."""
        if "show" in keys and "split" in keys:
            hint = "Remove 'show', or make it one of the variants of 'split'"
            self._reader.refuse(rule, "a rule has 'show' or 'split', not both", hint)
            return ()
        if "split" in keys:
            return self._split(keys["split"])
        if "show" not in keys:
            written = rule.value if isinstance(rule.value, dict) else ()
            if any(meant(each, ("show", "split")) or each in SHOW_KEYS for each in written):
                return ()  # what was to be it was named
            hint = "Add 'show: {block: NAME}', or 'split:' with several to be dealt"
            self._reader.refuse(rule, "the rule says nothing to show", hint)
            return ()
        show = self.show(keys["show"], "show")
        return (Variant(None, 1, show),) if show else ()

    def show(self, node: Node, key: str) -> Show | None:
        """Return what a key says to show, one thing to everybody."""
        if isinstance(node.value, str):
            message = f"'{key}' must be keys and values, not a text ('{node.value}')"
            self._reader.refuse(node, message, f"Write {flow(shown_alone(node.value, ACTIONS))}")
            return None
        return self._show(node, self._reader.keys(node, f"'{key}'", SHOW_KEYS))

    def _split(self, node: Node) -> tuple[Variant, ...]:
        variants: list[Variant] = []
        before = len(self._reader.findings)
        if node.value == []:
            self._reader.refuse(node, "the split has no variants", "List what visitors are dealt")
        for item in self._reader.items(node, "'split'"):
            keys = self._reader.keys(item, "a variant", VARIANT_KEYS, VARIANT_REQUIRED)
            weight = self._reader.number(keys.get("weight"), "weight")
            show = self._show(item, keys)
            if show is None or weight is None:
                continue
            if weight <= 0:
                self._reader.refuse(
                    keys["weight"], "a weight is more than 0", "Remove the variant instead"
                )
                continue
            if (shown := keys["weight"].shown).endswith(".000"):
                message = f"a weight is 100 at most, and {shown} may be a thousand times as much"
                self._reader.refuse(keys["weight"], message, f"Write {weight:g}")
            label = self._reader.text(keys.get("variant"), "variant")
            name = label or (show.block.name if show.block else show.action)
            if any(variant.name == name for variant in variants):
                self._reader.refuse(
                    item, f"two variants are called '{name}'", "Name them with 'variant:'"
                )
            variants.append(Variant(name, weight, show))
        whole = isinstance(node.value, list) and len(variants) == len(node.value)
        if variants and whole and not self._reader.refused_since(before):
            self._check_sum(node, [variant.weight for variant in variants])
            if len(variants) == 1 and not self._reader.refused_since(before):
                self._reader.warn(node, "everybody is dealt the only variant", _ONE_VARIANT)
        return tuple(variants)

    def _check_sum(self, node: Node, weights: list[float]) -> None:
        total = round(sum(weights), 6)
        if round(abs(total - 100), 6) <= _TOLERANCE:
            return
        parts = [round(weight * 100 / total, 2) for weight in weights]
        parts[-1] = round(100 - sum(parts[:-1]), 2)
        fitting = ", ".join(f"{part:g}" for part in parts)
        hint = f"Write {fitting}: the same proportions" if min(parts) > 0 else "Write percentages"
        self._reader.refuse(node, f"the weights of a split sum to 100, not to {total:g}", hint)

    def _show(self, node: Node, keys: Mapping[str, Node]) -> Show | None:
        if not isinstance(node.value, dict):
            return None
        action = "setHtml"
        if "action" in keys:
            action = self._reader.one_of(keys["action"], "action", ACTIONS) or ""
        if action not in ACTIONS:
            return None
        missing = [name for name in ACTIONS[action] if name not in keys]
        if missing:
            self._lacks(action, missing[0], node, keys)
            return None
        self._surplus(action, keys)
        if action in HTML_ACTIONS:
            return self._block(action, node, keys)
        return self._plain(action, keys)

    def _lacks(self, action: str, missing: str, node: Node, keys: Mapping[str, Node]) -> None:
        if len(keys) < len(node.value if isinstance(node.value, dict) else ()):
            return  # a key it does not know was named: it may be this one
        if "action" in keys:
            self._reader.refuse(node, f"{action} needs '{missing}'", f"Add '{missing}:'")
            return
        given = [name for name in keys if name in _OF_OTHER_ACTIONS]
        fitting = [name for name, needs in ACTIONS.items() if given and set(given) <= set(needs)]
        if fitting:
            hint = " or ".join(f"'action: {name}'" for name in fitting)
            self._reader.refuse(keys[given[0]], f"'{given[0]}' needs an action", f"Add {hint}")
            return
        hint = "Add 'block: NAME', or an 'action' that needs none, such as 'action: hide'"
        if "weight" in keys:
            hint = "Add 'block: NAME'; to test against the page as it is, give the campaign a 'holdout: 50%'"
        self._reader.refuse(node, "there is no block to show", hint)

    def _surplus(self, action: str, keys: Mapping[str, Node]) -> None:
        used = {*ACTIONS[action], "action", "weight", "variant"} | (
            {"with"} if "block" in ACTIONS[action] else set()
        )
        said = action if "action" in keys else "a block"
        for name in keys.keys() - used:
            hint = "Write 'variant'" if name == "name" and "weight" in keys else "Remove it"
            self._reader.refuse(keys[name], f"{said} does not use '{name}'", hint)

    def _plain(self, action: str, keys: Mapping[str, Node]) -> Show | None:
        sets = action == "setAttribute"
        if self._in_languages(keys.get("text")):
            return None
        text = self._reader.text(keys.get("text"), "text", may_be_empty=True)
        if text is not None:
            self._check_text(keys["text"], text)
        # A picture that says nothing has an empty alt, a boolean attribute such as hidden an empty value.
        value = self._reader.text(keys.get("value"), "value", may_be_empty=sets)
        name = self._reader.text(keys.get("name"), "name")
        if (
            sets
            and name is not None
            and value is not None
            and not self._safe_attribute(name, value, keys)
        ):
            return None
        classes = (value or "").split() if action == "addClass" else []
        if any(each.startswith(".") for each in classes):
            bare = " ".join(each.removeprefix(".") for each in classes)
            message = f"a class is added without the dot of '{value}'"
            self._reader.refuse(keys["value"], message, f"Write {bare}")
        return _one(Show(action, text=text, name=name, value=value))

    def _in_languages(self, node: Node | None) -> bool:
        """Say whether a text is written once a language, which only the files of a block are."""
        if node is None or not isinstance(node.value, dict):
            return False
        others = list(node.value)[1:]
        files = "".join(f" and blocks/NAME.{each}.html" for each in others)
        hint = f"Write a block, each text into its file: blocks/NAME.html{files}"
        self._reader.refuse(node, "setText shows one text in every language", hint)
        return True

    def _check_text(self, node: Node, text: str) -> None:
        """Refuse what visitors would see cut short, or as it is written."""
        if node.commented:
            self._reader.refuse(node, f"only '{text}' would be shown", in_quotes(node))
        elif marks := MARKS.search(text):
            message = f"setText shows '{marks[0]}' as it is written"
            self._reader.refuse(node, message, "Put it into a block: blocks/NAME.html")

    def _safe_attribute(self, name: str, value: str, keys: Mapping[str, Node]) -> bool:
        if name not in SET_ATTRIBUTES and not name.startswith(("data-", "aria-")):
            self._reader.refuse(
                keys["name"], f"'{name}' cannot be set", did_you_mean(name, SET_ATTRIBUTES)
            )
            return False
        bad = name in ("href", "src", "srcset") and not value.startswith(_SAFE_LINK)
        if bad or (name == "srcset" and not safe_srcset(value)):
            self._reader.refuse(
                keys["value"], f"'{value}' is no address to link to", "Begin with / or https://"
            )
            return False
        return True

    def _block(self, action: str, node: Node, keys: Mapping[str, Node]) -> Show | None:
        name = self._name(keys["block"])
        if name is None:
            return None
        block, given = self._blocks[name], self._given(keys.get("with"))
        if block is None:
            return None
        for attribute in sorted(block.reads):
            self._conditions.note(
                attribute
            )  # one that there is none of is told where the block shows it
        for missing in sorted(block.variables - given.keys()):
            self._reader.refuse(
                node,
                f"block '{name}' shows '{missing}', which nobody gives",
                f"Add it under 'with:', or correct it in {block.file_of(missing)}",
            )
        for surplus in sorted(given.keys() - block.variables):
            self._reader.refuse(
                keys["with"],
                f"block '{name}' does not use '{surplus}'",
                f"Write {{{{ {surplus} }}}} in the block, or remove it here",
            )
        return _one(Show(action, block, frozen(given)))

    def _name(self, node: Node) -> str | None:
        name = self._reader.text(node, "block")
        if name is None or name in self._blocks:
            return name
        bare = block_name(name)
        hint = did_you_mean(name, self._blocks, {name: bare})
        if BLOCK.match(bare) and bare not in self._blocks:
            hint = or_new(hint, f"write it to blocks/{bare}.html")
        self._reader.refuse(node, f"there is no block '{name}'", hint)
        return None

    def _given(self, node: Node | None) -> dict[str, Value]:
        given: dict[str, Value] = {}
        if node is None:
            return given
        for name, (key, value) in self._reader.entries(node, "'with'").items():
            if cut_off(key, value):
                self._reader.refuse(key, f"'{name}' has no value", AFTER_COMMA)
                continue
            if value.commented:
                self._reader.refuse(value, f"only '{value.value}' would be shown", in_quotes(value))
            if value.written:
                message = f"{value.written} would be shown as {value.value}"
                self._reader.refuse(value, message, "Put quotes around it")
            if isinstance(value.value, (str, int, float, bool)):
                given[name] = value.value
            else:
                self._reader.refuse(value, f"'{name}' must be a text, a number, true or false")
        return given


@lru_cache(maxsize=4096)
def _one(show: Show) -> Show:
    # Thousands of rules show the same: as one object it is found faster.
    return show
