"""The web chat as a citizen meets it: real Chromium, real gateway, real mailbox.

Only what stands behind the mailbox is a stub: it answers each message from `answer`.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.async_api import Browser, Locator, Page, expect

from bot.accounts import DEMO
from bot.mailbox import Mailbox
from bot.messages import Choice, Reply
from bot.settings import Settings
from connectors.gateway import create_gateway
from tests.browser.conftest import Site, StubService, running

pytestmark = pytest.mark.browser

ANSWER = "带上户口簿到派出所补办。\n\n依据：《居民身份证法》第十一条。"
XSS = '<img src=x onerror="document.title=`taken`"><script>document.title=`taken`</script>'


def answer(text: str) -> Reply | None:
    if text == "不回答":
        return None
    if "着火" in text:
        return Reply(
            "请马上拨打119。有人受伤再打120。不便说话时发短信到12110。\n违反第110条罚200元。",
            urgent=True,
        )
    if "哪一项" in text:
        return Reply("您想问哪一项？", choices=(Choice("补领身份证", "身份证丢了"),))
    if "链接" in text:
        return Reply(f"{XSS} https://www.mps.gov.cn/a?b=1。 javascript:alert(1) http://a.example")
    if "很长" in text:
        return Reply("很长的答复。\n" * 200)
    return Reply(ANSWER, topic="id_card_replace_lost")


@pytest.fixture
async def service(mailbox: Mailbox) -> AsyncIterator[StubService]:
    async with running(StubService(mailbox, answer)) as service:
        await mailbox.report_alive()
        yield service


@pytest.fixture
async def site(serve: Any, settings: Settings, mailbox: Mailbox) -> Site:
    site: Site = await serve(lambda: create_gateway(settings, mailbox, {"demo": DEMO}))
    return site


class Chat:
    """The chat on a page, by what a person or a screen reader finds there."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.log = page.get_by_role("log")
        self.input = page.get_by_role("textbox")
        self.messages = page.locator("wenjing-chat .message")
        self.banner = page.locator("wenjing-chat .banner")

    def by(self, author: str) -> Locator:
        return self.page.locator(f"wenjing-chat .message.{author}")

    async def say(self, text: str) -> None:
        await self.input.fill(text)
        await self.input.press("Enter")

    async def wait_until_connected(self) -> None:
        await expect(self.page.get_by_role("heading", level=2)).to_have_text(
            re.compile("海淀公安|Haidian Police")
        )


async def open_chat(
    chromium: Browser, address: str, *, width: int = 360, locale: str = "zh-CN", **options: Any
) -> Chat:
    context = await chromium.new_context(
        viewport={"width": width, "height": 740}, locale=locale, **options
    )
    page = await context.new_page()
    page.set_default_timeout(10_000)
    await page.goto(address)
    return Chat(page)


@pytest.fixture
async def chat(chromium: Browser, site: Site, service: StubService) -> Chat:
    chat = await open_chat(chromium, f"{site.url}/chat/demo")
    await chat.wait_until_connected()
    return chat


async def test_a_question_is_answered_rated_and_still_there_after_a_reload(chat, mailbox):
    await chat.say("身份证丢了怎么办")
    await expect(chat.by("bot")).to_contain_text("《居民身份证法》第十一条")
    await expect(chat.by("citizen")).to_have_count(1)
    await chat.page.get_by_role("button", name="没帮助").click()
    await expect(chat.by("bot").get_by_text("谢谢您的反馈")).to_be_visible()
    rated = [event for _, event in await mailbox.events("test", wait=1) if event.type == "rated"]
    assert [event.helpful for event in rated] == [False]

    await chat.page.reload()
    await expect(chat.messages).to_have_count(2)
    await expect(chat.page.get_by_role("button", name="没帮助")).to_have_count(0)


async def test_the_first_page_leads_to_the_chat_and_a_sample_question_is_asked_at_a_click(
    chromium, site, service
):
    chat = await open_chat(chromium, site.url, width=1280)
    await chat.page.get_by_role("link", name="海淀公安").click()
    await chat.wait_until_connected()
    await chat.page.get_by_role("button", name="身份证丢了怎么补办？").click()
    await expect(chat.by("bot")).to_contain_text("带上户口簿")
    await expect(chat.page.get_by_role("button", name="护照怎么办理？")).to_be_hidden()


