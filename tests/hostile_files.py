"""Files made to stop whoever reads them: each as large or as deep as its form allows, or no text at all."""

MOST = 256 * 1024
"""Bytes that a file may have and still be read."""


def filled(unit: str, around: str = "{}") -> bytes:
    """Return a file of just the size that is still read, mostly of one unit."""
    room = MOST - len(around.encode()) - 2
    return around.replace("{}", unit * (room // len(unit.encode()))).encode()


def numbered(line: str, number: int, head: str = "") -> bytes:
    """Return a file of lines that differ in a number."""
    return (head + "".join(line.replace("N", str(n)) for n in range(number))).encode()


RULES = "campaign: one\nrules:\n"
LINK = (
    f"{RULES}- {{id: a, slot: hero, show: {{action: setAttribute, name: srcset, value: '/{{}}'}}}}"
)
BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))

HOSTILE: dict[str, bytes] = {
    "lists": b"[" * 200_000,
    "lists closed": b"[" * 100_000 + b"]" * 100_000,
    "mappings": b"{a: " * 60_000,
    "lists of blocks": b"- " * 100_000,
    "keys of blocks": b"? " * 100_000,
    "conditions": ("when: " + "{not: " * 40_000).encode(),
    "blanks in a list": b'languages: "a' + b" " * 250_000 + b'b"',
    "quotes": b"'" * 250_001,
    "quotes in brackets": b"['" * 100_000,
    "commas": b"[" + b"," * 250_000,
    "colons": b":" * 250_000,
    "colons apart": b": " * 100_000,
    "tags": b"! " * 100_000,
    "a long tag": b"a: !" + b"x" * 250_000,
    "stars": b"*" * 250_000,
    "anchors": b"&a " * 80_000,
    "pipes": b"a: |\n" + b" x\n" * 80_000,
    "a comment": filled("#"),
    "braces open": b"a: {" + b"b: 1, " * 9_000,
    "indented": "".join(" " * n + "a:\n" for n in range(700)).encode(),
    "tabs": b"\t" * 250_000,
    "breaks": b"\n" * 250_000,
    "returns": b"\r" * 250_000,
    "separators": ("a:\u2028" * 40_000).encode(),
    "documents": b"---\n" * 60_000,
    "percent": b"%" * 250_000,
    "a bomb": BOMB.encode(),
    "a merge": b"a: &a {x: 1}\nb: {<<: *a}\n",
    "an object": b"a: !!python/object/apply:os.system ['exit 3']\n",
    "null bytes": b"\0" * 200_000,
    "a null byte": b"campaign: one\0\n",
    "a null escaped": b'campaign: "one\\0"\n',
    "marks of order": b"\xef\xbb\xbf" * 80_000,
    "UTF-16": "campaign: one\n".encode("utf-16"),
    "UTF-16 unmarked": "campaign: one\n".encode("utf-16-be"),
    "UTF-32": "campaign: one\n".encode("utf-32"),
    "a lone surrogate": b"campaign: \xed\xa0\x80\n",
    "a lone surrogate escaped": b'campaign: "\\ud800"\nrules: [{id: "\\udfff", slot: "\\ud83d"}]\n',
    "no text": bytes(range(256)) * 900,
    "broken UTF-8": b"\xff" * 200_000,
    "controls": b'campaign: "\\e[2J\\x9b31m\\b\\a"\n',
    "turned around": "campaign: \u202egnp.elif\u202c\n".encode(),
    "a number beyond all": b"campaign: one\nholdout: 1e400\nrules: [{priority: 1e400}]\n",
    "a number below all": b"campaign: one\nrules: [{priority: -1e99999999}]\n",
    "a long number": b"campaign: one\nrules: [{priority: " + b"9" * 200_000 + b"}]\n",
    "a long fraction": b"campaign: one\nrules: [{priority: 0." + b"9" * 200_000 + b"}]\n",
    "a long exponent": b"campaign: one\nrules: [{priority: 1e" + b"9" * 200_000 + b"}]\n",
    "infinities": b"campaign: one\nholdout: .inf\nrules: [{priority: .nan}, {priority: -.inf}]\n",
    "a long key": filled("k", "{}: 1"),
    "a long key of a site": filled("k.", "site: {{}: 1}"),
    "long keys alike": numbered("k" * 120 + "N: 1\n", 1900),
    "unknown keys": numbered("kN: 1\n", 4900),
    "unknown attributes": numbered("    crm.atributeN: 1\n", 4900, RULES + "- when:\n"),
    "unknown operators": numbered("      opN: 1\n", 4900, RULES + "- when:\n    page.path:\n"),
    "the same key": b"a: 1\n" * 4_900,
    "rules of nothing": (RULES + "- {}\n" * 9_900).encode(),
    "rules alike": (RULES + "- {id: a, slot: hero, show: {action: hide}}\n" * 1_200).encode(),
    "rules that are long": numbered(
        "- {id: rN, slot: 'x" + "y" * 100 + "N', show: {block: bN}}\n", 1_300, RULES
    ),
    "variants alike": (
        RULES + "- id: a\n  slot: hero\n  split:\n" + "  - {weight: 1, action: hide}\n" * 3_000
    ).encode(),
    "variants": numbered(
        "  - {weight: 1, action: hide, variant: vN}\n",
        2_400,
        RULES + "- id: a\n  slot: hero\n  split:\n",
    ),
    "values": numbered("vN, ", 9_800, RULES + "- {id: a, slot: hero, when: {geo.country: [") + b"]}}",
    "comparisons of one thing": numbered(
        "    - page.path: {contains: xN}\n",
        1_900,
        RULES + "- id: a\n  slot: her\n  show: {action: hide}\n  when:\n    all:\n",
    ),
    "what one thing is not": numbered(
        "    - page.path: {starts_with: /N}\n",
        1_900,
        RULES + "- id: a\n  slot: her\n  show: {action: hide}\n  when:\n    none:\n",
    ),
    "a path": filled("/é", RULES + "- {id: a, slot: hero, when: {page.path: '{}'}}"),
    "a pattern": filled("(a+)+", RULES + "- {id: a, slot: hero, when: {page.path: {matches: '{}'}}}"),
    "stars of a path": filled("*", RULES + "- {id: a, slot: hero, when: {page.path: '{}'}}"),
    "a text": filled("<a ", RULES + "- {id: a, slot: hero, show: {action: setText, text: '{}'}}"),
    "classes": filled(".a ", RULES + "- {id: a, slot: hero, show: {action: addClass, value: '{}'}}"),
    "an address": filled(
        "javascript:1 1x,", LINK
    ),
    "a window": filled("9", RULES + "- {when: {event: {name: view, count: 1, within: {}d}}}"),
    "a schedule": filled("9", "campaign: one\nschedule: {from: '{}', timezone: '{}'}\nrules: []\n"),
    "a timezone": b"campaign: one\nschedule: {timezone: ../../../../../../etc/passwd}\nrules: []\n",
    "a timezone of nothing": b'campaign: one\nschedule: {timezone: "a\\0b"}\nrules: []\n',
    "a share": filled("0", "campaign: one\nholdout: '{}%'\nrules: []\n"),
    "curly quotes": filled("„", "campaign: one\ngoal: „{}“\nrules: []\n"),
    "dots": filled("a.", "campaign: one\ngoal: '{}'\nrules: []\n"),
}  # fmt: skip
"""Name -> content of a file that is read as YAML, wherever a file of YAML is read."""

