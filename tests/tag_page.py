"""Pages with the built tag in them, served from a table: what the tag does, apart from any edge."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader
from playwright.sync_api import Page, Request, Route

from consent import banner
from consent.policy import Policy, parse
from harness import ROOT, wait_until
from visits import Visit

ORIGIN = "https://shop.example"
EDGE = "/_tw/demo-shop/"
TAG = (ROOT / "static" / "tag.js").read_text(encoding="utf-8")
TAG_ELEMENT = f'<script async nonce="n0nce" src="{EDGE}tag.js"></script>'
STRICT_CSP = (
    "default-src 'none'; script-src 'nonce-n0nce'; connect-src 'self'; style-src 'nonce-n0nce'; "
    "img-src 'self'; require-trusted-types-for 'script'; trusted-types tagwerk; base-uri 'none'"
)

# Installed before anything else in the page: what a visitor would see in the console, and what is under way.
RECORDER = """
window.seen = {errors: [], violations: [], tagwerk: [], shift: 0, calls: 0};
// Resolves when a frame was drawn and all observers were told, with the number of calls under way.
seen.frame = () => new Promise((done) => new IntersectionObserver((_, observer) => {
  observer.disconnect();
  done(seen.calls);
}).observe(document.documentElement));
const send = window.fetch;
window.fetch = async (...args) => {
  seen.calls += 1;
  try {
    const answer = await send(...args);
    await answer.clone().text();
    return answer;
  } finally {
    seen.calls -= 1;
  }
};
addEventListener("error", (e) => seen.errors.push("error: " + e.message));
addEventListener("unhandledrejection", (e) => seen.errors.push("rejection: " + e.reason));
addEventListener("securitypolicyviolation", (e) =>
  seen.violations.push(`${e.effectiveDirective} ${e.blockedURI} ${e.sample}`));
for (const name of ["ready", "decision", "exposure", "consent", "error"]) {
  document.addEventListener("tagwerk:" + name, (e) => seen.tagwerk.push([name, {...e.detail}]));
}
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shift += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""

UNSET = {"state": "unset", "grants": ["necessary"], "revision": 3, "ask": False}
ASKED = {**UNSET, "ask": True}
DENIED = {**UNSET, "state": "denied"}
GRANTED = {
    "state": "granted",
    "grants": ["marketing", "necessary", "personalization", "statistics"],
    "revision": 3,
    "ask": False,
}
SECTION = {
    "revision": 3,
    "purposes": {"statistics": {}, "personalization": {}, "marketing": {}},
    "services": [
        {
            "name": "Tagwerk",
            "provider": "Modehaus Beispiel GmbH",
            "purpose": "personalization",
            "cookies": [{"name": "__Host-tw_visitor", "duration": "12 months"}],
            "privacy_url": "/datenschutz",
        },
        {
            "name": "Reichweitenmessung",
            "provider": "Zählwerk AG",
            "purpose": "statistics",
            "cookies": [
                {"name": "zw_id", "duration": "30d"},
                {"name": "zw_s", "duration": "session"},
            ],
            "third_countries": ["CH"],
            "privacy_url": "https://zaehlwerk.example/privacy",
        },
        {
            "name": "Anzeigen",
            "provider": "Example Ads Inc.",
            "purpose": "marketing",
            "cookies": [{"name": "_ea", "duration": "90d"}],
            "third_countries": ["US", "IN"],
        },
    ],
    "privacy_url": "/datenschutz",
    "imprint_url": "/impressum",
}


def policy(**changes: object) -> Policy:
    """The policy of these pages, with some settings changed."""
    return parse({**SECTION, **changes})


def texts(lang: str) -> banner.Texts:
    """The texts of a language, as the repository has them."""
    path = ROOT / "consent" / "locales" / f"{lang}.yaml"
    return banner.Texts.parse(yaml.safe_load(path.read_text(encoding="utf-8")))


def rendered(lang: str, **changes: object) -> dict[str, str]:
    """The banner as the edge answers it."""
    view = banner.view(policy(**changes), texts(lang), lang)
    folder = FileSystemLoader(ROOT / "edge" / "templates")
    template = Environment(loader=folder, autoescape=True).get_template("banner.html")
    css = (ROOT / "static" / "banner.css").read_text(encoding="utf-8")
    html = template.render(view=view)
    return {"lang": lang, "html": html, "css": css, "hash": banner.text_hash(view)}


def decision(slot: str = "hero", action: str = "setHtml", **more: object) -> dict[str, Any]:
    """A decision as the edge sends it."""
    base = {"id": "00112233aabbccdd", "slot": slot, "rule": "r1", "variant": "v1"}
    return {**base, "reason": "MATCH", "action": action, **more}


def default(slot: str = "hero") -> dict[str, Any]:
    """The decision that leaves a slot alone."""
    return decision(slot, "none", rule=None, variant=None, reason="DEFAULT")


def boot(page: str | None = "/", **more: object) -> dict[str, Any]:
    """What the edge puts into tag.js."""
    base = {"site": "demo-shop", "page": page, "consent": UNSET}
    slots = [{"name": "hero", "selector": "#hero"}, {"name": "strip", "selector": None}]
    return {**base, "slots": slots, "decisions": [], **more}


