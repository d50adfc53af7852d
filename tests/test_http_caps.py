"""Caps on a running edge: what was really seen is counted, for each visitor alone."""

from pathlib import Path
from typing import Any
from uuid import uuid4

from edges import RULES, SITE, Browser, Running, run

DAY = 86_400_000
CAPS = """
campaign: advent
cap: {times: 3, within: 7d}
rules:
  - {id: big, slot: hero, cap: {times: 2, within: 1d}, show: {action: setText, text: Big}}
  - {id: small, slot: strip, show: {action: setText, text: Small}}
"""
SHOP = SITE.replace("properties: {slot: string}", "properties: {slot: string, rule: string}")


async def see(browser: Browser, edge: Running, slot: str, **changed: Any) -> Any:
    """Decide, and report what a slot shows as the tag does once it was seen."""
    decision = (await browser.decide())[slot]
    won = decision["reason"] in ("MATCH", "SPLIT")  # a fallback is seen, and no rule with it
    properties = {"slot": slot, **({"rule": decision["rule"]} if won else {})}
    event = {"id": str(uuid4()), "name": "exposure", "time": edge.clock.now}
    sent = [{**event, "properties": properties, "decision": decision["id"], **changed}]
    assert (await browser.post("events", sent)).status_code == 202
    return decision


async def reasons(browser: Browser) -> tuple[str, str]:
    """Return why the two slots show what they show."""
    decisions = await browser.decide()
    return decisions["hero"]["reason"], decisions["strip"]["reason"]


async def known(edge: Running) -> Browser:
    """Return a browser whose visitor accepted all."""
    browser = edge.browser()
    await browser.consent("accept_all")
    return browser


def capped(tmp_path: Path, test: Any, rules: str = CAPS) -> None:
    run(tmp_path, test, site=SHOP, rules=rules)


def test_what_was_seen_caps_the_rule_and_then_its_campaign_in_every_slot(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = await known(edge)
        for wanted in (("MATCH", "MATCH"), ("MATCH", "MATCH"), ("CAPPED", "MATCH")):
            assert await reasons(browser) == wanted
            if wanted[0] == "MATCH":
                await see(browser, edge, "hero")
        await see(browser, edge, "strip")
        assert await reasons(browser) == ("CAPPED", "CAPPED")
        decisions = await browser.decide()
        assert [decisions[slot]["rule"] for slot in ("hero", "strip")] == ["big", "small"]

    capped(tmp_path, test)


def test_a_window_closes_and_the_other_stays_open(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = await known(edge)
        for slot in ("hero", "hero"):
            await see(browser, edge, slot)
        edge.clock.now += DAY
        assert await reasons(browser) == ("CAPPED", "MATCH")
        edge.clock.now += 1
        assert await reasons(browser) == ("MATCH", "MATCH")
        await see(browser, edge, "strip")
        assert await reasons(browser) == ("CAPPED", "CAPPED")
        edge.clock.now += 6 * DAY
        assert await reasons(browser) == ("MATCH", "MATCH")

    capped(tmp_path, test)


def test_nobody_elses_views_count(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        one, other = await known(edge), await known(edge)
        for _ in range(2):
            await see(one, edge, "hero")
        assert await reasons(one) == ("CAPPED", "MATCH")
        assert await reasons(other) == ("MATCH", "MATCH")

    capped(tmp_path, test)


def test_an_exposure_sent_again_counts_once(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = await known(edge)
        for _ in range(5):
            await see(browser, edge, "hero", id="same")
        assert await reasons(browser) == ("MATCH", "MATCH")

    capped(tmp_path, test)


def test_exposures_of_other_rules_do_not_count(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = await known(edge)
        for rule in ("small-2", "Big", "", None):
            for _ in range(3):
                await see(browser, edge, "hero", properties={"slot": "hero", "rule": rule})
        assert await reasons(browser) == ("MATCH", "MATCH")

    capped(tmp_path, test)


def test_a_withdrawal_hides_the_rule_and_a_new_visitor_begins_anew(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = await known(edge)
        for _ in range(2):
            await see(browser, edge, "hero")
        assert await reasons(browser) == ("CAPPED", "MATCH")
        await browser.consent("withdraw")
        assert await reasons(browser) == ("CONSENT_REQUIRED", "CONSENT_REQUIRED")
        await browser.consent("accept_all")
        assert await reasons(browser) == ("MATCH", "MATCH")

    capped(tmp_path, test)


def test_without_statistics_nothing_is_counted_and_nothing_capped_is_shown(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        assert await reasons(browser) == ("CONSENT_REQUIRED", "CONSENT_REQUIRED")
        await browser.consent("save", "personalization")
        assert await reasons(browser) == ("CONSENT_REQUIRED", "CONSENT_REQUIRED")
        await browser.consent("save", "statistics")
        assert await reasons(browser) == ("MATCH", "MATCH")

    capped(tmp_path, test)


def test_what_was_seen_before_there_was_a_cap_counts(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = await known(edge)
        sent = [
            {
                "id": str(n),
                "name": "exposure",
                "time": edge.clock.now,
                "properties": {"rule": "big"},
            }
            for n in range(2)
        ]
        assert (await browser.post("events", sent)).status_code == 202
        (edge.folder / "rules" / "main.yaml").write_text(CAPS, encoding="utf-8")
        await edge.services.sites.reload(edge.folder)
        assert await reasons(browser) == ("CAPPED", "MATCH")

    capped(tmp_path, test, rules=RULES)


def test_a_fallback_that_is_seen_caps_nothing(tmp_path: Path) -> None:
    shop = SHOP.replace("strip: {}", "strip: {fallback: {action: setText, text: Welcome}}")

    async def test(edge: Running) -> None:
        browser = await known(edge)
        for _ in range(3):
            await see(browser, edge, "strip")
        edge.clock.now += 6 * DAY
        for _ in range(3):
            await see(browser, edge, "strip")
        shown = (await browser.decide())["strip"]
        assert (shown["reason"], shown["rule"], shown["text"]) == ("CAPPED", "small", "Welcome")
        edge.clock.now += DAY + 1
        assert (await browser.decide())["strip"]["text"] == "Small"

    run(tmp_path, test, site=shop, rules=CAPS)
