"""The worker on a real Redis, with a dialogue that does as it is told."""

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bot.accounts import DEMO
from bot.dialogue.worker import Stuck, Worker
from bot.events import CaseOpened, HandsChanged, ServiceSaid, Understood
from bot.mailbox import Mailbox
from bot.messages import Handover, Inbound, Question, Reply, Suggestion, Turn
from bot.settings import Settings
from tests.mailbox.conftest import NOW


class ObedientDialogue:
    """Answers what it has heard so far; "raise", "hang", "spin" and 转人工 do as they say, and
    在吗 makes it unsure."""

    def __init__(self, model: str = "m1") -> None:
        self.model = model

    async def handle(self, question: Question, state: bytes | None) -> tuple[Turn, bytes]:
        match question.text:
            case "raise":
                raise RuntimeError("on purpose")
            case "hang":
                await asyncio.sleep(60)
            case "spin":
                end = time.monotonic() + 3
                while time.monotonic() < end:
                    pass
            case "转人工":
                handover = Handover("asked", number="WJ-1")
                return Turn("handover", "zh", (Reply("转接"),), handover=handover), b""
            case "在吗":
                return Turn("clarify", "zh", (Reply("您想办什么？"),)), b""
        heard = (state or b"") + question.text.encode() + b"|"
        text = f"{self.model}:{question.place}:{heard.decode()}"
        return Turn("answer", "zh", (Reply(text),)), heard

    def suggestions(self, text: str, language: str) -> tuple[Suggestion, ...]:
        return (Suggestion("id_card_replace_lost", 0.5),)

    def sentence(self, name: str, language: str) -> str:
        return f"{name}/{language}"


def inbound(text: str, id: str = "m1", sender: str = "v1", **more: object) -> Inbound:
    return Inbound("webchat", "demo", sender, id, text, NOW, **more)  # type: ignore[arg-type]


@asynccontextmanager
async def working(
    mailbox: Mailbox,
    settings: Settings,
    newest: Callable[[], str | None] = lambda: None,
    load: Callable[[], ObedientDialogue] | None = None,
) -> AsyncIterator[asyncio.Task[None]]:
    models = iter(["m1", "m2", "m3"])
    worker = Worker(
        mailbox=mailbox,
        load=load or (lambda: ObedientDialogue(next(models))),
        newest_model=newest,
        accounts={DEMO.id: DEMO},
        settings=settings,
    )
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    try:
        yield running
    finally:
        stop.set()
        with contextlib.suppress(Stuck, ZeroDivisionError):
            await running


async def heard(
    mailbox: Mailbox, enough: Callable[[list[object]], bool], seconds: float = 10
) -> list[object]:
    """Events until there are enough of them."""
    events: list[object] = []
    async with asyncio.timeout(seconds):
        while not enough(events):
            pairs = await mailbox.events("j", wait=0.2)
            events += [event for _, event in pairs]
    return events


def said(events: list[object]) -> list[str]:
    return [event.text for event in events if isinstance(event, ServiceSaid)]


def times(kind: type, number: int) -> Callable[[list[object]], bool]:
    return lambda events: sum(isinstance(event, kind) for event in events) >= number


async def test_a_question_is_answered_for_the_accounts_place_with_the_memory_of_the_last(
    mailbox, settings
):
    async with working(mailbox, settings):
        await mailbox.accept(inbound("一", "m1"))
        await mailbox.accept(inbound("二", "m2"))
        events = await heard(mailbox, times(ServiceSaid, 2))
    assert said(events) == ["m1:110108:一|", "m1:110108:一|二|"]


