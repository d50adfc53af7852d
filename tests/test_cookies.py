"""The consent and visitor cookies: how they are set, and which of several is believed."""

import base64
import hashlib
import http.cookies
import itertools

import pytest

from consent.grants import DAY
from consent.policy import parse
from consent.record import Record, choose
from edge import cookies
from edge.cookies import CONSENT, VISITOR
from edge.tokens import LONGEST, Signer

KEY = hashlib.sha256(b"cookies").digest()
NOW = 1_790_856_000_000
TODAY = NOW - NOW % DAY
CONSENTS = cookies.consent_signer([KEY], "demo-shop")
VISITORS = cookies.visitor_signer([KEY], "demo-shop")
POLICY = parse({"revision": 3, "purposes": {"statistics": {}, "marketing": {}}})
A, B = "A" * 22, "B" * 21 + "Q"


def value_of(set_cookie: str) -> str:
    return set_cookie.partition("=")[2].partition(";")[0]


def consent_value(record: Record) -> str:
    return value_of(cookies.consent_cookie(record, CONSENTS, 365))


def visitor_value(visitor: str, at: int = NOW) -> str:
    return value_of(cookies.visitor_cookie(visitor, VISITORS, at))


def grant(*grants: str, at: int = NOW, site: str = "demo-shop") -> Record:
    return Record(site, 3, grants, at, "r-1")


REFUSAL = Record("demo-shop", 3, (), TODAY, None)

C, V = CONSENT, VISITOR
SENT = [
    ("none", "", [], []),
    ("one", f"{C}=1", ["1"], []),
    ("both, among others", f"a=0; {V}=2; b=2; {C}=1; c", ["1"], ["2"]),
    ("twice", f"{C}=1; {C}=2", ["1", "2"], []),
    ("a longer name", f"x{C}=1; {C}x=2; {C} =3", ["3"], []),
    ("behind a blank", f"a {C}=1", [], []),
    ("in another's value", f"a={C}=1; b={V}=2", [], []),
    ("in another's value, after a blank", f"a= {C}=1", [], []),
    ("a name in capitals", f"{C.upper()}=1", [], []),
    ("a value with equals signs", f"{C}=a=b=", ["a=b="], []),
    ("a value that is empty", f"{C}=; {V}= ", [""], [""]),
    ("no value", C, [], []),
    ("without blanks", f"a=1;{C}=2;;", ["2"], []),
    ("tabs", f"a=1;\t{C}\t=\t2\t;", ["2"], []),
    ("a quoted value stays quoted", f'{C}="1"', ['"1"'], []),
    ("a quote in a neighbour hides nothing", f'a="; {C}=1', ["1"], []),
    ("one of ours in the other's value", f"{C}={V}=1; {V}=2", [f"{V}=1"], ["2"]),
    ("letters beyond ASCII", f"\xff=\xfe; {C}=\xe4", ["ä"], []),
]


@pytest.mark.parametrize(
    ("header", "consent", "visitor"), [r[1:] for r in SENT], ids=[r[0] for r in SENT]
)
def test_which_cookies_were_sent(header: str, consent: list[str], visitor: list[str]) -> None:
    assert cookies.sent(header) == (consent, visitor)


def test_of_more_cookies_than_a_browser_keeps_only_the_first_are_looked_at() -> None:
    assert cookies.sent("x=1; " * 999 + "__Host-tw_consent=1") == (["1"], [])
    assert cookies.sent("x=1; " * 1001 + "__Host-tw_consent=1") == ([], [])


