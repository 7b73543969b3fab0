import gzip
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from bot.accounts import Account
from bot.errors import Misconfigured
from connectors.webchat import webchat_routes

SITE = "http://chat.example.gov.cn"


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=SITE) as client:
        yield client


async def test_the_first_page_lists_the_accounts_with_web_chat(http):
    page = await http.get("/")
    assert page.status_code == 200
    assert 'href="/chat/demo"' in page.text
    assert "海淀公安（示例）" in page.text
    assert "/chat/silent" not in page.text


async def test_names_of_accounts_are_text_and_not_markup(http):
    for path in ("/", "/chat/other"):
        page = await http.get(path)
        assert "<b>别处</b>" not in page.text
        assert "&lt;b&gt;别处&lt;/b&gt;公安" in page.text
        assert "Other &amp; Sons" in page.text


async def test_without_accounts_the_first_page_says_so(settings, mailbox):
    app = FastAPI()
    app.include_router(webchat_routes(settings, mailbox, {}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=SITE) as http:
        page = await http.get("/")
    assert "还没有开通在线咨询的账号" in page.text
    assert "No account offers web chat yet" in page.text


async def test_an_account_has_its_page(http):
    page = await http.get("/chat/demo")
    assert page.status_code == 200
    assert '<wenjing-chat account="demo">' in page.text


@pytest.mark.parametrize("account", ["silent", "nobody", "%3Cscript%3E"])
async def test_an_account_without_web_chat_has_a_page_that_says_so(http, account):
    page = await http.get(f"/chat/{account}")
    assert page.status_code == 404
    assert "没有这个账号" in page.text
    assert "<script>" not in page.text


@pytest.mark.parametrize("path", ["/", "/chat/demo", "/chat/nobody"])
async def test_pages_run_no_scripts_and_load_nothing_but_ours(http, path):
    page = await http.get(path)
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    for script in re.findall(r"<script[^>]*>[^<]*</script>", page.text):
        assert script == '<script type="module" src="/webchat/widget.js"></script>'
    assert not re.search(r"<style|style=|\son\w+=|https?://", page.text)


@pytest.mark.parametrize("path", ["/", "/chat/demo", "/chat/nobody"])
async def test_pages_name_the_emergency_number_even_without_scripts(http, path):
    page = await http.get(path)
    assert 'href="tel:110"' in page.text


async def test_the_widget_is_small_and_may_be_loaded_by_other_sites(http):
    widget = await http.get("/webchat/widget.js", headers={"accept-encoding": "gzip"})
    assert widget.headers["content-type"].startswith("text/javascript")
    assert widget.headers["access-control-allow-origin"] == "*"
    assert widget.headers["content-encoding"] == "gzip"
    assert int(widget.headers["content-length"]) < 20_000
    assert len(gzip.compress(widget.content)) < 20_000


async def test_a_widget_that_has_not_changed_is_not_sent_again(http):
    first = await http.get("/webchat/widget.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in first.headers
    again = await http.get("/webchat/widget.js", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


PAIRS = [
    ("ink", "surface"),
    ("ink", "ground"),
    ("muted", "surface"),
    ("muted", "ground"),
    ("accent", "surface"),
    ("accent", "ground"),
    ("accent", "officer"),
    ("ink", "officer"),
    ("ink", "alarm-ground"),
    ("alarm", "alarm-ground"),
    ("alarm", "surface"),
    ("alarm", "ground"),
    ("notice-ink", "notice"),
    ("white", "own"),
    ("white", "alarm-button"),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
async def test_every_text_stands_out_enough_from_its_ground(http, scheme, ink, ground):
    """WCAG 2.2, success criterion 1.4.3 (AA): a contrast of at least 4.5."""
    style = (await http.get("/webchat/widget.js")).text
    light, dark = (
        dict(re.findall(r"--([\w-]+): #([0-9a-f]{6});", part))
        for part in style.split("prefers-color-scheme: dark")
    )
    colours = {"white": "ffffff", **(light if scheme == "light" else dark)}
    brighter, darker = sorted((luminance(colours[ink]), luminance(colours[ground])))[::-1]
    assert (brighter + 0.05) / (darker + 0.05) >= 4.5


def luminance(colour: str) -> float:
    """Relative luminance of "rrggbb", as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("channel", [{"origin": ["https://a.example"]}, {"origins": 7}])
def test_a_mistake_in_the_accounts_file_stops_the_start(settings, mailbox, channel):
    account = Account(
        id="demo", name="示例", name_en="Sample", place="110108", channels={"webchat": channel}
    )
    with pytest.raises(Misconfigured, match=r"demo\.webchat\.origin"):
        webchat_routes(settings, mailbox, {"demo": account})
