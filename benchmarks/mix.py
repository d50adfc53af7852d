"""The mix of rules that speed is measured with: a large retailer's site folder, made from a seed.

{description}
Visits: {visits}

``files`` gives the folder, ``campaigns`` the same as plain data, ``contexts`` the visits. The same seed
gives the same bytes, and the first n rules of a larger mix are those of a smaller one.
"""

from collections.abc import Iterator
from math import log10
from random import Random
from typing import Any

from benchmarks import shop, yaml_text
from benchmarks.drawing import ANCHORS, OF_CUSTOMER, OF_REQUEST, QUALIFIERS
from benchmarks.drawn import Draw, Drawn, Plain, all_of, any_of, extended, fits
from benchmarks.traffic import VISITS, contexts
from rules.loader import load

__all__ = ["DESCRIPTION", "VISITS", "audiences", "campaigns", "contexts", "files"]

DESCRIPTION = """\
4 slots, 20 rules a campaign file (10,000 rules: 500 files), 40 audiences, 60 blocks; made from a seed. Of the
rules 50 % ask for a path (35 % a prefix), 38 % count past events within a window, 34 % read the CRM, 32 % the
country, 18 % the campaign link, 10 % the hour, 6 % an audience, 2 % a pattern or a part of a text; others device,
weekday, language, sorting. 13 % ask one thing, 42 % two, 33 % three, 12 % more; 10 % hold a nested any, 8 % a not
or not_in. 12 % split traffic; of the campaigns 13 % hold some out, 56 % have a schedule, some ahead of its start;
3 % of the rules are off. The fewer visits a rule is about, the higher its priority; only the lowest is for all.
Where no rule wins, a slot shows its fallback: so a small site renders as many blocks as a large one."""

__doc__ = (__doc__ or "").format(description=DESCRIPTION, visits=VISITS)

RULES_A_FILE = 20
AUDIENCES = 40


def files(rules: int, seed: int) -> dict[str, bytes]:
    """Return the files of a site with so many rules, by path, as ``edge.site_folder.load`` takes them."""
    named = audiences(seed)
    return written(named, winnable(named, campaigns(rules, seed)))


def winnable(named: dict[str, Drawn], all_campaigns: list[Plain]) -> list[Plain]:
    """Return the campaigns with what never wins switched off."""
    beaten = _beaten(written(named, all_campaigns))
    return [_without(each, beaten) for each in all_campaigns] if beaten else all_campaigns


def _beaten(found: dict[str, bytes]) -> set[str]:
    """Return the rules, one in thousands, that others together always beat: a site with them is refused."""
    said = [each.message for each in load(found).findings if "never wins" in each.message]
    return {message.split("'")[1] for message in said}


def _without(campaign: Plain, beaten: set[str]) -> Plain:
    rules: Any = campaign["rules"]
    return campaign | {
        "rules": [rule | {"enabled": False} if rule["id"] in beaten else rule for rule in rules]
    }


def written(named: dict[str, Drawn], all_campaigns: list[Plain]) -> dict[str, bytes]:
    """Write audiences and campaigns as a site's files."""
    site = shop.site({name: drawn.when for name, drawn in named.items()})
    found = {"site.yaml": yaml_text.text(site).encode(), **shop.blocks()}
    for campaign in all_campaigns:
        found[f"rules/{campaign['campaign']}.yaml"] = yaml_text.text(campaign).encode()
    return found


def audiences(seed: int) -> dict[str, Drawn]:
    """Return the site's audiences: two or three conditions, every fifth on top of another audience."""
    random = Random(f"audiences {seed}")
    made: dict[str, Drawn] = {}
    for number in range(1, AUDIENCES + 1):
        parts = [_audience(random, made) if number % 5 == 0 else _of(random, OF_CUSTOMER)]
        while len(parts) < 2 + number % 2:
            parts = extended(random, parts, 1, dict.fromkeys(OF_CUSTOMER, 1))
        made[f"audience-{number:02d}"] = all_of(parts) if random.random() < 0.6 else any_of(parts)
    return made


def campaigns(rules: int, seed: int, comparable: bool = False) -> list[Plain]:
    """Return the campaign files as plain data.

    ``comparable`` leaves out what other engines cannot express alike: splits, holdouts, schedules, rules
    that are switched off, blocks that need consent, several timezones.
    """
    random = Random(f"rules {seed} {comparable}")
    mix = _Mix(random, audiences(seed), comparable)
    return [
        mix.campaign(number, min(RULES_A_FILE, rules - start))
        for number, start in enumerate(range(0, rules, RULES_A_FILE), 1)
    ]


