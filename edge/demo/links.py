"""The shop's addresses, each in German at the root and in English below ``/en``."""

from collections.abc import Mapping
from typing import Final

from edge.demo.catalogue import Catalogue, Category, Look, Product

LANGUAGES: Final = ("de", "en")
PAGES: Final[Mapping[str, Mapping[str, str]]] = {
    "home": {"de": "/", "en": "/en/"},
    "cart": {"de": "/warenkorb", "en": "/en/cart"},
    "login": {"de": "/login", "en": "/en/login"},
    "imprint": {"de": "/impressum", "en": "/en/imprint"},
    "privacy": {"de": "/datenschutz", "en": "/en/privacy"},
    "lookbook": {"de": "/lookbook", "en": "/en/lookbook"},
}
CATEGORY: Final = {"de": "/damen/", "en": "/en/women/"}
PRODUCT: Final = {"de": "/produkt/", "en": "/en/product/"}


def of_category(category: Category, language: str) -> str:
    """Return a category's address."""
    return CATEGORY[language] + str(getattr(category, language).slug)


def of_product(product: Product, language: str) -> str:
    """Return a product's address."""
    return PRODUCT[language] + product.key


def of_look(look: Look, language: str) -> str:
    """Return a look's address."""
    return f"{PAGES['lookbook'][language]}/{getattr(look, language).slug}"


def every(catalogue: Catalogue, language: str) -> dict[str, str]:
    """Return what every page links to: the pages and the categories, by name."""
    pages = {name: paths[language] for name, paths in PAGES.items()}
    categories = catalogue.categories.values()
    return {**pages, **{each.key: of_category(each, language) for each in categories}}


def local(target: str) -> str | None:
    """Return an address of this shop as it is, None for any that a browser would take elsewhere."""
    elsewhere = target.startswith(("//", "/\\")) or not target.startswith("/")
    return None if elsewhere or not target.isprintable() else target
