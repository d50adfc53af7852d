"""Events and what they change: durable, counted once, only what is declared."""

import json
import sqlite3
from pathlib import Path

from edges import ORIGIN, RULES, SITE, START, Running, run

DAY = 86_400_000


def test_three_views_change_the_decision_and_the_window_closes(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        for wanted in ("DEFAULT", "DEFAULT", "DEFAULT", "MATCH"):
            assert (await browser.decide())["hero"]["reason"] == wanted
            assert (await browser.see("shoes")).status_code == 202
        await browser.see("coats")
        assert (await browser.decide())["hero"]["rule"] == "shoes"
        edge.clock.now += 31 * DAY
        assert (await browser.decide())["hero"]["reason"] == "DEFAULT"

    run(tmp_path, test)


def test_a_retried_event_counts_once(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        for _ in range(5):
            assert (await browser.see("shoes", "same")).status_code == 202
        assert (await browser.decide())["hero"]["reason"] == "DEFAULT"

    run(tmp_path, test)


def test_undeclared_events_and_properties_are_not_kept(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        properties = {"category": "shoes", "email": "a@b.example", "path": 7}
        sent = [
            {"id": "1", "name": "view", "time": START, "properties": properties},
            {"id": "2", "name": "spy", "time": START, "properties": {}},
        ]
        answer = await browser.post("events", sent)
        assert answer.status_code == 200
        assert answer.json() == {"accepted": 1, "dropped": [{"id": "2", "reason": "UNDECLARED"}]}
        with sqlite3.connect(tmp_path / "store.db") as connection:
            rows = connection.execute("SELECT name, properties FROM events").fetchall()
        assert [(name, bytes(kept)) for name, kept in rows] == [("view", b'{"category":"shoes"}')]

    run(tmp_path, test)


def test_a_clock_that_runs_ahead_cannot_hold_a_window_open(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        for number in range(3):
            future = {"id": f"{number}", "name": "view", "time": START + 400 * DAY}
            await browser.post("events", [{**future, "properties": {"category": "shoes"}}])
        edge.clock.now += 31 * DAY
        assert (await browser.decide())["hero"]["reason"] == "DEFAULT"

    run(tmp_path, test)


def test_a_rule_written_later_counts_what_happened_before(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        for _ in range(2):
            await browser.see("coats")
        path = edge.folder / "rules" / "main.yaml"
        text = RULES.replace("category: shoes", "category: coats").replace("gte: 3", "gte: 2")
        path.write_text(text, encoding="utf-8")
        await edge.services.sites.reload(edge.folder)
        assert (await browser.decide())["hero"]["rule"] == "shoes"

    run(tmp_path, test)


def test_too_many_events_at_once(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        many = [{"id": str(number), "name": "view", "time": 1} for number in range(101)]
        assert (await edge.browser().post("events", many)).status_code == 413

    run(tmp_path, test)


def test_a_bad_event_costs_the_good_ones_nothing(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        good = {"id": "good", "name": "view", "time": START, "properties": {"category": "shoes"}}
        bad = [
            {**good, "id": "nested", "properties": {"category": {"a": 1}}},
            {**good, "id": "long", "name": "x" * 65},
            {**good, "id": 7},
            "text",
        ]
        answer = await browser.post("events", [*bad, good])
        assert answer.json()["accepted"] == 1
        assert [each["reason"] for each in answer.json()["dropped"]] == ["INVALID"] * 4
        assert [each["id"] for each in answer.json()["dropped"]] == ["nested", "long", "", ""]

    run(tmp_path, test)


def test_bytes_that_are_no_text_are_a_problem_not_a_failure(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        body = b'[{"id":"1","name":"view","time":1,"properties":{"category":"\xff"}}]'
        headers = {"origin": ORIGIN, "content-type": "application/json"}
        client = edge.browser().client
        answer = await client.post("/_tw/shop/events", content=body, headers=headers)
        assert answer.status_code < 500

    run(tmp_path, test)


PAST_SITE = SITE.replace("path: string}", "path: string, price: number}")
PAST = """
campaign: main
rules:
  - {id: spent, slot: hero, priority: 2, show: {action: hide},
     when: {event: {name: view, within: 30d, sum: {of: price, gte: 100}}}}
  - {id: ever, slot: hero, show: {action: hide}, when: {event: {name: view, sum: {of: price, gte: 100}}}}
  - {id: began, slot: strip, priority: 2, show: {action: hide},
     when: {event: {name: view, first: {of: category, equals: coats}}}}
  - {id: latest, slot: strip, show: {action: hide},
     when: {event: {name: view, where: {price: {gt: 1}}, last: {of: category, equals: shoes}}}}
"""


def test_sums_and_first_and_last_events_decide(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")

        async def look(category: str, price: float, age: int) -> None:
            event = {"id": f"{age}", "name": "view", "time": edge.clock.now - age * DAY}
            properties = {"category": category, "price": price}
            assert (await browser.post("events", [{**event, "properties": properties}])).is_success

        async def rules() -> tuple[str | None, ...]:
            decided = await browser.decide()
            return tuple(decided[slot].get("rule") for slot in ("hero", "strip"))

        await look("shoes", 60.5, 1)
        assert await rules() == (None, "latest")
        await look("coats", 39.5, 20)
        assert await rules() == ("spent", "began")
        await look("coats", 1, 0)
        edge.clock.now += 11 * DAY
        assert await rules() == ("ever", "began")

    run(tmp_path, test, site=PAST_SITE, rules=PAST)


def test_a_number_of_any_length_costs_the_other_events_nothing(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        event = '{"id": "%d", "name": "view", "time": 1, "properties": {"price": %s}}'
        prices = ["9" * 9000, "9" * 600, "9" * 300, "1e99", "100"]
        body = ", ".join(event % (at, price) for at, price in enumerate(prices))
        headers = {**browser.headers, "content-type": "application/json"}
        answer = await browser.client.post("/_tw/shop/events", content=f"[{body}]", headers=headers)
        assert answer.json() == {"accepted": 4, "dropped": [{"id": "0", "reason": "INVALID"}]}
        assert (await browser.decide())["hero"]["rule"] == "ever"
        await browser.post(
            "events", [{"id": "9", "name": "view", "time": 2, "properties": {"price": -1}}]
        )
        assert (await browser.decide())["hero"]["reason"] == "DEFAULT"

    run(tmp_path, test, site=PAST_SITE, rules=PAST)


def test_what_no_window_can_reach_is_not_kept_with_the_counts(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        for age in (40, 20, 0):
            event = {"id": f"{age}", "name": "view", "time": START - age * DAY}
            await browser.post("events", [{**event, "properties": {"price": 2}}])
        with sqlite3.connect(tmp_path / "store.db") as connection:
            (counts,) = connection.execute("SELECT counts FROM visitors").fetchone()
        held = sorted(json.loads(counts).values(), key=str)
        assert held == [[6_000_000], [[START - 20 * DAY, START], [2_000_000, 4_000_000]]]

    run(tmp_path, test, site=PAST_SITE, rules=PAST)