HOSTILE_BLOCKS: dict[str, bytes] = {
    "braces": b"{{" * 30_000,
    "braces closed": b"{{ n }}" * 9_000,
    "statements": b"{%" * 30_000,
    "ifs": b"{% if n %}" * 6_000,
    "comments": b"{#" * 30_000,
    "tags": b"<b>" * 20_000,
    "tags within tags": b"<p" * 30_000,
    "ends": b"</b>" * 16_000,
    "angles": b"<" * 65_000,
    "quotes of a tag": b'<a href="' * 7_000,
    "attributes": b"<p " + b"a=1 " * 16_000 + b">",
    "entities": b"&amp" * 16_000,
    "declarations": b"<!" * 30_000,
    "brackets": b"{{ " + b"(" * 60_000,
    "a sum": b"{{ 1" + b"+1" * 30_000 + b" }}",
    "filters": b"{{ n" + b"|upper" * 10_000 + b" }}",
    "null bytes": b"\0" * 60_000,
    "no text": bytes(range(256)) * 200,
    "a lone surrogate": b"<p>\xed\xa0\x80</p>",
    "tables": b"<table><tr><td>" * 4_000,
    "lists": b"<ul><li>" * 8_000,
    "texts": b"{{ '" + b"x" * 60_000 + b"' }}",
    "line breaks": b"{{\n" * 20_000,
}
"""Name -> content of a block."""
