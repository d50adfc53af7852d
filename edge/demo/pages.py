"""Renders the shop's pages: templates, texts, and the headers a careful shop sends."""

import secrets
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import jinja2
import msgspec
from starlette.responses import HTMLResponse

from edge.demo import links
from edge.demo.catalogue import Catalogue, Category, Look, Product, Shopper
from rules import source

FOLDER: Final = "pages"
_POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'nonce-{nonce}'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "require-trusted-types-for 'script'",
        "trusted-types tagwerk",
    )
)
HEADERS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Pages:
    """The templates and texts of one shop folder."""

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._environments = {
            language: _environment(folder / FOLDER, language) for language in links.LANGUAGES
        }
        self._texts = {language: _texts(folder, language) for language in links.LANGUAGES}

    def render(self, name: str, language: str, status: int, **context: Any) -> HTMLResponse:
        """Render a page. What the session adds comes in ``context``, and so does what the page shows."""
        nonce = secrets.token_urlsafe(16)
        view = View(self._catalogue, language)
        given = {
            "lang": language,
            "t": self._texts[language],
            "links": links.every(self._catalogue, language),
            "nonce": nonce,
            "nav": view.navigation(),
            "customers": view.customers(),
            **context,
        }
        template = self._environments[language].get_template(name)
        page = template.render(given)
        headers = {**HEADERS, "Content-Security-Policy": _POLICY.format(nonce=nonce)}
        return HTMLResponse(page, status, {**headers, "Cache-Control": "no-store"})


class View:
    """The catalogue as a page in one language shows it."""

    def __init__(self, catalogue: Catalogue, language: str) -> None:
        self._catalogue = catalogue
        self._language = language

    def _plain(self, item: Category | Product | Look | Shopper) -> dict[str, Any]:
        plain = msgspec.to_builtins(item)
        texts = {language: plain.pop(language) for language in links.LANGUAGES}
        return {**plain, **texts[self._language]}

    def product(self, product: Product) -> dict[str, Any]:
        """Return a product with its address; its slug is its key."""
        url = links.of_product(product, self._language)
        return {**self._plain(product), "slug": product.key, "url": url}

    def products(self, category: str | None = None) -> list[dict[str, Any]]:
        """Return all products, or those of a category."""
        found = self._catalogue.of(category) if category else self._catalogue.products.values()
        return [self.product(product) for product in found]

    def category(self, category: Category) -> dict[str, Any]:
        """Return a category with its address."""
        return {**self._plain(category), "url": links.of_category(category, self._language)}

    def look(self, look: Look) -> dict[str, Any]:
        """Return a look with its address and products."""
        products = [self.product(self._catalogue.products[key]) for key in look.products]
        return {
            **self._plain(look), "products": products, "url": links.of_look(look, self._language),
        }  # fmt: skip

    def looks(self) -> list[dict[str, Any]]:
        """Return all looks."""
        return [self.look(look) for look in self._catalogue.looks.values()]

    def customers(self) -> list[dict[str, Any]]:
        """Return those whom a visitor can log in as."""
        return [self._plain(customer) for customer in self._catalogue.customers.values()]

    def customer(self, id: str | None) -> dict[str, Any] | None:
        """Return one of them, None for nobody."""
        found = self._catalogue.customers.get(id or "")
        return self._plain(found) if found else None

    def cart(self, cart: Mapping[str, int]) -> dict[str, Any]:
        """Return the cart's lines and total; a product no longer sold is left out."""
        sold = self._catalogue.products
        lines = [
            {
                "product": self.product(sold[key]),
                "quantity": count,
                "total": sold[key].price * count,
            }
            for key, count in cart.items()
            if key in sold
        ]
        return {"lines": lines, "total": sum(line["total"] for line in lines)}

    def navigation(self) -> list[dict[str, str]]:
        """Return the main navigation."""
        categories = [self.category(each) for each in self._catalogue.categories.values()]
        entries = [{"key": c["key"], "label": c["name"], "href": c["url"]} for c in categories]
        lookbook = links.PAGES["lookbook"][self._language]
        return [*entries, {"key": "lookbook", "label": "Lookbook", "href": lookbook}]


def _environment(folder: Path, language: str) -> jinja2.Environment:
    """Return the templates of one language: imported ones know no context, so the filter does."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["price"] = partial(formatted, language=language)
    return environment


def formatted(cents: int, language: str) -> str:
    """Return cents as a price: ``1.299,00 €`` in German, ``€1,299.00`` in English."""
    english = f"{cents // 100:,}.{cents % 100:02}"
    if language == "en":
        return f"€{english}"
    return english.translate(str.maketrans(",.", ".,")) + "\u00a0€"


def _texts(folder: Path, language: str) -> Any:
    name = f"{FOLDER}/texts.{language}.yaml"
    return source.parse((folder / name).read_bytes(), name).plain()
