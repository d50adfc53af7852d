"""The shop's pages and forms: a small backend as any shop has one, and how it meets the edge.

All it does for the edge is ``sign``: it says who has logged in, once, on the page after.
"""

import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import jwt
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from edge.demo import catalogue as catalogue_file
from edge.demo import links, strip
from edge.demo.pages import Pages, View
from edge.demo.session import Event, Session, Sessions

SITE: Final = "demo-shop"
TOKEN_SECONDS: Final = 120
_LARGEST_FORM: Final = 4096
Form = dict[str, str]
Page = Callable[[Request, str], Awaitable[Response]]
Post = Callable[[Request, str, Form], Awaitable[Response]]


class Shop:
    """One shop; ``clock`` gives milliseconds since the epoch."""

    def __init__(self, folder: Path, identify_key: bytes, clock: Callable[[], int]) -> None:
        self._catalogue = catalogue_file.load(folder)
        self._pages = Pages(folder, self._catalogue)
        self._sessions = Sessions(identify_key)
        self._key = identify_key
        self._clock = clock

    def routes(self) -> list[Route]:
        """Return all routes in all languages."""
        found = [Route("/en", _to_english, methods=["GET"])]
        for language in links.LANGUAGES:
            found += self._routes(language)
        return found

    def _routes(self, language: str) -> list[Route]:
        at = {name: paths[language] for name, paths in links.PAGES.items()}
        prefix = "" if language == links.LANGUAGES[0] else f"/{language}"
        pages: list[tuple[str, Page]] = [
            (at["home"], self._home),
            (at["cart"], self._cart),
            (at["login"], self._simple("login")),
            (at["imprint"], self._simple("imprint")),
            (at["privacy"], self._simple("privacy")),
            (at["lookbook"], self._lookbook),
            (at["lookbook"] + "/{slug}", self._lookbook),
            (links.CATEGORY[language] + "{slug}", self._category),
            (links.PRODUCT[language] + "{slug}", self._product),
        ]
        forms: list[tuple[str, Post]] = [
            (at["cart"], self._change_cart),
            (at["login"], self._log_in),
            (f"{prefix}/logout", self._log_out),
            (f"{prefix}/demo/try", self._try),
        ]
        return [
            *(Route(path, _page(page, language), methods=["GET"]) for path, page in pages),
            *(Route(path, _form(form, language), methods=["POST"]) for path, form in forms),
        ]

    async def _home(self, request: Request, language: str) -> Response:
        alternate = links.PAGES["home"][_other(language)]
        products = self._view(language).products()
        return self._answer(request, "home.html", language, alternate, products=products)

    async def _cart(self, request: Request, language: str) -> Response:
        session = self._session(request)
        cart = self._view(language).cart(session.cart)
        ordered = any(event.name == "purchase" for event in session.events)
        alternate = links.PAGES["cart"][_other(language)]
        return self._answer(request, "cart.html", language, alternate, cart=cart, ordered=ordered)

    def _simple(self, name: str) -> Page:
        async def page(request: Request, language: str) -> Response:
            alternate = links.PAGES[name][_other(language)]
            return self._answer(request, f"{name}.html", language, alternate)

        return page

    async def _category(self, request: Request, language: str) -> Response:
        category = _by_slug(self._catalogue.categories.values(), language, request)
        view = self._view(language)
        return self._answer(
            request, "category.html", language, links.of_category(category, _other(language)),
            category=view.category(category), products=view.products(category.key),
        )  # fmt: skip

    async def _product(self, request: Request, language: str) -> Response:
        product = self._catalogue.products.get(request.path_params["slug"])
        if product is None:
            raise HTTPException(404)
        return self._answer(
            request, "product.html", language, links.of_product(product, _other(language)),
            product=self._view(language).product(product),
        )  # fmt: skip

    async def _lookbook(self, request: Request, language: str) -> Response:
        looks = list(self._catalogue.looks.values())
        named = "slug" in request.path_params
        look = _by_slug(looks, language, request) if named else looks[0]
        other = _other(language)
        alternate = links.of_look(look, other) if named else links.PAGES["lookbook"][other]
        view = self._view(language)
        return self._answer(
            request, "lookbook.html", language, alternate, looks=view.looks(), look=view.look(look)
        )

    async def not_found(self, request: Request, _: Exception) -> Response:
        """Answer an address that the shop does not have, in the language of its path."""
        language = "en" if request.url.path.startswith("/en/") else "de"
        return self._answer(request, "not_found.html", language, None, 404)

    async def _change_cart(self, request: Request, language: str, form: Form) -> Response:
        session = self._session(request)
        if added := self._catalogue.products.get(form.get("add", "")):
            told = Event("add_to_cart", {"product": added.key, "value": added.price / 100})
            session = session.with_product(added.key, 1).with_events(told)
        elif form.get("remove") in session.cart:
            session = session.with_product(form["remove"], -session.cart[form["remove"]])
        elif "order" in form:
            session = session.with_events(*self._bought(session)).ordered()
        response = RedirectResponse(links.PAGES["cart"][language], 303)
        self._sessions.write(request, response, session)
        return response

    def _bought(self, session: Session) -> list[Event]:
        """Return a purchase for each line of the cart, its value in euros."""
        sold = self._catalogue.products
        lines = [(sold[key], count) for key, count in session.cart.items() if key in sold]
        return [
            Event("purchase", {"category": piece.category, "value": piece.price * count / 100})
            for piece, count in lines
        ]

    async def _log_in(self, request: Request, language: str, form: Form) -> Response:
        customer = form.get("customer", "")
        if customer not in self._catalogue.customers:
            raise HTTPException(400, "there is no such customer")
        home = links.PAGES["home"][language]
        response = _back(request, home, leave=links.PAGES["login"][language])
        self._sessions.write(request, response, self._session(request).logged_in(customer))
        return response

    async def _log_out(self, request: Request, language: str, _: Form) -> Response:
        response = _back(request, links.PAGES["home"][language])
        self._sessions.write(request, response, self._session(request).logged_out())
        return response

    async def _try(self, request: Request, language: str, form: Form) -> Response:
        # Each button sends one of the two, empty for "as it is": the other stays.
        wanted = {**strip.read(request.cookies), **form}
        chosen = strip.choices(wanted.get("device", ""), wanted.get("country", ""))
        response = _back(request, links.PAGES["home"][language])
        if chosen:
            secure = request.url.scheme == "https"
            value = strip.written(chosen)
            response.set_cookie(strip.COOKIE, value, httponly=True, samesite="lax", secure=secure)
        elif strip.COOKIE in request.cookies:
            response.delete_cookie(strip.COOKIE)
        return response

    def _session(self, request: Request) -> Session:
        return self._sessions.read(request, self._clock())

    def _view(self, language: str) -> View:
        return View(self._catalogue, language)

    def _answer(
        self, request: Request, name: str, language: str, alternate: str | None,
        status: int = 200, **context: Any,
    ) -> Response:  # fmt: skip
        session = self._session(request)
        tells = request.method == "GET" and status == 200  # what is no page runs no script
        told = session if tells else session.told()
        view = self._view(language)
        tries = strip.read(request.cookies)
        response = self._pages.render(
            name, language, status,
            path=request.url.path,
            alternate=alternate,
            cart_count=sum(line["quantity"] for line in view.cart(session.cart)["lines"]),
            customer=view.customer(session.customer),
            token=self._token(told),
            logged_out=told.tell == "logout",
            events=[["track", *event] for event in told.events],
            tries={"device": tries.get("device"), "country": tries.get("country")},
            **context,
        )  # fmt: skip
        self._sessions.write(request, response, session.told() if tells else session)
        return response

    def _token(self, session: Session) -> str | None:
        """Return the token for the first page after a login, None for every other."""
        if session.tell != "login" or session.customer is None:
            return None
        return sign(self._key, session.customer, self._clock() // 1000)


def sign(key: bytes, customer: str, now: int) -> str:
    """Say to the edge who has logged in at ``now`` (seconds): short-lived, for this site, used once."""
    claims = {
        "sub": customer, "aud": SITE, "iat": now, "exp": now + TOKEN_SECONDS,
        "jti": secrets.token_urlsafe(16),
    }  # fmt: skip
    return jwt.encode(claims, key, algorithm="HS256")


def _page(page: Page, language: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await page(request, language)

    return endpoint


def _form(form: Post, language: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if request.headers.get("origin") != _own_origin(request):
            raise HTTPException(403, "this form was sent from another site")
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LARGEST_FORM:
                raise HTTPException(413)
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        return await form(request, language, dict(pairs))

    return endpoint


async def _to_english(_: Request) -> Response:
    return RedirectResponse(links.PAGES["home"]["en"], 308)


def _own_origin(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers.get('host', '')}"


def _back(request: Request, otherwise: str, leave: str | None = None) -> Response:
    """Redirect to the page that the form was on; ``leave`` is one not to go back to."""
    came_from = urlsplit(request.headers.get("referer", ""))
    own = f"{came_from.scheme}://{came_from.netloc}" == _own_origin(request)
    path = links.local(came_from.path) if own else None
    if path is None or path == leave:
        return RedirectResponse(otherwise, 303)
    return RedirectResponse(path + (f"?{came_from.query}" if came_from.query else ""), 303)


def _other(language: str) -> str:
    return next(other for other in links.LANGUAGES if other != language)


def _by_slug(items: Any, language: str, request: Request) -> Any:
    for item in items:
        if getattr(item, language).slug == request.path_params["slug"]:
            return item
    raise HTTPException(404)
