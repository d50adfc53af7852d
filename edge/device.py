"""What a User-Agent header says about the device: its class, system and browser."""

from functools import lru_cache
from typing import Final, Literal

import msgspec
import ua_parser
from user_agents import parsers

LONGEST: Final = 512
"""Characters of the header that are looked at; what identifies a browser stands before."""

CACHED: Final = 10_000
"""Headers remembered: any client can send new ones, so there is an end to it."""

Type = Literal["mobile", "tablet", "desktop", "bot"]


class Device(msgspec.Struct, frozen=True):
    """The facts a rule may read; ``os`` and ``browser`` are family names, "Other" if unknown."""

    type: Type
    os: str
    browser: str


def facts(user_agent: str) -> Device:
    """The device behind a User-Agent header. Never raises; an unknown one is a desktop."""
    return _facts(user_agent[:LONGEST])


def warm_up() -> None:
    """Load the patterns, about 0.15 s, so that no visitor waits for them."""
    _facts("")


@lru_cache(maxsize=CACHED)
def _facts(user_agent: str) -> Device:
    agent = _Agent(user_agent)
    return Device(_type(agent), agent.os.family, agent.browser.family)


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
        self.os = parsers.parse_operating_system(system.family, system.major, system.minor)
        self.browser = parsers.parse_browser(browser.family, browser.major, browser.minor)
        self.device = parsers.parse_device(device.family, device.brand, device.model)