@pytest.mark.parametrize(("text", "reason"), [("raise", "failed"), ("hang", "too slow")])
async def test_a_turn_that_fails_or_hangs_goes_to_an_officer_and_the_citizen_is_told(
    mailbox, settings, text, reason
):
    quick = settings.model_copy(update={"turn_seconds": 0.2})
    async with working(mailbox, quick):
        await mailbox.accept(inbound(text))
        events = await heard(mailbox, times(HandsChanged, 1))
    assert said(events) == ["utter_failed/en"]
    assert [e.handover.reason for e in events if isinstance(e, CaseOpened)] == [reason]
    number = mailbox.number("webchat", "demo", "v1")
    assert (await mailbox.hands(number)).holder == "desk"


async def test_a_turn_that_cannot_be_stopped_is_handed_over_and_ends_the_process(
    mailbox, settings
):
    quick = settings.model_copy(update={"turn_seconds": 0.2})
    async with working(mailbox, quick) as running:
        await mailbox.accept(inbound("spin"))
        events = await heard(mailbox, times(HandsChanged, 1))
        with pytest.raises(Stuck):
            await running
    assert said(events) == ["utter_failed/en"]


async def test_a_message_that_kills_workers_goes_to_an_officer_and_the_rest_are_kept(
    mailbox, settings
):
    quick = settings.model_copy(update={"tries": 2, "reclaim_seconds": 0.1})
    doomed = Mailbox.connect(quick)
    await doomed.accept(inbound("poison", "m1"))
    await doomed.accept(inbound("身份证", "m2"))
    for n in range(2):
        assert await doomed.claim(f"dies-{n}", wait=0.2) is not None
        await asyncio.sleep(0.15)
        doomed = Mailbox.connect(quick)
    async with working(doomed, quick):
        events = await heard(doomed, times(Understood, 2))
    assert said(events)[0] == "utter_failed/en"
    assert "poison" not in "".join(said(events))
    assert [e.handover.reason for e in events if isinstance(e, CaseOpened)] == ["failed"]
    assert said(events)[1].endswith("身份证|"), "the second message is answered"
    await doomed.close()


async def test_danger_is_answered_before_anything_else_and_makes_an_urgent_case(mailbox, settings):
    async with working(mailbox, settings):
        await mailbox.accept(inbound("救命 有人拿刀追我"))
        events = await heard(mailbox, times(HandsChanged, 1))
    assert "110" in said(events)[0]
    assert [e.handover.priority for e in events if isinstance(e, CaseOpened)] == ["urgent"]


async def test_danger_that_the_gateway_answered_is_not_answered_twice(mailbox, settings):
    async with working(mailbox, settings):
        await mailbox.accept(inbound("救命 有人拿刀追我", alarm_answered=True))
        events = await heard(mailbox, times(HandsChanged, 1))
    assert said(events) == []


async def test_while_an_officer_speaks_the_bot_is_silent_even_in_danger(mailbox, settings):
    number = mailbox.number("webchat", "demo", "v1")
    await mailbox.accept(inbound("转人工", "m1"))
    async with working(mailbox, settings):
        await heard(mailbox, times(HandsChanged, 1))
        await mailbox.take(number, 7, epoch=(await mailbox.hands(number)).epoch)
        await mailbox.accept(inbound("身份证", "m2"))
        await mailbox.accept(inbound("救命 有人拿刀追我", "m3"))
        events = await heard(mailbox, times(Understood, 2))
    assert said(events) == []
    assert [e.handover.priority for e in events if isinstance(e, CaseOpened)] == ["urgent"]
    assert (await mailbox.hands(number)).holder == "officer:7"


async def test_a_waiting_citizen_is_reminded_once_in_a_while_not_at_every_word(mailbox, settings):
    async with working(mailbox, settings):
        for n, text in enumerate(["转人工", "在吗", "在吗", "在吗"]):
            await mailbox.accept(inbound(text, f"m{n}"))
        events = await heard(mailbox, times(Understood, 4))
    assert said(events) == ["转接", "utter_still_waiting/zh"]


async def test_while_a_citizen_waits_the_bot_answers_what_it_knows(mailbox, settings):
    async with working(mailbox, settings):
        await mailbox.accept(inbound("转人工", "m1"))
        await mailbox.accept(inbound("身份证", "m2"))
        events = await heard(mailbox, times(Understood, 2))
    assert said(events) == ["转接", "m1:110108:身份证|"]
    assert (await mailbox.hands(mailbox.number("webchat", "demo", "v1"))).holder == "desk"


