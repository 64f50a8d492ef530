"""Signing in and out, as people and as guessers do it."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest
from live_site import PASSWORD, Site
from playwright.sync_api import Page, expect

from db.accounts import Role as Role
from db.accounts import credentials, disable_user, set_password, set_role
from portal import passwords, sign_in
from portal.passwords import PasswordError, hash_password

Client = Callable[..., httpx.Client]


def form_of(client: httpx.Client, address: str = "/sign-in") -> dict[str, str]:
    """The hidden fields of the form at this address."""
    shown = client.get(address).text
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', shown))


def try_to_sign_in(client: httpx.Client, name: str, password: str, address: str = "/sign-in") -> httpx.Response:
    return client.post("/sign-in", data=form_of(client, address) | {"name": name, "password": password})


def test_the_right_password_leads_to_the_desk_and_signing_out_ends_it(site: Site, client: Client) -> None:
    site.user("curator", "ada")
    person = client()
    signed_in = try_to_sign_in(person, "Ada", PASSWORD)
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/desk")
    token = person.cookies["burden-session"]
    assert person.get("/sign-in").headers["location"] == "/desk"
    refused = person.post("/sign-out")
    assert refused.status_code == 403
    csrf = re.search(r'name="csrf" value="([^"]+)"', person.get("/nothing", headers={"Accept": "text/html"}).text)
    assert csrf
    assert person.post("/sign-out", data={"csrf": csrf[1]}).headers["location"] == "/sign-in"
    assert "burden-session" not in person.cookies
    person.cookies.set("burden-session", token)
    assert person.get("/desk/pages/x/1.webp").status_code == 401


@pytest.mark.parametrize("name", ["ada", "nobody-of-this-name", "", "x" * 5000, "' OR 1=1 --", "<script>", "a\x00b"])
def test_wrong_password_and_unknown_name_get_the_same_answer(site: Site, client: Client, name: str) -> None:
    site.user("curator", "ada")
    answer = try_to_sign_in(client(), name, "not the password")
    assert answer.status_code == 403
    assert "Name or password is wrong." in answer.text
    assert "not the password" not in answer.text and "<script>" not in answer.text


def test_an_unknown_name_costs_as_much_hashing_as_a_known_one(
    site: Site, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.user("curator", "ada")
    verified: list[str] = []

    class Watched(type(passwords._HASHER)):  # type: ignore[misc]
        def verify(self, password_hash: str, password: str) -> bool:
            verified.append(password_hash.rpartition("$")[0].rpartition("$")[0])
            return bool(super().verify(password_hash, password))

    monkeypatch.setattr(passwords, "_HASHER", Watched())
    for name in ("ada", "nobody-of-this-name"):
        try_to_sign_in(client(), name, "not the password")
    known, unknown = verified
    assert known == unknown


def test_disabled_users_can_not_sign_in_and_are_signed_out(site: Site, client: Client) -> None:
    gone = client("curator", "gone")
    assert gone.get("/sign-in").status_code == 303
    disable_user(site.engine, "gone", site.services.now())
    assert gone.get("/sign-in").status_code == 200
    assert try_to_sign_in(client(), "gone", PASSWORD).status_code == 403


def test_a_new_password_signs_out_everywhere(site: Site, client: Client) -> None:
    elsewhere = client("curator", "changed")
    set_password(site.engine, "changed", hash_password("another passphrase", "changed"))
    assert elsewhere.get("/sign-in").status_code == 200


def test_a_new_role_is_in_force_at_once(site: Site, client: Client) -> None:
    raised = client("reader", "raised")
    assert raised.get(f"/desk/pages/{'0' * 64}/1.webp").status_code == 403
    set_role(site.engine, "raised", Role.CURATOR)
    assert raised.get(f"/desk/pages/{'0' * 64}/1.webp").status_code == 404


def test_outdated_hashes_are_replaced_at_the_next_sign_in(
    site: Site, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.user("curator", "ancient")
    weak = passwords.PasswordHasher(time_cost=1, memory_cost=8192)
    set_password(site.engine, "ancient", weak.hash(PASSWORD))
    person = client()
    assert try_to_sign_in(person, "ancient", PASSWORD).status_code == 303
    assert person.get("/sign-in").status_code == 303
    user_and_hash = credentials(site.engine, "ancient")
    assert user_and_hash and not passwords.is_outdated(user_and_hash[1])
    assert try_to_sign_in(client(), "ancient", PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/desk?year=2017&page=2", "/desk?year=2017&page=2"),
        ("/desk/papers/sha256%3Aab", "/desk/papers/sha256%3Aab"),
        ("https://evil.example/", "/desk"),
        ("//evil.example/", "/desk"),
        ("/\\evil.example/", "/desk"),
        ("/desk\r\nSet-Cookie: a=b", "/desk"),
        ("javascript:alert(1)", "/desk"),
        ("/\t/evil.example", "/desk"),
        ("", "/desk"),
    ],
)
def test_after_signing_in_one_is_where_one_wanted_to_be_but_never_elsewhere(
    site: Site, client: Client, wanted: str, reached: str
) -> None:
    site.user("curator", "ada")
    person = client()
    data = form_of(person) | {"name": "ada", "password": PASSWORD, "next": wanted}
    assert person.post("/sign-in", data=data).headers["location"] == reached


def test_guessing_one_name_is_stopped_for_a_while_even_with_the_right_password(
    open_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "FAILURES_BY_NAME", 3)
    site = open_site()
    for name in ("ada", "ben"):
        site.user("curator", name)
    with site.client() as guesser:
        for name in ("ada", "nobody"):
            for guess in range(sign_in.FAILURES_BY_NAME):
                assert try_to_sign_in(guesser, name, f"guess {guess}").status_code == 403
            stopped = try_to_sign_in(guesser, name.upper(), PASSWORD)
            assert stopped.status_code == 429
            assert f"Wait {sign_in.WITHIN_MINUTES} minutes" in stopped.text and stopped.headers["retry-after"]
        assert try_to_sign_in(guesser, "ben", PASSWORD).status_code == 303
        guesser.cookies.clear()
        site.travel(minutes=sign_in.WITHIN_MINUTES + 1)
        assert try_to_sign_in(guesser, "ada", PASSWORD).status_code == 303


def test_strangers_can_not_keep_somebody_out_who_signs_in_where_they_always_do(
    open_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "FAILURES_BY_NAME", 3)
    site = open_site()
    site.user("curator", "ada")
    with site.client() as home:
        assert try_to_sign_in(home, "ada", PASSWORD).status_code == 303
    elsewhere = httpx.HTTPTransport(local_address="127.0.0.2")
    with httpx.Client(base_url=site.url, transport=elsewhere) as stranger, site.client() as home:
        statuses = [try_to_sign_in(stranger, "ada", f"guess {guess}").status_code for guess in range(4)]
        assert statuses == [403, 403, 403, 429]
        assert try_to_sign_in(home, "ada", PASSWORD).status_code == 303
        assert try_to_sign_in(stranger, "ada", PASSWORD).status_code == 429


def test_guessing_many_names_from_one_address_is_stopped_whatever_it_claims_to_be(
    open_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "FAILURES_BY_ADDRESS", 5)
    site = open_site()
    site.user("curator", "ada")
    with site.client() as guesser:
        for guess in range(5):
            guesser.headers["X-Forwarded-For"] = f"203.0.113.{guess}"
            assert try_to_sign_in(guesser, f"name{guess}", "password123").status_code == 403
        assert try_to_sign_in(guesser, "ada", PASSWORD).status_code == 429
    with httpx.Client(base_url=site.url, transport=httpx.HTTPTransport(local_address="127.0.0.2")) as elsewhere:
        assert try_to_sign_in(elsewhere, "ada", PASSWORD).status_code == 303


def test_behind_a_proxy_the_address_that_counts_is_the_one_that_the_proxy_saw(
    open_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "FAILURES_BY_ADDRESS", 3)
    site = open_site(behind_proxy=True)

    def status(forwarded_for: str, name: str) -> int:
        with site.client() as guesser:
            guesser.headers["X-Forwarded-For"] = forwarded_for
            cookie = guesser.get("/sign-in").headers["set-cookie"].partition(";")[0]
            data = {"csrf": cookie.partition("=")[2], "name": name, "password": "password123"}
            return guesser.post("/sign-in", data=data, headers={"Cookie": cookie}).status_code

    guesses = [status(f"203.0.113.{guess}, 198.51.100.7", f"name{guess}") for guess in range(4)]
    assert guesses == [403, 403, 403, 429], "what the browser claimed itself counts for nothing"
    assert status("198.51.100.7, 192.0.2.1", "name9") == 403, "somebody else"


@pytest.mark.parametrize("field", ["name", "password", "csrf", "next"])
def test_letters_that_are_no_text_are_wrong_and_no_error(client: Client, field: str) -> None:
    person = client()
    fields = form_of(person) | {"name": "ada", "password": "password123"}
    fields[field] = r"\ud800 of ten letters"
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    ]
    answer = person.post(
        "/sign-in",
        content="".join([*parts, "--x--\r\n"]),
        headers={"Content-Type": "multipart/form-data; boundary=x; charset=unicode_escape", "Accept": "text/html"},
    )
    assert answer.status_code == (401 if field == "csrf" else 403), answer.text


@pytest.mark.parametrize(
    "password", ["short", "123456789", "Ada.Lovelace", "aaaaaaaaaaaaaa", "x" * 2000, "", "correct\udcffhorse battery"]
)
def test_passwords_that_are_easy_to_guess_are_refused(password: str) -> None:
    with pytest.raises(PasswordError):
        hash_password(password, "ada.lovelace")


def test_a_password_is_the_same_however_the_keyboard_writes_it() -> None:
    assert passwords.is_password("caf\u00e9 au lait chaud", hash_password("cafe\u0301 au lait chaud", "ada"))
    assert hash_password("correct horse", "ada").startswith("$argon2id$")


def test_signing_in_with_the_keyboard_in_a_browser(
    site: Site, open_page: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    site.user("curator", "ada")
    page = open_page(site)
    page.goto("/desk?year=2017")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("ada")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Name or password is wrong.")
    expect(page.get_by_label("Name")).to_have_value("ada")
    expect(page.get_by_label("Password")).to_be_focused()
    accessible(page)
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk?year=2017")
    expect(page.get_by_role("banner")).to_contain_text("ada")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 820, 390])
def test_sign_in_and_error_pages_are_accessible(
    site: Site, open_page: Callable[..., Page], accessible: Callable[[Page], None], color_scheme: str, width: int
) -> None:
    page = open_page(site, color_scheme=color_scheme, viewport={"width": width, "height": 800})
    for address in ("/sign-in", "/no-such-page"):
        page.goto(address)
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
