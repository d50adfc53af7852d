"""What the demo shop sells and shows, and who may log in: read once from ``catalogue.yaml``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from rules import source

FILE: Final = "catalogue.yaml"


class CategoryText(msgspec.Struct, frozen=True):
    """A category in one language."""

    slug: str
    name: str
    title: str
    text: str


class Category(msgspec.Struct, frozen=True):
    """A category; ``key`` is what view events carry."""

    key: str
    de: CategoryText
    en: CategoryText


class ProductText(msgspec.Struct, frozen=True):
    """A product in one language."""

    name: str
    kind: str
    description: str
    material: str


class Product(msgspec.Struct, frozen=True):
    """A product; ``price`` in cents, ``art`` the name of its picture."""

    key: str
    category: str
    art: str
    price: int
    de: ProductText
    en: ProductText


class LookText(msgspec.Struct, frozen=True):
    """A look in one language."""

    slug: str
    title: str
    text: str


class Look(msgspec.Struct, frozen=True):
    """One picture of the lookbook with the products in it."""

    key: str
    art: str
    products: tuple[str, ...]
    de: LookText
    en: LookText


class ShopperText(msgspec.Struct, frozen=True):
    """What there is to try with a customer, in one language."""

    note: str


class Shopper(msgspec.Struct, frozen=True):
    """Somebody whom a visitor of the demo can log in as; ``id`` is the CRM ID."""

    id: str
    first_name: str
    tier: str
    de: ShopperText
    en: ShopperText


class _File(msgspec.Struct, forbid_unknown_fields=True):
    categories: tuple[Category, ...]
    products: tuple[Product, ...]
    looks: tuple[Look, ...]
    customers: tuple[Shopper, ...]


class Catalogue(msgspec.Struct, frozen=True):
    """Everything by its key, in the order of the file."""

    categories: Mapping[str, Category]
    products: Mapping[str, Product]
    looks: Mapping[str, Look]
    customers: Mapping[str, Shopper]

    def of(self, category: str) -> list[Product]:
        """Return a category's products."""
        return [product for product in self.products.values() if product.category == category]


def load(folder: Path) -> Catalogue:
    """Read the catalogue. Raises BadSite for bad YAML, msgspec.ValidationError for a wrong shape."""
    plain = source.parse((folder / FILE).read_bytes(), FILE).plain()
    read = msgspec.convert(plain, _File)
    return Catalogue(
        {category.key: category for category in read.categories},
        {product.key: product for product in read.products},
        {look.key: look for look in read.looks},
        {customer.id: customer for customer in read.customers},
    )