async def test_a_picture_or_a_first_visit_gets_a_sentence(mailbox, settings):
    async with working(mailbox, settings):
        await mailbox.accept(inbound("", "m1", kind="image"))
        await mailbox.accept(inbound("", "m2", kind="follow"))
        events = await heard(mailbox, times(ServiceSaid, 2))
    assert said(events) == ["utter_only_text/zh", "utter_greet/zh"]


async def test_a_new_model_is_served_without_losing_a_message(mailbox, settings):
    newest = "m1"
    async with working(mailbox, settings, lambda: newest):
        await mailbox.accept(inbound("一", "m1"))
        await heard(mailbox, times(ServiceSaid, 1))
        newest = "m2"
        said_by = ""
        for n in range(200):
            await mailbox.accept(inbound("二", f"n{n}", sender=f"v{n}"))
            events = await heard(mailbox, times(ServiceSaid, 1))
            said_by = said(events)[0][:2]
            if said_by == "m2":
                break
            await asyncio.sleep(0.05)
    assert said_by == "m2"


async def test_zero_bot_messages_after_any_takeover_while_messages_pour_in(mailbox, settings):
    conversations = 200
    quick = settings.model_copy(update={"mailbox_limit": 1000})
    taken_at: dict[str, int] = {}
    delivered: list[tuple[str, str, int]] = []
    box = Mailbox.connect(quick)

    async def pour() -> None:
        for round_ in range(5):
            for n in range(conversations):
                await box.accept(inbound(f"问题{round_}", f"r{round_}-{n}", sender=f"v{n}"))

    async def take_all() -> None:
        for n in range(conversations):
            number = box.number("webchat", "demo", f"v{n}")
            hands = await box.hands(number)
            await box.take(number, 1, epoch=hands.epoch)
            taken_at[number] = len(delivered)

    async def send(shard: int) -> None:
        while True:
            delivery = await box.next_delivery("s", shard, wait=0.1)
            if delivery is not None and await box.begin(delivery):
                # The call out begins here: what comes after a takeover must not reach this.
                message = delivery.message
                delivered.append((delivery.conversation, message.author, len(delivered)))
                await box.sent(delivery)

    async with working(box, quick):
        senders = [asyncio.create_task(send(shard)) for shard in range(quick.shards)]
        pouring = asyncio.create_task(pour())
        await asyncio.sleep(0.5)
        await take_all()
        await pouring
        await heard(box, times(Understood, conversations * 5), seconds=60)
        for sender in senders:
            sender.cancel()
    late = [row for row in delivered if row[1] == "bot" and row[2] > taken_at[row[0]]]
    assert late == []
    assert delivered, "the bot had spoken before"
    await box.close()


async def test_a_worker_that_stops_gives_back_what_it_has_not_begun(mailbox, settings):
    box = Mailbox.connect(settings)
    for n in range(20):
        await box.accept(inbound("一", f"m{n}", sender=f"v{n}"))
    first = await box.claim("stops", wait=0.5)
    assert first is not None
    await box.release("stops")
    handled = {first.conversation}
    while (claim := await mailbox.claim("goes on", wait=0.2)) is not None:
        handled.add(claim.conversation)
        await mailbox.commit(claim, Turn("answer", "zh", ()), b"")
    assert len(handled) == 20, "nobody has to wait until it is missed"
    assert await box.commit(first, Turn("answer", "zh", ()), b"") == "done", "it had begun this"
    await box.close()