class _Mix:
    """Campaigns in the making."""

    def __init__(self, random: Random, named: dict[str, Drawn], comparable: bool) -> None:
        self._random = random
        self._audiences = named
        self._comparable = comparable
        self._taken: set[tuple[str, ...]] = set()

    def campaign(self, number: int, rules: int) -> Plain:
        name = f"campaign-{number:04d}"
        made: Plain = {"campaign": name}
        if self._comparable:
            made["schedule"] = {"timezone": "Europe/Berlin"}
        else:
            made |= dict(self._terms(begun=number == 1))
        made["rules"] = [self._rule(f"{name}-{index:02d}", index) for index in range(1, rules + 1)]
        if number == 1:
            made["rules"][-1:] = [_lowest(f"{name}-lowest")]
        return made

    def _terms(self, begun: bool) -> Iterator[tuple[str, object]]:
        """When a campaign runs, and what for; none of the schedules ever ends, the first one has begun."""
        random = self._random
        zone = random.choices(list(shop.TIMEZONES), list(shop.TIMEZONES.values()))[0]
        schedule: Plain = {"timezone": zone}
        if random.random() < 0.6:
            start = 2090 if random.random() < 0.1 and not begun else 2026
            schedule = {
                "from": f"{start}-0{random.randint(1, 9)}-01",
                "until": "2099-12-31",
            } | schedule
        yield "schedule", schedule
        if random.random() < 0.7:
            yield "goal", "purchase"
        if random.random() < 0.15:
            yield "holdout", random.choice(("5%", "10%"))

    def _rule(self, name: str, index: int) -> Plain:
        random = self._random
        slot = shop.SLOTS[index % len(shop.SLOTS)]
        drawn = self._new(slot)
        made: Plain = {"id": name, "slot": slot, "priority": _priority(drawn.share)}
        if not self._comparable and random.random() < 0.03:
            made["enabled"] = False
        made["when"] = drawn.when
        if not self._comparable and random.random() < 0.12:
            return made | {"split": self._split(slot)}
        return made | {"show": self._show(slot)}

    def _new(self, slot: str) -> Drawn:
        """Draw a condition that no rule of the slot has yet."""
        while True:
            parts = self._parts()
            key = (slot, *sorted(str(part.when) for part in parts))
            if key not in self._taken:
                self._taken.add(key)
                return all_of(parts)

    def _parts(self) -> list[Drawn]:
        random = self._random
        if random.random() < 0.06:
            first = _audience(random, self._audiences)
        else:
            first = random.choices(list(ANCHORS), list(ANCHORS.values()))[0](random)
        more = random.choices((0, 1, 2, 3), (15, 40, 30, 15))[0]
        parts = extended(random, [first], more, QUALIFIERS)
        if random.random() < 0.15:
            either = _any(random)
            parts += [either] if fits(parts, either) else []
        return parts

    def _show(self, slot: str) -> Plain:
        random = self._random
        if random.random() < 0.05:
            return {"action": "setText", "text": f"Nur heute: {random.randint(5, 40)} % auf alles"}
        if random.random() < 0.05:
            return {"action": "addClass", "value": f"is-{random.choice(('calm', 'bold', 'large'))}"}
        return self._block(random.choice(self._blocks(slot)))

    def _blocks(self, slot: str) -> list[str]:
        own = [block for block in shop.BLOCKS if block.startswith(slot)]
        return [block for block in own if not (self._comparable and shop.greets(block))]

    def _block(self, block: str) -> Plain:
        if not shop.needs_values(block):
            return {"block": block}
        given = {"headline": "Für Sie", "percent": self._random.randrange(5, 50, 5)}
        return {"block": block, "with": given}

    def _split(self, slot: str) -> list[Plain]:
        weights = self._random.choice(((50, 50), (80, 20), (34, 33, 33)))
        chosen = self._random.sample(self._blocks(slot), len(weights))
        return [
            {"weight": weight} | self._block(b) for weight, b in zip(weights, chosen, strict=True)
        ]


def _priority(share: float) -> int:
    """Return the higher a priority the fewer visits a rule is about: marketers put the special first."""
    return round(-100 * log10(share))


def _lowest(name: str) -> Plain:
    show = {"block": "recommendation-01"}
    return {"id": name, "slot": "recommendation", "priority": -1, "show": show}


def _of(random: Random, draws: tuple[Draw, ...]) -> Drawn:
    return random.choice(draws)(random)


def _audience(random: Random, named: dict[str, Drawn]) -> Drawn:
    name = random.choice(list(named))
    return named[name]._replace(when={"audience": name})


def _any(random: Random) -> Drawn:
    """Two or three of a kind, one in four of them two conditions at once."""
    kind: dict[Draw, int] = dict.fromkeys(random.choice((OF_REQUEST, OF_CUSTOMER)), 1)
    parts = extended(random, [_of(random, tuple(kind))], random.randint(1, 2), kind)
    if len(parts) > 2 and random.random() < 0.5:
        parts = [parts[0], all_of(parts[1:])]
    return any_of(parts) if len(parts) > 1 else parts[0]
