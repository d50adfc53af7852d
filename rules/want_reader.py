"""Reads ``want`` of a persona test: what each slot is to show. What can never be shown is refused."""

from collections.abc import Iterator, Mapping

from rules.decide import NOTHING, Reason
from rules.findings import did_you_mean
from rules.model import Rule, Site
from rules.persona import Want
from rules.places import Place
from rules.reader import Reader
from rules.show_reader import ACTIONS
from rules.source import Node

_DEFAULT = "default"
WANT_KEYS = ("rule", "block", "variant", "reason", "action", "html_contains", "text")
_EXAMPLE = "Write {rule: ID}, {block: NAME}, or default where no rule is to win"


def read_wants(reader: Reader, site: Site, node: Node) -> tuple[Want, ...]:
    """Return what is wanted of each slot that is named."""
    wants: list[Want] = []
    if isinstance(node.value, str):
        message = f"'{node.value}' does not say of which slot it is wanted"
        hint = f"Write want: {{{next(iter(site.slots), 'SLOT')}: {node.value or _DEFAULT}}}"
        reader.refuse(node, message, hint)
        return ()
    entries = reader.entries(node, "'want'")
    if isinstance(node.value, dict) and not entries:
        reader.refuse(node, "the test wants nothing", "Name a slot: want: {hero: default}")
    for slot, (key, value) in entries.items():
        if slot not in site.slots:
            reader.refuse(key, f"there is no slot '{slot}'", did_you_mean(slot, site.slots))
            continue
        keys = _WantReader(reader, site, slot).read(value)
        if keys is not None:
            wants.append(Want(slot, Place(key.path, key.line, key.column), keys))
    return tuple(wants)


class _WantReader:
    """Reads what is wanted of one slot."""

    def __init__(self, reader: Reader, site: Site, slot: str) -> None:
        self._reader = reader
        self._slot = slot
        fallback = site.slots[slot].fallback
        self._fallback = [fallback.block.name] if fallback and fallback.block else []
        self._rules = {rule.id: rule for rule in site.rules[slot]}
        self._elsewhere = {rule.id: rule.slot for rules in site.rules.values() for rule in rules}

    def read(self, node: Node) -> Mapping[str, str | tuple[str, ...]] | None:
        if node.value == _DEFAULT:
            return {}
        if isinstance(node.value, str):
            self._reader.refuse(
                node, f"'{node.value}' does not say what is wanted", self._hint(node.value)
            )
            return None
        if node.value == {}:
            self._reader.refuse(node, f"nothing is wanted of slot '{self._slot}'", _EXAMPLE)
            return None
        keys = self._reader.keys(node, f"what slot '{self._slot}' is to show", WANT_KEYS)
        found = {name: self._key(name, keys) for name in keys}
        return {name: value for name, value in found.items() if value is not None}

    def _hint(self, word: str) -> str:
        if word == "fallback":
            return "Write default: where no rule wins, the slot shows its fallback"
        if word in self._elsewhere:
            return f"Write {{rule: {word}}}"
        if word in {*self._blocks(self._rules), *self._fallback}:
            return f"Write {{block: {word}}}"
        return _EXAMPLE

    def _key(self, name: str, keys: Mapping[str, Node]) -> str | tuple[str, ...] | None:
        node, reader = keys[name], self._reader
        if name == "html_contains" and isinstance(node.value, list):
            return tuple(reader.texts(node, name))
        if name in ("html_contains", "text"):
            return reader.text(node, name, may_be_empty=name == "text")
        if name == "reason":
            return reader.one_of(node, name, [each.value for each in Reason])
        if name == "action":
            return reader.one_of(node, name, [*ACTIONS, NOTHING])
        if name == "rule":
            return self._rule(node)
        named = self._named(keys)
        blocks = [*self._blocks(named), *self._fallback]
        known = blocks if name == "block" else self._variants(named)
        return self._one_of(node, name, sorted(set(known)), keys)

    def _rule(self, node: Node) -> str | None:
        name = self._reader.text(node, "rule")
        if name is None or name in self._rules:
            return name
        message = f"slot '{self._slot}' has no rule '{name}'"
        hint = did_you_mean(name, self._rules)
        if name in self._elsewhere:
            hint = f"It is a rule of slot '{self._elsewhere[name]}'"
        self._reader.refuse(node, message, hint)
        return None

    def _named(self, keys: Mapping[str, Node]) -> Mapping[str, Rule]:
        """Return the rule that is wanted, if one is; else all of the slot."""
        name = keys["rule"].value if "rule" in keys else None
        return (
            {name: self._rules[name]}
            if isinstance(name, str) and name in self._rules
            else self._rules
        )

    def _one_of(
        self, node: Node, what: str, known: list[str], keys: Mapping[str, Node]
    ) -> str | None:
        name = self._reader.text(node, what)
        if name is None or name in known:
            return name
        rule = keys["rule"].value if "rule" in keys else None
        known_rule = isinstance(rule, str) and rule in self._rules
        whose = f"rule '{rule}'" if known_rule else f"no rule of slot '{self._slot}'"
        verb = "never shows" if known_rule else "shows"
        hint = _of_file(name, known) if what == "block" else ""
        hint = hint or did_you_mean(name, known)
        self._reader.refuse(node, f"{whose} {verb} the {what} '{name}'", hint)
        return None

    @staticmethod
    def _blocks(rules: Mapping[str, Rule]) -> Iterator[str]:
        for rule in rules.values():
            yield from (each.show.block.name for each in rule.variants if each.show.block)

    @staticmethod
    def _variants(rules: Mapping[str, Rule]) -> Iterator[str]:
        for rule in rules.values():
            yield from (each.name for each in rule.variants if each.name)


def _of_file(name: str, known: list[str]) -> str:
    """Return what to write for the name of a block's file, in whatever language."""
    block = name.removeprefix("blocks/").removesuffix(".html")
    names = (block, block.rpartition(".")[0])
    return next((f"Write {each}" for each in names if each in known), "")