async def test_what_was_given_back_to_others_is_not_given_twice(settings, mailbox):
    quick = settings.model_copy(update={"reclaim_seconds": 0.1})
    slow, fast = Mailbox.connect(quick), Mailbox.connect(quick)
    for n in range(20):
        await slow.accept(inbound("一", f"m{n}", sender=f"v{n}"))
    assert await slow.claim("slow", wait=0.5) is not None
    await asyncio.sleep(0.2)
    while (claim := await fast.claim("fast", wait=0.2)) is not None:
        await fast.commit(claim, Turn("answer", "zh", ()), b"")
    await slow.release("slow")
    assert await fast.claim("fast", wait=0.1) is None
    await slow.close()
    await fast.close()


async def test_a_message_of_another_version_waits_for_it_and_holds_up_no_one(mailbox, settings):
    number = mailbox.number("webchat", "demo", "v1")
    await mailbox.accept(inbound("一"))
    await mailbox._redis.lset(mailbox.keys(number).box, 0, b'{"words": "from the future"}')
    await mailbox.accept(inbound("二", "m2", sender="v2"))
    async with working(mailbox, settings) as running:
        events = await heard(mailbox, times(ServiceSaid, 1))
        assert not running.done()
    assert said(events) == ["m1:110108:二|"]
    assert await mailbox._redis.llen(mailbox.keys(number).box) == 1, "it is kept"


async def test_a_new_model_that_breaks_leaves_the_old_one_at_work(mailbox, settings, monkeypatch):
    monkeypatch.setattr("bot.dialogue.worker.FOLLOW_SECONDS", 0.01)
    loaded: list[str] = []
    names = iter([FileNotFoundError("deleted while we looked"), "m2", "m2"])
    went_on = asyncio.Event()

    def newest() -> str | None:
        name = next(names, None)
        if isinstance(name, OSError):
            raise name
        if name is None:
            went_on.set()
        return name

    def load() -> ObedientDialogue:
        loaded.append("once more")
        if len(loaded) > 1:
            raise ValueError("a bug in the new model")
        return ObedientDialogue("m1")

    async with working(mailbox, settings, newest, load):
        await asyncio.wait_for(went_on.wait(), 10)
        await mailbox.accept(inbound("一"))
        events = await heard(mailbox, times(ServiceSaid, 1))
    assert said(events) == ["m1:110108:一|"]
    assert len(loaded) == 2, "what broke is not loaded again"


async def test_a_worker_without_its_helpers_ends(mailbox, settings, monkeypatch):
    monkeypatch.setattr("bot.dialogue.worker.FOLLOW_SECONDS", 0.01)

    def newest() -> str:
        raise ZeroDivisionError

    async with working(mailbox, settings, newest) as running:
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(running, 10)


async def test_the_memory_in_which_a_turn_failed_is_not_kept(mailbox, settings):
    number = mailbox.number("webchat", "demo", "v1")
    async with working(mailbox, settings):
        await mailbox.accept(inbound("一", "m1"))
        await mailbox.accept(inbound("raise", "m2"))
        await heard(mailbox, times(HandsChanged, 1))
        await mailbox.take(number, 7, epoch=(await mailbox.hands(number)).epoch)
        await mailbox.hand_back(number, 7)
        await mailbox.accept(inbound("二", "m3"))
        events = await heard(mailbox, times(ServiceSaid, 1))
    assert said(events) == ["m1:110108:二|"]


async def test_a_stop_in_the_middle_of_a_turn_lets_it_end(mailbox, settings):
    thinking, go_on = threading.Event(), threading.Event()

    class Thoughtful(ObedientDialogue):
        async def handle(self, question: Question, state: bytes | None) -> tuple[Turn, bytes]:
            thinking.set()
            await asyncio.to_thread(go_on.wait, 10)
            return await super().handle(question, state)

    async with working(mailbox, settings, load=Thoughtful) as running:
        await mailbox.accept(inbound("一"))
        await asyncio.to_thread(thinking.wait, 10)
        asyncio.get_running_loop().call_later(0.1, go_on.set)
        assert not running.done()
    assert said(await heard(mailbox, times(ServiceSaid, 1))) == ["m1:110108:一|"]