def test_the_visitor_cookie_is_set_exactly_so() -> None:
    token = VISITORS.sign({"t": NOW // 1000, "v": A})
    assert cookies.visitor_cookie(A, VISITORS, NOW) == (
        f"__Host-tw_visitor={token}; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=34128000"
    )


def test_the_consent_cookie_is_set_exactly_so() -> None:
    payload = {"g": ["statistics"], "i": "r-1", "r": 3, "s": "demo-shop", "t": NOW // 1000}
    assert cookies.consent_cookie(grant("statistics"), CONSENTS, 180) == (
        f"__Host-tw_consent={CONSENTS.sign(payload)}; "
        "HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=15552000"
    )


@pytest.mark.parametrize("name", [CONSENT, VISITOR])
def test_a_cookie_is_taken_away_with_the_same_attributes(name: str) -> None:
    assert cookies.expire(name) == f"{name}=; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=0"


@pytest.mark.parametrize(("expires_days", "kept"), [(30, 365), (365, 365), (390, 390)])
def test_a_refusal_is_remembered_at_least_as_long_as_a_grant(expires_days: int, kept: int) -> None:
    line = cookies.consent_cookie(REFUSAL, CONSENTS, expires_days)
    assert line.endswith(f"Max-Age={kept * 86400}")


def test_the_refusals_of_two_fresh_profiles_are_the_same_bytes() -> None:
    morning = choose(POLICY, "demo-shop", "reject_all", [], TODAY + 1, None)
    night = choose(POLICY, "demo-shop", "save", [], TODAY + DAY - 1, "unused")
    lines = {cookies.consent_cookie(record, CONSENTS, 365) for record in (morning, night)}
    assert len(lines) == 1


def test_a_consent_comes_back_as_it_was_chosen() -> None:
    record = choose(POLICY, "demo-shop", "accept_all", [], NOW, "r-1")
    tokens = [consent_value(record)]
    assert cookies.read_consent(tokens, CONSENTS, "demo-shop", NOW) == record


CHOICES = [
    ("the newer grant", [grant("marketing", at=NOW - DAY), grant("statistics")], 1),
    ("a newer grant after a refusal", [REFUSAL, grant("marketing", at=TODAY + DAY)], 1),
    ("a newer refusal", [grant("marketing", at=TODAY - 1000), REFUSAL], 1),
    ("a refusal of the same day", [grant("marketing", at=TODAY + 1000), REFUSAL], 1),
    ("the stricter of two at once", [grant("marketing", "statistics"), grant("statistics")], 1),
    ("a record of another site never", [grant("statistics", site="other"), REFUSAL], 1),
]


@pytest.mark.parametrize(("records", "wins"), [r[1:] for r in CHOICES], ids=[r[0] for r in CHOICES])
def test_which_consent_of_several_holds(records: list[Record], wins: int) -> None:
    for order in itertools.permutations(records):
        tokens = [consent_value(record) for record in order]
        found = cookies.read_consent(tokens, CONSENTS, "demo-shop", TODAY + DAY)
        assert found == records[wins]


def test_a_tossed_cookie_does_not_hide_the_valid_one() -> None:
    tokens = ["junk", consent_value(REFUSAL), ""]
    assert cookies.read_consent(tokens, CONSENTS, "demo-shop", NOW) == REFUSAL


def test_a_record_of_another_site_is_no_consent() -> None:
    tokens = [consent_value(grant("statistics", site="other"))]
    assert cookies.read_consent(tokens, CONSENTS, "demo-shop", NOW) is None


def test_a_visitor_id_is_128_random_bits() -> None:
    made = [cookies.new_visitor() for _ in range(200)]
    assert len(set(made)) == 200
    assert {len(base64.urlsafe_b64decode(visitor + "==")) for visitor in made} == {16}
    for visitor in made:
        assert cookies.read_visitor([visitor_value(visitor)], VISITORS, NOW) == visitor


VISITS = [
    ("no cookie", [], None),
    ("one", [visitor_value(A)], A),
    ("the same twice", [visitor_value(A), visitor_value(A)], A),
    ("one ID issued twice", [visitor_value(A), visitor_value(A, NOW - 1000)], A),
    ("two that differ", [visitor_value(A), visitor_value(B)], None),
    ("junk beside it", ["junk", visitor_value(A), ""], A),
    ("unsigned", [A], None),
    ("signed for consent", [value_of(cookies.visitor_cookie(A, CONSENTS, NOW))], None),
    ("nine minutes ahead", [visitor_value(A, NOW + 9 * 60_000)], A),
    ("eleven minutes ahead", [visitor_value(A, NOW + 11 * 60_000)], None),
    ("thirteen months old", [visitor_value(A, NOW - 395 * DAY)], A),
    ("older than thirteen months", [visitor_value(A, NOW - 395 * DAY - 1000)], None),
    ("an old one beside a valid one", [visitor_value(B, NOW - 396 * DAY), visitor_value(A)], A),
    ("too short an ID", [visitor_value("A" * 21)], None),
    ("an ID with spare bits", [visitor_value("A" * 21 + "B")], None),
    ("no ID", [VISITORS.sign({"t": NOW // 1000})], None),
    ("no time", [VISITORS.sign({"v": A})], None),
    ("one longer than any of ours", [visitor_value(A), "x" * 4097], A),
    ("nine copies", [visitor_value(A), *map(str, range(8))], None),
]


@pytest.mark.parametrize(
    ("values", "expected"), [r[1:] for r in VISITS], ids=[r[0] for r in VISITS]
)
def test_read_visitor(values: list[str], expected: str | None) -> None:
    assert cookies.read_visitor(values, VISITORS, NOW) == expected


def test_another_site_reads_neither() -> None:
    visitors = cookies.visitor_signer([KEY], "other")
    assert cookies.read_visitor([visitor_value(A)], visitors, NOW) is None
    consents = cookies.consent_signer([KEY], "other")
    assert cookies.read_consent([consent_value(REFUSAL)], consents, "demo-shop", NOW) is None


@pytest.mark.parametrize("signer", [CONSENTS, VISITORS], ids=["consent", "visitor"])
def test_the_lines_parse_as_cookies_elsewhere(signer: Signer) -> None:
    jar = http.cookies.SimpleCookie(cookies.visitor_cookie(A, signer, NOW))
    morsel = jar[VISITOR]
    assert (morsel["path"], morsel["secure"], morsel["httponly"]) == ("/", True, True)
    assert (morsel["samesite"], morsel["domain"]) == ("Lax", "")


def test_a_cookie_longer_than_any_of_ours_is_not_kept_in_memory() -> None:
    for kept in (cookies._record, cookies._issued):
        kept.cache_clear()
    cookies.read_consent(["x" * (LONGEST + 1)], CONSENTS, "demo-shop", NOW)
    cookies.read_visitor(["x" * (LONGEST + 1)], VISITORS, NOW)
    assert [kept.cache_info().currsize for kept in (cookies._record, cookies._issued)] == [0, 0]
