"""`wenjing up`, a citizen in the web chat and an officer at the desk, both in real Chromium.

Makes the pictures of docs/images.
"""

from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests.installation import PROJECT, Running, running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

IMAGES = PROJECT / "docs" / "images"


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("installation") / "var") as installation:
        yield installation


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


async def citizen_page(chromium: Browser, installation: Running, **options: object) -> Page:
    context = await chromium.new_context(
        viewport={"width": 420, "height": 780}, locale="zh-CN", **options
    )
    page = await context.new_page()
    await page.goto(f"{installation.gateway}/chat/demo")
    await expect(page.get_by_role("heading", level=2)).to_contain_text("海淀公安")
    return page


async def say(page: Page, text: str) -> None:
    box = page.get_by_role("textbox")
    await box.fill(text)
    await box.press("Enter")


async def officer_page(chromium: Browser, installation: Running) -> Page:
    context = await chromium.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    page = await context.new_page()
    await page.goto(installation.desk)
    await page.fill("[name=login]", installation.login)
    await page.fill("[name=password]", installation.password)
    await page.click("button")
    await expect(page.locator(".tabs")).to_be_visible()
    return page


async def picture(page: Page, name: str) -> None:
    IMAGES.mkdir(exist_ok=True)
    await page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")


async def test_a_citizen_asks_and_an_officer_takes_over_answers_and_hands_back(
    chromium: Browser, installation: Running
):
    citizen = await citizen_page(chromium, installation)
    bot = citizen.locator("wenjing-chat .message.bot")
    officers = citizen.locator("wenjing-chat .message.officer")

    # The bot answers with the approved text and its basis.
    await say(citizen, "身份证丢了怎么补办")
    await expect(bot.last).to_contain_text("《居民身份证法》")
    await picture(citizen, "webchat")

    # A wish for a person puts the conversation on the desk.
    officer = await officer_page(chromium, installation)
    await expect(officer.locator(".empty")).to_be_visible()
    await say(citizen, "我要找民警")
    await expect(bot.last).to_contain_text("受理编号")
    await expect(officer.locator(".entry")).to_have_count(1)
    await picture(officer, "queue")

    # The officer takes over; what is said on one side appears on the other.
    await officer.locator(".entry").first.click()
    await officer.get_by_role("button", name="接管").click()
    await expect(officer.locator(".head-holder")).to_have_text("您正在处理")
    heard = await bot.count()
    await say(citizen, "我人在广州出差，能在广州补办吗")
    await expect(officer.locator(".said.citizen").last).to_contain_text("我人在广州出差")
    await expect(officer.locator(".suggestion").first).to_be_visible()
    await officer.fill(".reply textarea", "可以的，就近到广州任一户政窗口办理。")
    await officer.locator(".reply textarea").press("Control+Enter")
    await expect(officers.last).to_contain_text("可以的，就近到广州任一户政窗口办理。")
    await expect(officer.locator(".said.me .status").last).to_have_text("已送达")
    await picture(officer, "desk")
    await picture(citizen, "webchat-officer")
    assert await bot.count() == heard, "the bot was silent while the officer held it"

    # Handed back, the bot speaks again.
    await officer.get_by_role("button", name="交还机器人").click()
    await officer.locator(".dialog .primary").click()
    await expect(officer.locator(".head-holder")).to_have_text("机器人接待中")
    await say(citizen, "临时身份证怎么办")
    await expect(bot).to_have_count(heard + 1)
    await expect(officer.locator(".said.citizen").last).to_contain_text("临时身份证怎么办")


async def test_danger_is_answered_with_the_number_and_stands_on_top_of_the_desk(
    chromium: Browser, installation: Running
):
    waiting = await citizen_page(chromium, installation)
    await say(waiting, "转人工")
    await expect(waiting.locator("wenjing-chat .message.bot").last).to_contain_text("受理编号")
    danger = await citizen_page(chromium, installation)
    await say(danger, "有人拿刀在砍我家的门，救命")
    reply = danger.locator("wenjing-chat .message.bot").last
    await expect(reply).to_contain_text("110")
    await picture(danger, "webchat-emergency")
    officer = await officer_page(chromium, installation)
    await expect(officer.locator(".entry")).to_have_count(2)
    await expect(officer.locator(".entry").first).to_contain_text("拿刀")
    await picture(officer, "desk-urgent")


async def test_english_is_answered_in_english_on_a_small_dark_screen(
    chromium: Browser, installation: Running
):
    context = await chromium.new_context(
        viewport={"width": 360, "height": 740}, locale="en-GB", color_scheme="dark"
    )
    page = await context.new_page()
    await page.goto(f"{installation.gateway}/chat/demo")
    await say(page, "I lost my Chinese ID card, what should I do?")
    reply = page.locator("wenjing-chat .message.bot").last
    await expect(reply).to_contain_text("ID card")
    await expect(reply).to_contain_text("Legal basis")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    await picture(page, "webchat-english")
