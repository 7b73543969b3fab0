"""Officers at their desk, in a real Chromium; the desk runs as `wenjing desk` does."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest
from playwright.async_api import Browser, Page, expect

from bot.mailbox import Mailbox
from bot.mailbox.embedded import start_redis
from bot.messages import Choice, Handover, Reply
from bot.settings import Settings
from bot.store import migrate
from tests.conftest import SECRET
from tests.desk.town import ACCOUNTS, PASSWORD, PROJECT, Town, desk_of, living_town
from tests.store.conftest import empty_postgres, postgres_server

__all__ = ["postgres_server"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

expect.set_options(timeout=15_000)

TOPICS = ("id_card_replace_lost", "id_card_temporary", "id_card_misused")


@dataclass
class Office:
    """The town, and a desk that officers sign in at."""

    town: Town
    url: str
    chromium: Browser
    pictures: Path

    async def sign_in(self, login: str, *, width: int = 1280, height: int = 800) -> Page:
        """A browser of its own for this officer."""
        context = await self.chromium.new_context(viewport={"width": width, "height": height})
        page = await context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
        await page.goto(self.url)
        await page.fill("[name=login]", login)
        await page.fill("[name=password]", PASSWORD)
        await page.click("button")
        await expect(page.locator(".tabs")).to_be_visible()
        return page

    async def picture(self, page: Page, name: str) -> None:
        await page.screenshot(path=self.pictures / f"desk-{name}.png")


@pytest.fixture(scope="module")
def desk(
    redis_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Settings, str]]:
    """One desk for all tests here: what it shows is made anew for each."""
    settings = Settings(
        home=tmp_path_factory.mktemp("desk"),
        secret=SECRET,
        redis_url=f"{redis_server}?db=0",
        shards=2,
        data=PROJECT / "data",
    )
    settings.accounts_file.write_text(ACCOUNTS, encoding="utf-8")
    with desk_of(settings) as url:
        yield settings, url


@pytest.fixture
async def office(
    desk: tuple[Settings, str], chromium: Browser, tmp_path: Path
) -> AsyncIterator[Office]:
    settings, url = desk
    migrate(settings.database, "base")
    mailbox = Mailbox.connect(settings)
    await mailbox.erase()
    async with living_town(settings, mailbox) as town:
        yield Office(town, url, chromium, tmp_path)
    await mailbox.close()


async def open_first(page: Page) -> None:
    await page.locator(".entry").first.click()
    await expect(page.locator(".head")).to_be_visible()


async def take(page: Page) -> None:
    await page.get_by_role("button", name="接管").click()
    await expect(page.locator(".head-holder")).to_have_text("您正在处理")


async def test_an_officer_takes_over_answers_hands_back_and_closes(office):
    town = office.town
    town.officer("li", "李建国")
    page = await office.sign_in("li")
    await expect(page.locator(".empty")).to_contain_text("没有等待的市民")

    # A citizen who asks for an officer appears by herself.
    question = "身份证丢了，我的电话13812345678"
    await town.citizen("visitor", question, "您是想问：", outcome="clarify", topics=TOPICS)
    number = await town.asks_for_officer("visitor", topics=TOPICS)
    await expect(page.locator(".entry")).to_have_count(1)
    await expect(page.locator(".entry")).to_contain_text("要求人工")
    await office.picture(page, "queue")

    # By keyboard: down, open. Nobody holds it, so personal data is masked.
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.locator(".said.citizen").first).to_contain_text("[手机号]")
    await expect(page.locator(".reply textarea")).to_be_disabled()
    await expect(page).to_have_url(f"{office.url}/c/{number}")
    await office.picture(page, "masked")

    await page.keyboard.press("t")
    await expect(page.locator(".said.citizen").first).to_contain_text("13812345678")
    assert (await town.mailbox.hands(number)).holder == "officer:1"

    # A suggested answer is inserted with one key and sent; then words of one's own.
    await expect(page.locator(".suggestion")).to_have_count(3)
    await page.locator(".timeline").focus()
    await page.keyboard.press("1")
    await expect(page.locator(".reply textarea")).to_have_value(re.compile("^身份证丢了"))
    await office.picture(page, "suggestion")
    await page.locator(".reply textarea").press("Control+Enter")
    await expect(page.locator(".said.me")).to_have_count(1)
    await page.fill(".reply textarea", "请带上户口簿。")
    await page.get_by_role("button", name="发送").click()
    await expect(page.locator(".said.me")).to_have_count(2)
    await expect(page.locator(".reply textarea")).to_have_value("")
    await town.deliver()
    await expect(page.locator(".said.me .status").last).to_have_text("已送达")
    rooms = [item.text for item in await town.mailbox.room(number)]
    assert rooms[-1] == "请带上户口簿。"

    # The citizen answers, and it appears by itself.
    await town.citizen("visitor", "谢谢警官")
    await expect(page.locator(".said.citizen").last).to_contain_text("谢谢警官")
    await office.picture(page, "answered")

    await page.get_by_role("button", name="交还机器人").click()
    await page.locator(".dialog .primary").click()
    await expect(page.locator(".head-holder")).to_have_text("机器人接待中")
    assert (await town.mailbox.hands(number)).holder == "bot"
    await page.get_by_role("button", name="我的").click()
    await expect(page.locator(".entry")).to_contain_text("待跟进")

    await take(page)
    await page.get_by_role("button", name="结案").click()
    await page.get_by_text("已告知办理途径").click()
    await office.picture(page, "close")
    await page.locator(".dialog .primary").click()
    await expect(page.locator(".passed").last).to_contain_text("结案：已告知办理途径")
    await expect(page.locator(".empty")).to_be_visible()


async def test_of_two_officers_who_click_at_once_the_slower_is_told_who_won(office):
    town = office.town
    town.officer("li", "李建国")
    town.officer("wang", "王芳")
    number = await town.asks_for_officer("visitor")
    li, wang = await office.sign_in("li"), await office.sign_in("wang")
    await open_first(li)
    await open_first(wang)
    # Wang's page does not learn in time that Li was faster.
    await wang.context.set_offline(True)
    await take(li)
    await wang.context.set_offline(False)
    await wang.evaluate("document.querySelector('.head .primary')?.click()")

    await expect(wang.locator(".head-holder")).to_have_text("李建国 正在处理")
    await expect(wang.locator(".reply textarea")).to_be_disabled()
    assert (await town.mailbox.hands(number)).holder == "officer:1"


async def test_a_transfer_moves_the_conversation_to_the_colleagues_screen(office):
    town = office.town
    town.officer("li", "李建国")
    town.officer("wang", "王芳", "110000")
    town.officer("chen", "陈强", "440100")
    await town.asks_for_officer("visitor", account="haidian")
    li, wang = await office.sign_in("li"), await office.sign_in("wang")
    await open_first(li)
    await take(li)
    await li.get_by_role("button", name="转交").click()
    # Chen's unit does not see Haidian: only Wang can be chosen.
    await expect(li.locator(".dialog .q-select input")).to_have_value("王芳（wang）")
    await li.fill(".dialog textarea", "请接手，市民着急")
    await office.picture(li, "transfer")
    await li.locator(".dialog .primary").click()
    await expect(li.locator(".head-holder")).to_have_text("王芳 正在处理")

    await expect(wang.get_by_text("有会话转交给您")).to_be_visible()
    await wang.get_by_role("button", name="我的").click()
    await open_first(wang)
    await expect(wang.locator(".head-holder")).to_have_text("您正在处理")
    await expect(wang.locator(".passed").last).to_contain_text("请接手，市民着急")


async def test_an_urgent_case_is_seen_at_once_and_stays_on_top(office):
    town = office.town
    town.officer("li", "李建国")
    await town.asks_for_officer("first")
    page = await office.sign_in("li")
    await expect(page.locator(".entry")).to_have_count(1)
    await town.citizen(
        "second",
        "有人在砸我家的门",
        Reply("请立即拨打110。", urgent=True),
        handover=Handover("emergency", "urgent", "J20261124001"),
    )
    await expect(page.locator(".urgent-chip")).to_have_text("1 个紧急会话待接")
    await expect(page.locator(".entry").first).to_contain_text("有人在砸我家的门")
    assert (await page.title()).startswith("‼ (2)")
    await office.picture(page, "urgent")


async def test_a_message_that_did_not_arrive_is_shown_and_sent_again(office):
    town = office.town
    town.officer("li", "李建国")
    choice = Choice("身份证补领", "身份证补领")
    await town.citizen("visitor", "你好", Reply("您好！", choices=(choice,)))
    await town.deliver(status="unknown", reason="timeout")
    page = await office.sign_in("li")
    await page.get_by_role("button", name="未送达").click()
    await open_first(page)
    await expect(page.locator(".status.bad")).to_have_text("无法确认是否送达")
    await page.get_by_role("button", name="重新发送").click()
    await page.locator(".dialog .primary").click()
    await expect(page.locator(".status")).to_have_text("正在重新发送")
    await town.deliver()
    await expect(page.locator(".status")).to_have_text("已送达")


async def test_a_report_and_its_case_stand_beside_the_conversation(office):
    town = office.town
    town.officer("li", "李建国")
    report = {"lost_item": "黑色钱包", "lost_place": "地铁4号线", "lost_contact": "13812345678"}
    handover = Handover("lost_item", "normal", "L20261124001", report)
    await town.citizen("visitor", "钱包丢了", "已登记", handover=handover)
    page = await office.sign_in("li")
    await open_first(page)
    await expect(page.locator(".right")).to_contain_text("L20261124001")
    await expect(page.locator(".report")).to_contain_text("黑色钱包")
    await expect(page.locator(".report")).to_contain_text("[手机号]")
    await take(page)
    await expect(page.locator(".report")).to_contain_text("13812345678")


async def test_the_desk_is_usable_on_a_tablet_in_the_dark_and_in_english(office):
    town = office.town
    town.officer("li", "李建国")
    await town.asks_for_officer("visitor", topics=TOPICS)
    page = await office.sign_in("li", width=768, height=1024)
    await page.emulate_media(color_scheme="dark")
    await page.get_by_text("English").click()
    await expect(page.get_by_role("button", name="Waiting")).to_be_visible()
    await open_first(page)
    await expect(page.locator(".left")).to_be_hidden()
    await office.picture(page, "tablet-dark")
    await page.get_by_role("button", name="Case and suggestions").click()
    await expect(page.locator(".suggestion")).to_have_count(3)
    await office.picture(page, "tablet-details")
    await page.get_by_role("button", name="Case and suggestions").click()
    await page.get_by_role("button", name="Back to the list").click()
    await expect(page.locator(".entry")).to_be_visible()
    await page.keyboard.press("?")
    await expect(page.locator(".key-list")).to_be_visible()
    await office.picture(page, "keys")


async def test_signing_out_elsewhere_ends_this_page_too(office):
    office.town.officer("li", "李建国")
    await office.town.asks_for_officer("visitor")
    page = await office.sign_in("li")
    await open_first(page)
    other = await page.context.new_page()
    await other.goto(office.url)
    await other.get_by_role("button", name="退出").click()
    await expect(other.locator("[name=password]")).to_be_visible()
    await page.get_by_role("button", name="接管").click()
    await expect(page.locator("[name=password]")).to_be_visible()


async def test_without_redis_the_desk_says_so_keeps_what_was_typed_and_recovers(
    tmp_path, chromium
):
    settings = Settings(home=tmp_path / "var", secret=SECRET, shards=2, data=PROJECT / "data")
    redis = start_redis(settings)
    mailbox = Mailbox.connect(settings)
    try:
        async with living_town(settings, mailbox) as town:
            town.officer("li", "李建国")
            await town.asks_for_officer("visitor")
            with desk_of(settings) as url:
                office = Office(town, url, chromium, tmp_path)
                page = await office.sign_in("li")
                await open_first(page)
                await take(page)
                await page.fill(".reply textarea", "请稍等。")
                redis.terminate()
                redis.wait()
                await page.get_by_role("button", name="发送").click()
                await expect(page.locator(".banner")).to_contain_text("消息服务")
                await expect(page.locator(".reply textarea")).to_have_value("请稍等。")
                await office.picture(page, "no-redis")

                redis = start_redis(settings)
                await expect(page.locator(".banner")).to_be_hidden(timeout=30_000)
                await page.get_by_role("button", name="发送").click()
                await expect(page.locator(".said.me")).to_contain_text("请稍等。")
    finally:
        await mailbox.close()
        redis.terminate()
        redis.wait()


@pytest.mark.postgres
async def test_without_the_database_the_desk_says_so_does_nothing_unwritten_and_recovers(
    settings, mailbox, tmp_path, chromium, postgres_server
):
    settings = settings.model_copy(
        update={"data": PROJECT / "data", "database_url": empty_postgres(postgres_server)}
    )
    async with living_town(settings, mailbox) as town:
        town.officer("li", "李建国")
        number = await town.asks_for_officer("visitor")
        with desk_of(settings) as url:
            office = Office(town, url, chromium, tmp_path)
            page = await office.sign_in("li")
            await open_first(page)
            with closed(postgres_server):
                await page.get_by_role("button", name="接管").click()
                await expect(page.locator(".banner")).to_contain_text("数据库")
                assert (await town.mailbox.hands(number)).holder == "desk"
                await office.picture(page, "no-database")
                stranger = await (await chromium.new_context()).new_page()
                await stranger.goto(url)
                await stranger.fill("[name=login]", "li")
                await stranger.fill("[name=password]", PASSWORD)
                await stranger.click("button")
                await expect(stranger.locator(".notice")).to_contain_text("数据库不可用")
            await expect(page.locator(".banner")).to_be_hidden(timeout=30_000)
            await take(page)


@contextmanager
def closed(postgres: str) -> Iterator[None]:
    """For a while the database takes no connections, and ends those it has."""
    server = psycopg2.connect(postgres.replace("+psycopg2", "").replace("/postgres", "/template1"))
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute("ALTER DATABASE postgres ALLOW_CONNECTIONS false")
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres'"
        )
        try:
            yield
        finally:
            cursor.execute("ALTER DATABASE postgres ALLOW_CONNECTIONS true")
    server.close()
