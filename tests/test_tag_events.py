"""Events: nothing without a grant, batched, sent again under the same ids, exposures really seen."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from harness import wait_until
from tag_page import DENIED, GRANTED, TAG, UNSET, Shop, boot, decision, document
from visits import Visit

pytestmark = pytest.mark.browser

TALL = '<div id="hero" style="height:300px">own</div>'
NO_STATISTICS = {**GRANTED, "grants": ["necessary", "personalization"]}


def shop_with(visit: Callable[..., Visit], body: str = TALL, **more: Any) -> Shop:
    options = {"consent": GRANTED, "decisions": [decision(html="new")], **more}
    return Shop(visit(), body, boot=boot(**options))


def events(shop: Shop, name: str = "") -> list[dict[str, Any]]:
    """All events that were sent, also those sent again."""
    return [each for batch in shop.sent("events") for each in batch if name in each["name"]]


@pytest.mark.parametrize(
    "consent", [UNSET, DENIED, {**GRANTED, "grants": ["necessary", "functional"]}]
)
def test_without_a_grant_no_event_has_an_id(visit: Callable[..., Visit], consent: Any) -> None:
    spy = "const made = crypto.randomUUID; crypto.randomUUID = () => { window.ids = 1; return made() };"
    shop = shop_with(visit, consent=consent)
    shop.page.add_init_script(spy)
    shop.open()
    shop.page.evaluate("tagwerk.track('purchase', {value: 10})")
    shop.settle(1300)
    assert events(shop) == []
    assert shop.page.evaluate("window.ids") is None


def test_events_of_a_moment_go_in_one_batch(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit).open()
    shop.page.evaluate("['a', 'b', 'c'].forEach((name) => tagwerk.track(name, {n: 1}))")
    shop.settle(400)
    (batch,) = shop.sent("events")
    assert [each["name"] for each in batch] == ["view", "a", "b", "c"]
    assert len({each["id"] for each in batch}) == 4
    assert all(abs(each["time"] - shop.page.evaluate("Date.now()")) < 5000 for each in batch)


# What a page may pass by mistake, and what is kept of it.
BESIDE = [
    ("{v: {nested: 1}, n: 1}", {"n": 1}),
    ("{v: [1], w: null, x: undefined, y: () => 1, z: Symbol('z'), b: false}", {"b": False}),
    ("{v: '\\u{1f600}'.slice(0, 1)}", {"v": "\ufffd"}),
    ("{['\\ud83d']: 1}", {"\ufffd": 1}),
    ("{v: 1n, w: NaN, x: -Infinity, n: 1.5}", {"n": 1.5}),
    ("{v: 'x'.repeat(70000)}", {"v": "x" * 512}),
    ("{v: 'x'.repeat(511) + '\\u{1f600}'}", {"v": "x" * 511 + "\ufffd"}),
    ("{['x'.repeat(70000)]: 1}", {"x" * 64: 1}),
    ("Object.create({inherited: 1}, {n: {value: 1, enumerable: true}})", {"n": 1}),
    ("null", {}),
    ("undefined", {}),
    ("7", {}),
]


@pytest.mark.parametrize("properties,kept", BESIDE, ids=[made for made, _ in BESIDE])
def test_a_bad_property_harms_no_other_event(
    visit: Callable[..., Visit], properties: str, kept: Any
) -> None:
    shop = shop_with(visit).open()
    shop.page.evaluate(
        f"() => {{ tagwerk.track('good', {{product: 'x'}}); tagwerk.track('bad', {properties}) }}"
    )
    shop.settle(400)
    tracked = [each for each in events(shop) if each["name"] in ("good", "bad")]
    assert [(each["name"], each["properties"]) for each in tracked] == [
        ("good", {"product": "x"}),
        ("bad", kept),
    ]
    assert shop.said("error") == []


@pytest.mark.parametrize(
    "call",
    [
        "''",
        "undefined",
        "null",
        "7",
        "{}",
        "['a']",
        "'x'.repeat(65)",
        "'\\ud83d'",
        "'bad', {get v() { throw new Error('theirs') }}",
    ],
)
def test_an_event_that_is_none_is_refused_alone(visit: Callable[..., Visit], call: str) -> None:
    shop = shop_with(visit).open()
    shop.page.evaluate(f"() => {{ tagwerk.track('good'); tagwerk.track({call}) }}")
    shop.settle(400)
    assert [each["name"] for each in events(shop)] == ["view", "good"]
    assert [each["during"] for each in shop.said("error")] == ["track"]
    shop.unharmed()


def test_a_batch_is_never_larger_than_the_edge_takes(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit).open()
    shop.page.evaluate(
        "for (let n = 0; n < 60; n++) tagwerk.track('long', {n, a: '€'.repeat(600), b: '€'.repeat(600)})"
    )
    shop.settle(2500)
    assert [each["properties"]["n"] for each in events(shop, "long")] == list(range(60))
    sizes = [len(json.dumps(sent, ensure_ascii=False).encode()) for sent in shop.sent("events")]
    assert max(sizes) < 64 * 1024


@pytest.mark.parametrize("fault", [(502, {}), (503, {}), (504, {}), (0, None)])
def test_what_was_not_taken_is_sent_again_under_the_same_id(
    visit: Callable[..., Visit], fault: Any
) -> None:
    shop = shop_with(visit)
    good = shop.answers["events"]
    shop.answers["events"] = fault
    shop.open()
    shop.settle(500)
    shop.answers["events"] = good
    shop.settle(3600)
    first, second = events(shop, "view")
    assert first == second
    shop.unharmed()


def test_it_gives_up_after_a_few_tries(visit: Callable[..., Visit]) -> None:
    # Answered inside the page, so that its clock can run ahead of real time.
    full = "window.fetch = async () => (window.tries = (window.tries ?? 0) + 1, new Response('{}', {status: 503}))"
    shop = shop_with(visit, consent=NO_STATISTICS)
    shop.page.add_init_script(full)
    shop.open()
    for _ in range(100):
        shop.page.clock.run_for(31_000)
        if shop.said("error"):
            break
    for _ in range(5):
        shop.page.clock.run_for(31_000)
    assert shop.page.evaluate("window.tries") == 5
    assert [each["during"] for each in shop.said("error")] == ["events"]


@pytest.mark.parametrize("status", [400, 413, 500])
def test_what_was_refused_is_not_sent_again(visit: Callable[..., Visit], status: int) -> None:
    shop = shop_with(visit, consent=NO_STATISTICS)
    shop.answers["events"] = (status, {"title": "refused"})
    shop.open()
    shop.settle(2500)
    assert len(shop.sent("events")) == 1


@pytest.mark.parametrize("status", [400, 413])
def test_a_bad_event_costs_the_good_ones_of_its_batch_nothing(
    visit: Callable[..., Visit], status: int
) -> None:
    def picky(sent: Any) -> tuple[int, Any]:
        if any(each["name"] == "bad" for each in sent):
            return status, {"title": "refused"}
        taken.extend(each["name"] for each in sent)
        return 202, {}

    taken: list[str] = []
    shop = shop_with(visit, consent=NO_STATISTICS)
    shop.answers["events"] = picky
    shop.open()
    shop.page.evaluate("['a', 'bad', 'b', 'bad'].forEach((name) => tagwerk.track(name))")
    shop.settle(5000)
    assert taken == ["view", "a", "b"]
    assert [each["message"] for each in shop.said("error")] == [str(status)] * 2
    # Neither bad one is tried again, and what follows goes in one batch as before.
    sent = len(shop.sent("events"))
    shop.page.evaluate("['d', 'e', 'f'].forEach((name) => tagwerk.track(name))")
    shop.settle(1200)
    assert [[each["name"] for each in batch] for batch in shop.sent("events")[sent:]] == [
        ["d", "e", "f"]
    ]
    shop.unharmed()


@pytest.mark.parametrize("status", [401, 403, 404])
def test_an_edge_that_takes_no_events_is_asked_once(
    visit: Callable[..., Visit], status: int
) -> None:
    shop = shop_with(visit, consent=NO_STATISTICS)
    shop.answers["events"] = (status, {"title": "refused"})
    shop.open()
    shop.page.evaluate("['a', 'b'].forEach((name) => tagwerk.track(name))")
    shop.settle(2500)
    assert len(shop.sent("events")) == 1


class RealServer(BaseHTTPRequestHandler):
    """A page with the tag: what leaves a page that is being closed can only be seen from outside."""

    def do_GET(self) -> None:
        code = f"(function(__tw){{{TAG}}})({json.dumps(boot(consent=GRANTED))});"
        is_tag = self.path.endswith("tag.js")
        self._answer("text/javascript" if is_tag else "text/html", code if is_tag else document(""))

    def do_POST(self) -> None:
        self.server.sent += json.loads(self.rfile.read(int(self.headers["content-length"])))
        self._answer("application/json", "{}")

    def _answer(self, kind: str, text: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


def names(sent: list[dict[str, Any]]) -> list[str]:
    """Return the names of events, each once."""
    return list({each["id"]: each["name"] for each in sent}.values())


def test_a_page_that_is_left_sends_what_it_has(visit: Callable[..., Visit]) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), RealServer) as server:
        server.sent = []
        Thread(target=server.serve_forever, daemon=True).start()
        page = visit().page
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        page.wait_for_function("!!window.tagwerk?.track")
        page.evaluate("() => { tagwerk.track('late'); location = 'about:blank' }")
        # On a slow machine the view has gone before, and may go again under its own id.
        wait_until("both events", lambda: len(names(server.sent)) > 1)
        server.shutdown()
    assert sorted(names(server.sent)) == ["late", "view"]


def test_a_block_that_was_seen_is_an_exposure(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit).open()
    shop.rest()
    shop.settle(999)
    assert shop.said("exposure") == []
    shop.settle(201)
    (exposure,) = events(shop, "exposure")
    assert exposure["properties"] == {"slot": "hero", "rule": "r1", "variant": "v1"}
    assert exposure["decision"] == decision()["id"]
    assert shop.said("exposure") == [exposure["properties"]]


def test_a_fallback_that_was_seen_counts_for_no_rule(visit: Callable[..., Visit]) -> None:
    capped = decision(html="new", reason="CAPPED", variant=None)
    shop = shop_with(visit, decisions=[capped]).open()
    shop.rest()
    shop.settle(1200)
    (exposure,) = events(shop, "exposure")
    assert exposure["properties"] == {"slot": "hero"}


def test_a_block_out_of_sight_is_none_until_it_is_scrolled_to(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit, '<div style="height:3000px"></div>' + TALL).open()
    shop.settle(1400)
    assert events(shop, "exposure") == []
    shop.page.evaluate("hero.scrollIntoView()")
    shop.settle(1500)
    shop.page.evaluate("scrollTo(0, 0)")
    shop.page.evaluate("hero.scrollIntoView()")
    shop.settle(1500)
    assert len(events(shop, "exposure")) == 1


@pytest.mark.parametrize("screens", [1.5, 2.5, 12, 60])
def test_a_block_taller_than_the_screen_is_seen_by_half_a_screen(
    visit: Callable[..., Visit], screens: float
) -> None:
    tall = f'<div style="height:100vh"></div><div id="hero" style="height:{screens * 100}vh"></div>'
    shop = shop_with(visit, tall).open()
    shop.page.evaluate("scrollTo(0, innerHeight * 0.4)")
    shop.rest()
    shop.settle(1200)
    assert shop.said("exposure") == []
    # On it goes through the block, and stays in it: a second from when half a screen was covered.
    for share in (0.6, 0.7, 0.8, 0.9):
        shop.page.evaluate("(share) => scrollTo(0, innerHeight * share)", share)
        shop.rest()
        shop.settle(240)
    assert shop.said("exposure") == []
    shop.settle(40)
    assert len(shop.said("exposure")) == 1
    shop.settle(200)
    assert len(events(shop, "exposure")) == 1


def test_a_tall_block_that_passes_by_is_none(visit: Callable[..., Visit]) -> None:
    tall = '<div id="hero" style="height:500vh"></div><div style="height:200vh"></div>'
    shop = shop_with(visit, tall).open()
    shop.rest()
    shop.settle(900)
    shop.page.evaluate("scrollTo(0, innerHeight * 4.6)")
    shop.rest()
    shop.settle(1200)
    assert events(shop, "exposure") == []


def test_a_block_that_passes_by_is_none(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit, TALL + '<div style="height:3000px"></div>').open()
    shop.settle(400)
    shop.page.evaluate("scrollTo(0, 2000)")
    shop.settle(1200)
    assert events(shop, "exposure") == []


def test_a_block_that_was_taken_out_again_is_none(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit)
    shop.answers["decide"] = (200, {"decisions": [], "consent": GRANTED})
    shop.open()
    shop.settle(300)
    shop.page.evaluate("tagwerk.decide()")
    shop.settle(1500)
    assert events(shop, "exposure") == []


def test_exposures_need_the_statistics_grant(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit, consent=NO_STATISTICS).open()
    shop.settle(1400)
    assert [each["name"] for each in events(shop)] == ["view"]


@pytest.mark.parametrize("action", ["replace", "append", "before", "setText", "addClass"])
def test_exposure_of_every_kind_of_block(visit: Callable[..., Visit], action: str) -> None:
    content = {"setText": {"text": "new"}, "addClass": {"value": "x"}}
    made = decision(action=action, **content.get(action, {"html": "<p>new</p>"}))
    shop = shop_with(visit, decisions=[made]).open()
    shop.settle(1500)
    assert len(events(shop, "exposure")) == 1
