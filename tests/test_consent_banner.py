"""What the banner says, from the policy and the texts; and that the template shows all of it."""

import re
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest
import yaml

from consent.banner import REQUIRED_KEYS, BadTexts, Texts, text_hash, view
from consent.grants import PURPOSES
from harness import ROOT
from tag_page import SECTION, policy, rendered, texts

LANGUAGES = sorted(path.stem for path in (ROOT / "consent" / "locales").glob("*.yaml"))
ONE = [SECTION["services"][0]]
OWN = {"name": "Tagwerk", "provider": "self", "purpose": "statistics", "privacy_url": "/privacy"}
NECESSARY = {"name": "Kasse", "provider": "Shop", "purpose": "necessary", "third_countries": ["US"]}


def locale(lang: str) -> dict[str, Any]:
    path = ROOT / "consent" / "locales" / f"{lang}.yaml"
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def first_layer(lang: str = "de", **changes: object) -> str:
    return " ".join(view(policy(**changes), texts(lang), lang).paragraphs)


def test_there_is_german_and_english() -> None:
    assert LANGUAGES == ["de", "en"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_is_complete_and_all_have_the_same_countries(lang: str) -> None:
    assert set(texts(lang).values) >= REQUIRED_KEYS
    assert set(locale(lang)) == set(locale("de"))


# changes to the policy, language, what the first layer says
FIRST_LAYER = [
    ({}, "de", "Die Zwecke sind: Statistik, Personalisierung und Marketing."),
    ({}, "en", "The purposes are: Statistics, Personalization and Marketing."),
    ({"purposes": {"marketing": {}}, "services": []}, "de", "Die Zwecke sind: Marketing."),
    ({}, "de", "3 Dienste erhalten diese Daten."),
    ({"services": ONE}, "de", "1 Dienst erhält diese Daten."),
    ({"services": []}, "de", "Andere Anbieter erhalten diese Daten nicht."),
    ({"services": [*ONE, NECESSARY]}, "de", "1 Dienst erhält diese Daten."),
    (
        {"services": [NECESSARY]},
        "en",
        "No other provider receives this data. Consent is voluntary.",
    ),
    ({"services": [OWN]}, "en", "No other provider receives this data. This data stays in the EU"),
    ({"services": [OWN, *ONE]}, "en", "1 service receives this data."),
    (
        {"services": [*ONE, {**ONE[0], "purpose": "marketing"}]},
        "en",
        "1 service receives this data.",
    ),
    (
        {"services": [*ONE, {**ONE[0], "provider": "B", "purpose": "marketing"}]},
        "en",
        "2 services receive this",
    ),
    ({"services": None}, "en", "and Marketing. Consent is voluntary."),
    ({}, "de", "außerhalb der EU und des EWR verarbeitet: Schweiz, USA und Indien."),
    ({}, "en", "outside the EU and the EEA: Switzerland, USA and India."),
    ({"services": ONE}, "de", "Diese Daten bleiben in der EU und im EWR."),
    ({"services": [*ONE, NECESSARY]}, "de", "Diese Daten bleiben in der EU und im EWR."),
    ({}, "de", "jederzeit widerrufen: auf jeder Seite in den Datenschutz-Einstellungen."),
    ({}, "en", "withdraw it at any time: on every page in the privacy settings."),
]


@pytest.mark.parametrize("changes,lang,said", FIRST_LAYER)
def test_the_first_layer_says(changes: dict[str, Any], lang: str, said: str) -> None:
    assert said in first_layer(lang, **changes)


def test_no_placeholder_is_left() -> None:
    for lang in LANGUAGES:
        assert "{" not in rendered(lang)["html"]


# as the policy writes it, German, English
DURATIONS = [
    ("30d", "30 Tage", "30 days"),
    ("1d", "1 Tag", "1 day"),
    ("12h", "12 Stunden", "12 hours"),
    ("1m", "1 Minute", "1 minute"),
    ("12 months", "12 Monate", "12 months"),
    ("1 year", "1 Jahr", "1 year"),
    ("session", "bis zum Ende der Sitzung", "until the end of the session"),
    ("so lange wie nötig", "so lange wie nötig", "so lange wie nötig"),
    ("30 {count}", "30 {count}", "30 {count}"),
]


@pytest.mark.parametrize("written,german,english", DURATIONS)
def test_a_duration_in_words(written: str, german: str, english: str) -> None:
    assert (texts("de").duration(written), texts("en").duration(written)) == (german, english)


def test_what_the_site_does_itself_is_said_to_be_its_own() -> None:
    html = rendered("en", services=[OWN])["html"]
    assert "<dd>This website itself</dd>" in html and ">Privacy policy</a>" in html
    assert ">self<" not in html


def test_a_country_without_a_name_is_shown_as_written() -> None:
    services = [{**ONE[0], "third_countries": ["ZZ"]}]
    assert "verarbeitet: ZZ." in first_layer(services=services)


def test_purposes_stand_in_the_order_of_the_policy_and_necessary_is_first() -> None:
    made = view(policy(), texts("de"), "de")
    assert [each.id for each in made.purposes] == [
        "necessary",
        "statistics",
        "personalization",
        "marketing",
    ]
    assert [each.always_on for each in made.purposes] == [True, False, False, False]


# what is wrong with a locale, the finding
BAD = [
    ({"accept": None}, "accept: must be a text"),
    ({"accept": " "}, "accept: must be a text"),
    ({"accept": True}, "accept: must be a text"),
    ({"accpet": "x"}, "accpet: there is no such text"),
    ({"country_usa": "x"}, "country_usa: there is no such text"),
    ({"intro": "no purposes"}, "intro: has the placeholders [], must have: purposes"),
    ({"accept": "{name}"}, "accept: has the placeholders ['name'], must have: none"),
]


@pytest.mark.parametrize("change,finding", BAD)
def test_a_bad_locale_is_refused(change: dict[str, Any], finding: str) -> None:
    with pytest.raises(BadTexts) as caught:
        Texts.parse({**locale("de"), **change})
    assert caught.value.problems == [finding]


def test_all_findings_come_at_once() -> None:
    with pytest.raises(BadTexts) as caught:
        Texts.parse({})
    assert len(caught.value.problems) == len(REQUIRED_KEYS)


def test_values_are_put_in_as_they_are() -> None:
    services = [{**ONE[0], "provider": "{provider.__class__} & <b>"}]
    html = rendered("de", services=services)["html"]
    assert "Datenschutzerklärung von {provider.__class__} &amp; &lt;b&gt;" in html


def test_the_hash_names_the_wording() -> None:
    one = text_hash(view(policy(), texts("de"), "de"))
    assert re.fullmatch(r"[0-9a-f]{64}", one)
    assert one == text_hash(view(policy(), texts("de"), "de"))
    assert one != text_hash(view(policy(), texts("en"), "en"))
    assert one != text_hash(view(policy(services=ONE), texts("de"), "de"))
    reworded = Texts.parse({**locale("de"), "title": "Cookies"})
    assert one != text_hash(view(policy(), reworded, "de"))
    # The revision is in the record beside it; alone it changes no word.
    assert one == text_hash(view(policy(revision=4), texts("de"), "de"))


class Outline(HTMLParser):
    """What a test wants to know of the rendered banner: tags with attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_template_shows_all_that_the_view_says(lang: str) -> None:
    outline = Outline(rendered(lang)["html"])
    shown = outline.words + str(outline.tags)

    def texts_in(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [text for part in value.values() for text in texts_in(part)]
        if isinstance(value, list | tuple):
            return [text for part in value for text in texts_in(part)]
        return [value] if isinstance(value, str) else []

    built = msgspec.to_builtins(view(policy(), texts(lang), lang))
    del built["labels"]["cookies_none"]
    del built["labels"]["reopen"]
    missing = [text for text in texts_in(built) if text not in shown]
    assert missing == []


def test_the_template_has_no_inline_style_handler_or_script() -> None:
    for tag, attributes in Outline(rendered("de")["html"]).tags:
        assert tag not in ("script", "style", "iframe", "img")
        assert not [name for name in attributes if name == "style" or name.startswith("on")]


def test_each_button_is_there_once_and_reject_comes_first() -> None:
    tags = Outline(rendered("de")["html"]).tags
    buttons = [attributes["data-tagwerk"] for tag, attributes in tags if tag == "button"]
    assert buttons == ["reject-all", "accept-all", "settings", "save", "close"]


def test_toggles_are_off_and_necessary_has_none() -> None:
    toggles = [
        attributes for tag, attributes in Outline(rendered("de")["html"]).tags if tag == "input"
    ]
    assert [each["name"] for each in toggles] == ["statistics", "personalization", "marketing"]
    assert not [each for each in toggles if "checked" in each]


def test_all_purposes_have_texts() -> None:
    everything = {name: {} for name in PURPOSES[1:]}
    made = view(policy(purposes=everything), texts("de"), "de")
    assert [each.name for each in made.purposes] == [
        "Notwendig",
        "Funktionen",
        "Statistik",
        "Personalisierung",
        "Marketing",
    ]


def test_links_are_in_the_banners_language_as_far_as_there_are() -> None:
    addresses = {"de": "/impressum", "en": "/en/imprint"}
    for lang, url in (("de", "/impressum"), ("en", "/en/imprint"), ("fr", "/impressum")):
        made = view(policy(imprint_url=addresses), texts("en"), lang)
        assert made.links[0].url == url


def test_of_a_site_that_names_no_services_nothing_is_said() -> None:
    made = view(policy(services=None), texts("en"), "en")
    assert {each.services_label for each in made.purposes} == {""}
    assert "tw-none" not in rendered("de", services=None)["html"]


def test_links_are_shown_only_where_the_policy_has_them() -> None:
    made = view(policy(imprint_url=None), texts("en"), "en")
    assert [(link.label, link.url) for link in made.links] == [("Privacy policy", "/datenschutz")]
    assert "tw-links" not in rendered("de", imprint_url=None, privacy_url=None)["html"]
