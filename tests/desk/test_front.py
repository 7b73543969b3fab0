"""The desk's front door, over HTTP."""

import http.client
from collections.abc import Iterator

import httpx
import pytest

from bot.settings import Settings
from bot.store import Store, add_officer, migrate
from tests.conftest import SECRET
from tests.desk.town import PASSWORD, PROJECT, desk_of

LIVE = "/_nicegui_ws/socket.io/?EIO=4&transport=polling"


@pytest.fixture(scope="module")
def desk(redis_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = Settings(
        home=tmp_path_factory.mktemp("desk"),
        secret=SECRET,
        redis_url=f"{redis_server}?db=0",
        data=PROJECT / "data",
    )
    migrate(settings.database)
    store = Store.open(settings)
    add_officer(store, "li", "李建国", PASSWORD, "000000")
    store.close()
    with desk_of(settings) as url:
        yield url


@pytest.fixture
def browser(desk: str) -> Iterator[httpx.Client]:
    """A browser on the desk's own pages."""
    with httpx.Client(base_url=desk, headers={"origin": desk}, trust_env=False) as client:
        yield client


def sign_in(browser: httpx.Client, login: str = "li", password: str = PASSWORD) -> httpx.Response:
    return browser.post("/sign-in", data={"login": login, "password": password})


def test_a_stranger_is_sent_to_the_sign_in_page(browser):
    for path in ("/", "/c/c1", "/docs", LIVE):
        response = browser.get(path)
        assert (response.status_code, response.headers["location"]) == (303, "/sign-in")


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser):
    cookie = sign_in(browser).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert browser.get("/").status_code == 200


def test_a_wrong_password_and_an_unknown_login_read_the_same(browser):
    wrong, unknown = sign_in(browser, password="wrong"), sign_in(browser, login="nobody")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text == unknown.text.replace('value="nobody"', 'value="li"')


def test_too_many_failures_are_told_apart_and_say_how_long(browser):
    for _ in range(5):
        sign_in(browser, login="guessed", password="wrong")
    response = sign_in(browser, login="guessed", password="wrong")
    assert response.status_code == 429
    assert "1 分钟后" in response.text


def test_another_sites_page_cannot_act(browser):
    sign_in(browser)
    for origin in ("https://evil.example", "null"):
        foreign = {"origin": origin}
        assert browser.post("/sign-out", headers=foreign).status_code == 403
        assert browser.post("/sign-in", headers=foreign, data={}).status_code == 403
        assert browser.get(LIVE, headers=foreign).status_code == 403
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize("flaw", [{"origin": "https://evil.example"}, {"cookie": ""}])
def test_a_live_connection_needs_our_page_and_a_signed_in_officer(browser, flaw):
    sign_in(browser)
    good = {
        "cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items()),
        "origin": str(browser.base_url),
    }
    assert upgrade(browser, good) == 101
    assert upgrade(browser, good | flaw) in (403, 401)


def upgrade(browser: httpx.Client, headers: dict[str, str]) -> int:
    """The status that a WebSocket handshake is answered with."""
    connection = http.client.HTTPConnection(browser.base_url.host, browser.base_url.port)
    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    path = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
    connection.request("GET", path, headers=handshake | headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_after_signing_out_the_cookie_is_worth_nothing(browser):
    sign_in(browser)
    kept = dict(browser.cookies)
    assert browser.post("/sign-out").headers["location"] == "/sign-in"
    ended = browser.get("/", cookies=kept, follow_redirects=True)
    assert ended.url.path == "/sign-in"
    assert "登录已失效" in ended.text


def test_a_preference_leads_only_to_our_own_pages(browser):
    for back in ("https://evil.example", "//evil.example", "/\\evil.example"):
        response = browser.get("/preferences", params={"language": "en", "back": back})
        assert response.headers["location"] == "/"
    assert "Sign in" in browser.get("/sign-in").text


def test_a_login_is_shown_again_but_never_run(browser):
    response = sign_in(browser, login='"><script>alert(1)</script>', password="wrong")
    assert "<script>" not in response.text


def test_a_huge_form_is_refused(browser):
    assert sign_in(browser, password="x" * 100_000).status_code == 413


def test_pages_cannot_be_framed_and_are_not_kept(browser):
    sign_in(browser)
    headers = browser.get("/").headers
    assert headers["x-frame-options"] == "DENY"
    assert "no-store" in headers["cache-control"]


def test_an_unknown_page_tells_nothing(browser):
    sign_in(browser)
    response = browser.get("/no/such/page")
    assert response.status_code == 404
    assert "Traceback" not in response.text