def document(body: str, tag: str = TAG_ELEMENT) -> str:
    """A page with the tag in its head."""
    return f"""<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Shop</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="tagwerk:view" content='{{"category": "schuhe"}}'>
    {tag}</head><body>{body}</body></html>"""


Answer = Callable[[Any], tuple[int, Any]] | tuple[int, Any]
HUNG = (0, None)
"""An answer that does not come before ``answer_hung``."""
START = 1_750_000_000
STEP_MS = 50


class Shop:
    """One visit to a site whose every answer is in a table: ``answers[call] = (status, json)``.

    The page's clock stands still but in ``settle``, so that a busy machine makes nothing late or early.
    """

    def __init__(self, visit: Visit, body: str, **options: Any) -> None:
        self.visit = visit
        self.page: Page = visit.page
        self.body = body
        self.boot: dict[str, Any] = options.get("boot") or boot()
        self.headers: Mapping[str, str] = options.get("headers") or {}
        self.tag_code: str | None = options.get("tag_code", TAG)
        self.answers: dict[str, Answer] = {
            "decide": lambda _: (200, {"decisions": [], "consent": self.boot["consent"]}),
            "banner": (200, rendered(options.get("lang", "de"))),
            "events": lambda sent: (202, {"accepted": len(sent), "dropped": []}),
        }
        self.calls: list[tuple[str, Any]] = []
        self.hung: list[Route] = []
        self.page.add_init_script(RECORDER)
        self.page.add_init_script(options.get("before", ""))
        if options.get("own_clock", True):
            self.page.clock.install(time=START)
            self.page.clock.pause_at(START + 1)
        visit.context.route(f"{ORIGIN}/**", self._serve)
        self.page.on("requestfailed", self._given_up)

    def open(self, path: str = "/", wait: bool = True) -> "Shop":
        """Load a page; with ``wait`` until the tag says that it is ready."""
        self.page.goto(ORIGIN + path)
        if wait:
            self.wait("seen.tagwerk.some(([name]) => name === 'ready')")
        return self

    def wait(self, condition: str) -> None:
        """Wait until a condition in the page holds."""
        self.page.wait_for_function(f"() => {condition}")

    def sent(self, call: str) -> list[Any]:
        """The bodies of all calls of this kind so far."""
        return [body for name, body in self.calls if name == call]

    def said(self, name: str) -> list[dict[str, Any]]:
        """The details of all tagwerk events of this kind so far."""
        heard: list[tuple[str, dict[str, Any]]] = self.page.evaluate("seen.tagwerk")
        return [detail for kind, detail in heard if kind == name]

    def settle(self, milliseconds: int = 60) -> None:
        """Let so much of the page's time pass, in steps, and all come to rest that a step set off."""
        for start in range(0, milliseconds, STEP_MS):
            self.page.clock.run_for(min(STEP_MS, milliseconds - start))
            self.rest()

    def rest(self) -> None:
        """Wait until what was drawn is observed and each call but the hung ones is answered."""
        self.page.evaluate("seen.frame()")
        wait_until(
            "the calls to be answered",
            lambda: self.page.evaluate("seen.frame()") <= len(self.hung),
        )

    def answer_hung(self) -> None:
        """Answer the calls that hang, from the table as it is now, and wait for what that sets off."""
        routes, self.hung = self.hung, []
        for route in routes:
            self._answer(route)
        self.rest()

    def text(self, selector: str = "#hero") -> str:
        """The visible text of an element."""
        return self.page.locator(selector).inner_text()

    def unharmed(self) -> None:
        """Nothing went wrong that the page without the tag would not have had."""
        # Chromium itself logs each failed request; no script can prevent or cause that line.
        console = [line for line in self.visit.console if "Failed to load resource" not in line]
        inside = self.page.evaluate("[...seen.errors, ...seen.violations]")
        harm = [*console, *inside, *self.visit.errors]
        assert not harm, harm

    def _given_up(self, request: Request) -> None:
        self.hung = [route for route in self.hung if route.request != request]

    def _serve(self, route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN).split("?")[0]
        if not path.startswith(EDGE):
            html = document(self.body)
            route.fulfill(body=html, content_type="text/html", headers=dict(self.headers))
        elif path == EDGE + "tag.js":
            self._serve_tag(route)
        else:
            self.calls.append((path.removeprefix(EDGE), sent(route)))
            self._answer(route)

    def _serve_tag(self, route: Route) -> None:
        if self.tag_code is None:
            return route.abort("connectionrefused")
        code = f"(function(__tw){{{self.tag_code}}})({json.dumps(self.boot)});"
        return route.fulfill(body=code, content_type="text/javascript")

    def _answer(self, route: Route) -> None:
        name = route.request.url.removeprefix(ORIGIN + EDGE).split("?")[0]
        answer = self.answers.get(name, (404, {"title": "no such call"}))
        status, data = answer(sent(route)) if callable(answer) else answer
        if status == 0:
            return self.hung.append(route)
        return route.fulfill(status=status, body=json.dumps(data), content_type="application/json")


def sent(route: Route) -> Any:
    """The JSON of a call, if it has one."""
    return route.request.post_data_json if route.request.method == "POST" else None


def shots() -> Path:
    """Where screenshots go."""
    folder = ROOT / "build" / "shots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