async def test_a_quick_reply_is_said_and_then_gone(chat, service):
    await chat.say("哪一项")
    await chat.page.get_by_role("button", name="补领身份证").click()
    await expect(chat.by("bot")).to_have_count(2)
    await expect(chat.page.get_by_role("button", name="补领身份证")).to_have_count(0)
    assert service.heard == ["哪一项", "身份证丢了"]


async def test_an_officer_is_always_in_reach_and_looks_like_one(chat, service, mailbox):
    await chat.page.get_by_role("button", name="转人工").click()
    await expect(chat.by("bot")).to_have_count(1)
    assert service.heard == ["转人工"]
    await mailbox.typing(service.conversation)
    await expect(chat.page.get_by_text("民警正在输入")).to_be_visible()
    await service.say("officer:1", Reply("您好，我是值班民警。"))
    await expect(chat.by("officer")).to_contain_text("民警")
    await expect(chat.by("officer")).to_contain_text("我是值班民警")
    await expect(chat.page.get_by_text("民警正在输入")).to_have_count(0)


async def test_an_urgent_reply_stands_out_and_its_numbers_can_be_called(chat):
    await chat.say("家里着火了")
    alert = chat.page.get_by_role("alert")
    await expect(alert).to_contain_text("紧急")
    await expect(alert.get_by_role("link", name="拨打 119")).to_have_attribute("href", "tel:119")
    await expect(alert.get_by_role("link", name="拨打 120")).to_have_attribute("href", "tel:120")
    message = alert.get_by_role("link", name="发短信到 12110")
    await expect(message).to_have_attribute("href", "sms:12110")
    # An article of a law is no telephone number.
    await expect(alert.locator("a[href='tel:110']")).to_have_count(0)


async def test_whatever_was_written_is_shown_as_text(chat):
    await chat.say(f"链接 {XSS}")
    await expect(chat.by("bot")).to_contain_text(XSS)
    await expect(chat.by("citizen")).to_contain_text(XSS)
    assert await chat.messages.locator("img, script").count() == 0
    links = chat.messages.locator(".text a")
    await expect(links).to_have_count(1)
    await expect(links).to_have_attribute("href", "https://www.mps.gov.cn/a?b=1")
    await expect(links).to_have_attribute("rel", re.compile("noopener"))
    assert "taken" not in await chat.page.title()


async def test_a_restarted_server_loses_nothing_and_repeats_nothing(chat, site, service):
    await chat.say("身份证丢了")
    await expect(chat.by("bot")).to_have_count(1)
    await site.stop()
    await expect(chat.banner).to_contain_text("重新连接")
    await chat.say("断线时说的话")
    await expect(chat.by("citizen").last).to_contain_text("未发送")
    await service.say("officer:1", Reply("断线时的答复"))
    await site.start()
    await expect(chat.by("bot")).to_have_count(2)
    await expect(chat.by("officer")).to_have_count(1)
    await expect(chat.by("citizen")).to_have_count(2)
    await expect(chat.banner).to_be_hidden()
    assert service.heard == ["身份证丢了", "断线时说的话"]


async def test_words_that_were_not_sent_survive_a_reload(chat, site, service):
    await site.stop()
    await chat.say("没有发出去的话")
    await expect(chat.by("citizen")).to_contain_text("未发送")
    await site.start()
    await chat.page.reload()
    await expect(chat.by("bot")).to_have_count(1)
    assert service.heard == ["没有发出去的话"]


async def test_a_server_that_stays_away_leaves_the_emergency_numbers_in_sight(chat, site):
    await site.stop()
    await expect(chat.banner).to_contain_text("连接不上服务器", timeout=15_000)
    for number in ("110", "119", "120", "122", "12356"):
        await expect(chat.banner.locator(f"a[href='tel:{number}']")).to_be_visible()


