"""Takes down a lost item: what, where, when, how to reach the citizen, and a last look."""

import re
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import REQUESTED_SLOT

from actions.decision import ANSWER, QUESTION
from actions.handover import REPORT, forgotten, hand_over
from actions.speech import Turn
from bot.knowledge.retrieval import finder
from bot.nlu.text import normalise
from bot.settings import current_settings

INTERRUPTIONS = {
    "ask_for_human": 0.5,
    "cancel_report": 0.5,
    "report_emergency": 0.8,
    "report_crime_now": 0.8,
}
"""Intents that are no answer to a question of the form, and how sure that must be: an
item or a place may look like anything."""
LONGEST = 300
"""Characters of one detail that are kept."""

_CONTACT = re.compile(r"(?:\+?\d[\d\- ]{5,17}\d)|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NOT_BUT = re.compile(
    r"(?:不对[,，\s]*)?(?:不是|并?非)(?P<old>.{1,40}?)[,，;；。.\s]*(?:而是|应该是|应是|是)(?P<new>.{1,80})"
    r"|(?:no[,\s]+)?(?:it (?:was|is)n'?t|not)\s+(?P<old_en>.{1,60}?)[,;.\s]+"
    r"(?:but|it was|it's|it is|rather)?\s*(?P<new_en>.{1,80})",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"(?P<slot>物品|东西|地点|地方|位置|时间|日期|联系方式|电话|手机号?|号码)"
    r"(?:写|填|说|弄)?(?:错了?|不对)?[,，\s]*(?:应该)?(?:改成|改为|换成|更正为|是|为)[:：\s]*(?P<new>.{1,80})"
    r"|(?:change (?:the )?|the )?(?P<slot_en>item|place|location|time|date|contact|phone|number)"
    r"\s*(?:to|is|was|should be)[:\s]+(?P<new_en>.{1,80})",
    re.IGNORECASE,
)
_SLOT_OF_WORD = {
    "物品": "lost_item", "东西": "lost_item", "item": "lost_item",
    "地点": "lost_place", "地方": "lost_place", "位置": "lost_place",
    "place": "lost_place", "location": "lost_place",
    "时间": "lost_time", "日期": "lost_time", "time": "lost_time", "date": "lost_time",
    "联系方式": "lost_contact", "电话": "lost_contact", "手机": "lost_contact",
    "手机号": "lost_contact", "号码": "lost_contact", "contact": "lost_contact",
    "phone": "lost_contact", "number": "lost_contact",
}  # fmt: skip
_TIME = re.compile(
    r"[今昨前]天|今早|昨晚|上午|下午|晚上|早上|中午|凌晨|周[一二三四五六日天]|星期|\d+[点号日月]|刚才"
    r"|today|yesterday|morning|afternoon|evening|night|\d\s*(?:am|pm)|monday|tuesday|wednesday"
    r"|thursday|friday|saturday|sunday",
    re.IGNORECASE,
)
_YES = re.compile(
    r"(?:对|对的|是|是的|没错|没问题|正确|确认|可以|好|好的|嗯|行|ok|okay|yes|yep|yeah|correct"
    r"|right|that'?s (?:right|correct)|confirm(?:ed)?|无误|没有问题|提交)(?:了|吧|啊|呀|,? please)?",
    re.IGNORECASE,
)


class ActionOpenReport(Action):  # type: ignore[misc]
    """Start the form, but never where everybody can read the answers."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_open_report"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Open the form in private; in public, invite to a private message."""
        if Turn.of(tracker).public:
            dispatcher.utter_message(response="utter_report_in_private")
            return []
        return [*forgotten(), FollowupAction("report_lost_item")]


class ValidateReportLostItem(FormValidationAction):  # type: ignore[misc]
    """What counts as an answer to a question of the form, and what corrects an earlier one."""

    def name(self) -> str:
        """As in domain.yml."""
        return "validate_report_lost_item"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Slots that this message fills or changes; none lets another rule have the message."""
        requested = tracker.get_slot(REQUESTED_SLOT)
        turn = Turn.of(tracker)
        if requested is None:
            # The form has just begun: the message was the wish to report.
            return []
        if interrupts(turn):
            return []
        text = normalise(turn.text)[:LONGEST]
        known = {slot: tracker.get_slot(slot) for slot in REPORT if tracker.get_slot(slot)}
        if known and (corrected := correction(text, known)):
            dispatcher.utter_message(response="utter_corrected")
            return [SlotSet(slot, value) for slot, value in corrected.items()]
        value = detail(requested, text)
        if value is None:
            unclear = "contact" if requested == "lost_contact" else "detail"
            dispatcher.utter_message(response=f"utter_{unclear}_unclear")
        return [SlotSet(requested, value)]


class ActionFileReport(Action):  # type: ignore[misc]
    """The report is complete: an officer gets it."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_file_report"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Hand over with what the form collected, and forget it here."""
        report = {slot: tracker.get_slot(slot) or "" for slot in REPORT}
        turn = Turn.of(tracker)
        said = hand_over(
            dispatcher, turn, "lost_item", response="utter_report_filed", report=report
        )
        return [*said, *forgotten()]


class ActionCancelReport(Action):  # type: ignore[misc]
    """The citizen does not want to report any more."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_cancel_report"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Say so, and forget what was collected."""
        dispatcher.utter_message(response="utter_report_cancelled")
        return forgotten()


def interrupts(turn: Turn) -> bool:
    """Whether a message in the middle of the form is meant for somebody else."""
    if turn.intent_confidence >= INTERRUPTIONS.get(turn.intent, 2.0):
        return True
    if turn.intent != QUESTION:
        return False
    # “黑色身份证卡套” may look like a question: only what finds its answer is one.
    found = finder(current_settings().data).find(turn.text)
    return bool(found) and found[0].confidence >= ANSWER


def detail(slot: str, text: str) -> str | None:
    """What a text says for a slot; None when it says nothing that can be used."""
    match slot:
        case "lost_contact":
            found = _CONTACT.search(text)
            return found.group() if found else None
        case "lost_confirmed":
            return "yes" if _YES.fullmatch(text.strip(" .。!！,，~")) else None
        case _:
            return text if any(character.isalnum() for character in text) else None


def correction(text: str, known: dict[str, str]) -> dict[str, str]:
    """The slot that a text corrects, with its new value; empty when it corrects nothing."""
    if named := _CHANGE.search(text):
        slot = _SLOT_OF_WORD[(named["slot"] or named["slot_en"]).lower()]
        new = (named["new"] or named["new_en"]).strip(" .。!！")
        value = detail(slot, new)
        return {slot: value} if slot in known and value else {}
    found = _NOT_BUT.fullmatch(text.strip(" .。!！"))
    if found is None:
        return {}
    old = (found["old"] or found["old_en"]).strip()
    new = (found["new"] or found["new_en"]).strip()
    for slot, value in known.items():
        if old.lower() in value.lower():
            return {slot: re.sub(re.escape(old), lambda _: new, value, flags=re.IGNORECASE)}
    slot = _slot_like(new, known)
    return {slot: new}


def _slot_like(value: str, known: dict[str, str]) -> str:
    """The known slot that a new value most likely belongs to."""
    if "lost_contact" in known and _CONTACT.fullmatch(value):
        return "lost_contact"
    if "lost_time" in known and _TIME.search(value):
        return "lost_time"
    return "lost_place" if "lost_place" in known else "lost_item"
