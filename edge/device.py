"""What a User-Agent header says about the device: its class, system and browser, with their versions."""

from collections.abc import Mapping
from functools import lru_cache
from itertools import takewhile
from typing import Final, Literal

import ua_parser
from user_agents import parsers

LONGEST: Final = 512
"""Characters of the header that are looked at; what identifies a browser stands before."""

CACHED: Final = 10_000
"""Headers remembered: any client can send new ones, so there is an end to it."""

NAMES: Final = (
    "device.type",
    "device.os",
    "device.browser",
    "device.os_version",
    "device.browser_version",
)
"""What rules read of it."""

Type = Literal["mobile", "tablet", "desktop", "bot"]


def facts(user_agent: str) -> Mapping[str, str]:
    """What a User-Agent header says, as far as it is known, by the names that rules read.

    System and browser are family names, "Other" if unknown; versions are one to four numbers with points
    between them. Never raises; an unknown device is a desktop.
    """
    return _facts(user_agent[:LONGEST])


def warm_up() -> None:
    """Load the patterns, about 0.15 s, so that no visitor waits for them."""
    _facts("")


@lru_cache(maxsize=CACHED)
def _facts(user_agent: str) -> Mapping[str, str]:
    agent = _Agent(user_agent)
    said = (_type(agent), agent.os.family, agent.browser.family, *map(_version, agent.versions))
    return {name: each for name, each in zip(NAMES, said, strict=True) if each}


def _version(parts: tuple[str | None, ...]) -> str:
    """The numbers that a version begins with: Windows XP has none."""
    numbers = takewhile(lambda part: part and part.isdecimal() and part.isascii(), parts)
    return ".".join(part for part in numbers if part)


def _type(agent: "_Agent") -> Type:
    if agent.is_bot:
        return "bot"
    if agent.is_tablet:
        return "tablet"
    return "mobile" if agent.is_mobile else "desktop"


class _Agent(parsers.UserAgent):  # type: ignore[misc]
    """The library's classes over the fast resolver; its own constructor takes a slow one."""

    def __init__(self, user_agent: str) -> None:
        result = ua_parser.parse(user_agent).with_defaults()
        self.ua_string = user_agent
        system, browser, device = result.os, result.user_agent, result.device
        self.versions = [
            (each.major, each.minor, each.patch, each.patch_minor) for each in (system, browser)
        ]
        self.os = parsers.parse_operating_system(system.family, system.major, system.minor)
        self.browser = parsers.parse_browser(browser.family, browser.major, browser.minor)
        self.device = parsers.parse_device(device.family, device.brand, device.model)