async def test_an_emergency_is_answered_even_when_nobody_is_at_work(chromium, site):
    chat = await open_chat(chromium, f"{site.url}/chat/demo")
    await expect(chat.banner).to_contain_text("自动答复暂时不可用")
    await chat.say("我家着火了，快来救命")
    alert = chat.page.get_by_role("alert")
    await expect(alert.get_by_role("link", name="拨打 119")).to_be_visible()
    await expect(chat.page.locator("wenjing-chat .waiting")).to_have_count(0)
    for _ in range(2):
        await expect(chat.messages.nth(0)).to_contain_text("快来救命")
        await expect(chat.messages.nth(1)).to_contain_text("119")
        await chat.page.get_by_role("button", name=re.compile("English|中文")).click()


async def test_while_nobody_is_at_work_the_citizen_is_told_that_words_were_kept(chromium, site):
    chat = await open_chat(chromium, f"{site.url}/chat/demo")
    await chat.say("身份证丢了怎么办")
    await expect(chat.by("citizen")).to_contain_text("已收到。自动答复暂时不可用")


async def test_words_said_in_a_row_keep_their_order_through_a_break(chat, site, service):
    await site.stop()
    words = [f"第{number}句" for number in range(5)]
    for text in words:
        await chat.say(text)
    await site.start()
    await expect(chat.by("bot")).to_have_count(5)
    assert service.heard == words


async def test_everything_can_be_done_with_the_keyboard(chromium, site, service):
    chat = await open_chat(chromium, f"{site.url}/chat/demo", width=1280, locale="en-GB")
    await chat.wait_until_connected()
    focused = []
    for _ in range(10):
        await chat.page.keyboard.press("Tab")
        focused.append(await chat.page.evaluate(_FOCUSED))
    assert focused == [
        "中文",
        "Clear chat",
        "110",
        "Conversation",
        "How do I replace a lost ID card?",
        "How do I apply for a passport?",
        "How do I renew my driving licence?",
        "I got a scam call. What should I do?",
        "Talk to a person",
        "Type your question",
    ]
    await chat.page.keyboard.type("first line")
    await chat.page.keyboard.press("Shift+Enter")
    await chat.page.keyboard.type("second line")
    await chat.page.keyboard.press("Enter")
    await expect(chat.by("bot")).to_have_count(1)
    assert service.heard == ["first line\nsecond line"]
    assert await chat.page.evaluate(_FOCUSED) == "Type your question"


_FOCUSED = """() => {
  const element = document.activeElement.shadowRoot?.activeElement;
  return element?.getAttribute("aria-label") ?? element?.textContent;
}"""


async def test_enter_that_chooses_an_input_methods_candidate_sends_nothing(chat, service):
    await chat.input.fill("shenfenzheng")
    await chat.input.evaluate(
        """(input) => input.dispatchEvent(
          new KeyboardEvent("keydown", {key: "Enter", isComposing: true, bubbles: true}))"""
    )
    await expect(chat.input).to_have_value("shenfenzheng")
    await expect(chat.messages).to_have_count(0)


async def test_the_counter_speaks_near_the_limit_and_too_long_a_text_stays(chat, settings):
    limit = settings.text_limit
    counter = chat.page.locator("wenjing-chat .counter")
    await chat.input.fill("字" * (limit - 300))
    await expect(counter).to_have_text("")
    await chat.input.fill("👮" * (limit - 10))
    await expect(counter).to_have_text("还可以输入 10 字")
    await chat.say("字" * (limit + 1))
    await expect(counter).to_have_text("超出 1 字")
    await expect(chat.messages).to_have_count(0)


async def test_who_writes_too_fast_has_it_sent_in_a_moment(chat, service):
    for number in range(7):
        await chat.say(f"不回答{number}" if number else "不回答")
    await expect(chat.by("citizen")).to_have_count(7)
    await expect(chat.page.locator("wenjing-chat .waiting")).to_have_count(0, timeout=10_000)
    assert len(service.heard) == 7


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
async def test_nothing_sticks_out_at_360_pixels(chromium, site, service, locale):
    chat = await open_chat(chromium, f"{site.url}/chat/demo", locale=locale)
    await chat.wait_until_connected()
    assert await chat.page.evaluate(_STICKING_OUT) == []
    for text in ("一个没有空格的长词" + "a" * 300, "家里着火了", "哪一项", "链接"):
        count = await chat.by("bot").count()
        await chat.say(text)
        await expect(chat.by("bot")).to_have_count(count + 1)
    assert await chat.page.evaluate(_STICKING_OUT) == []
    await site.stop()
    await expect(chat.banner).to_be_visible()
    assert await chat.page.evaluate(_STICKING_OUT) == []


_STICKING_OUT = """() => {
  const root = document.querySelector("wenjing-chat").shadowRoot;
  const all = [document.documentElement, ...root.querySelectorAll("*")];
  return all.filter((element) => !element.closest(".hidden, .send span"))
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5
      || (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0
          && getComputedStyle(element).display !== "inline"))
    .map((element) => element.className || element.tagName);
}"""


async def test_speaks_the_readers_language_and_can_be_switched(chromium, site, service):
    chat = await open_chat(chromium, f"{site.url}/chat/demo", locale="fr-FR")
    await expect(chat.page.get_by_text("In an emergency call 110")).to_be_visible()
    await chat.page.get_by_role("button", name="中文").click()
    await expect(chat.page.get_by_text("紧急情况请拨打 110")).to_be_visible()
    await expect(chat.page.get_by_role("heading", level=2)).to_have_text("海淀公安（示例）")
    await chat.page.reload()
    await expect(chat.page.get_by_text("紧急情况请拨打 110")).to_be_visible()


async def test_a_long_answer_is_read_from_its_beginning(chat):
    await chat.say("很长")
    await expect(chat.by("bot")).to_be_visible()
    box = await chat.by("bot").bounding_box()
    log = await chat.log.bounding_box()
    assert box is not None
    assert log is not None
    assert abs(box["y"] - log["y"]) < 40


async def test_clearing_forgets_the_conversation_on_this_device(chat, service):
    await chat.say("身份证丢了")
    await expect(chat.by("bot")).to_have_count(1)
    first = service.conversation
    chat.page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    await chat.page.get_by_role("button", name="清除对话").click()
    await expect(chat.messages).to_have_count(0)
    await chat.say("我是另一个人")
    await expect(chat.by("bot")).to_have_count(1)
    assert service.conversation != first


async def test_asks_nothing_of_any_other_server_and_breaks_no_policy(chromium, site, service):
    chat = await open_chat(chromium, "about:blank")
    addresses: list[str] = []
    complaints: list[str] = []
    chat.page.on("request", lambda request: addresses.append(request.url))
    chat.page.on("console", lambda message: complaints.append(message.text))
    chat.page.on("pageerror", lambda error: complaints.append(str(error)))
    await chat.page.goto(f"{site.url}/chat/demo")
    await chat.wait_until_connected()
    await chat.say("身份证丢了")
    await expect(chat.by("bot")).to_have_count(1)
    assert complaints == []
    assert {address.partition("/chat")[0].partition("/webchat")[0] for address in addresses} == {
        site.url
    }


@pytest.mark.parametrize("named", [True, False])
async def test_another_site_may_embed_the_chat_where_the_account_names_it(
    chromium, serve, settings, mailbox, service, named
):
    host_app = FastAPI()
    host = await serve(lambda: host_app)
    # Another port is another origin.
    config = {"origins": [host.url]} if named else {}
    account = DEMO.model_copy(update={"channels": {"webchat": config}})
    site = await serve(lambda: create_gateway(settings, mailbox, {"demo": account}))

    @host_app.get("/")
    async def page() -> HTMLResponse:
        return HTMLResponse(
            f'<!doctype html><script type="module" src="{site.url}/webchat/widget.js"></script>'
            '<wenjing-chat account="demo" lang="en"></wenjing-chat>',
            headers={
                "Content-Security-Policy": f"default-src 'none'; script-src {site.url};"
                f" connect-src {site.url.replace('http', 'ws')}"
            },
        )

    chat = await open_chat(chromium, host.url)
    if named:
        await chat.wait_until_connected()
        await chat.say("I lost my ID card")
        await expect(chat.by("bot")).to_have_count(1)
        box = await chat.page.locator("wenjing-chat").bounding_box()
        assert box is not None
        assert box["height"] == 640
    else:
        await expect(chat.banner).to_contain_text("cannot be reached", timeout=15_000)
