"""What the desk says, in Chinese and English."""

from bot.messages import Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")

_TEXTS: dict[str, tuple[str, str]] = {
    "title": ("问警 · 民警工作台", "Wenjing · Officers' desk"),
    "product": ("问警", "Wenjing"),
    "desk": ("民警工作台", "Officers' desk"),
    # Signing in
    "sign_in": ("登录", "Sign in"),
    "login": ("账号", "Login"),
    "password": ("密码", "Password"),
    "sign_out": ("退出", "Sign out"),
    "wrong_sign_in": ("账号或密码不正确。", "The login or the password is wrong."),
    "locked": (
        "失败次数过多，请在 {minutes} 分钟后再试。",
        "Too many failures. Try again in {minutes} min.",
    ),
    "signed_out_by_time": (
        "登录已失效，请重新登录。",
        "Your session has ended. Please sign in again.",
    ),
    "monitored": (
        "内部系统，仅供授权民警使用。查看和操作均有记录。",
        "Internal system for authorised officers. Every look and act is written down.",
    ),
    "other_language": ("English", "中文"),
    # Faults
    "no_database": (
        "数据库暂时不可用：列表可能不是最新的，正在自动重连。",
        "The database does not answer: lists may be out of date. Reconnecting.",
    ),
    "no_mailbox": (
        "消息服务（Redis）暂时不可用：无法接管和回复，正在自动重连。市民消息不会丢失。",
        "The message service (Redis) does not answer: no takeover or reply for now."
        " Reconnecting. No citizen's message is lost.",
    ),
    "not_done": (
        "没有执行：服务暂时不可用，请稍后再试。",
        "Not done: a service does not answer. Please try again.",
    ),
    "not_found": ("没有这个会话，或不属于本单位。", "No such conversation, or not your unit's."),
    "fault": ("出错了，请刷新页面。", "Something went wrong. Please reload the page."),
    "unavailable_page": (
        "工作台暂时无法打开：数据库不可用。页面会自动重试。",
        "The desk cannot be opened: the database does not answer. This page tries again.",
    ),
    # The queue
    "waiting": ("待接", "Waiting"),
    "mine": ("我的", "Mine"),
    "open": ("全部", "All"),
    "undelivered": ("未送达", "Undelivered"),
    "nothing_waiting": ("没有等待的市民", "Nobody is waiting"),
    "nothing_mine": ("您手上没有会话", "You hold no conversation"),
    "nothing_open": ("没有未结的会话", "No open conversation"),
    "nothing_undelivered": ("消息都已送达", "Everything has arrived"),
    "new_ones_appear": ("新的会话会自动出现在这里。", "New ones appear here by themselves."),
    "urgent": ("紧急", "Urgent"),
    "unanswered": ("市民有新消息", "The citizen has written"),
    "urgent_waiting": ("{number} 个紧急会话待接", "{number} urgent waiting"),
    "public": ("公开", "Public"),
    "now": ("刚刚", "now"),
    "minutes": ("{number} 分", "{number} min"),
    "hours": ("{number} 小时", "{number} h"),
    "days": ("{number} 天", "{number} d"),
    "me": ("我", "me"),
    "bot": ("机器人", "Bot"),
    "citizen": ("市民", "Citizen"),
    "nobody": ("待接", "nobody"),
    "former_officer": ("民警", "Officer"),
    "undelivered_count": ("{number} 条未送达", "{number} undelivered"),
    "follow_up": ("待跟进", "Follow-up"),
    "given_to_you": ("有会话转交给您", "A conversation was transferred to you"),
    # One conversation
    "choose": ("从左侧选择一个会话", "Choose a conversation on the left"),
    "choose_how": (
        "按 J / K 移动，Enter 打开，? 查看快捷键",
        "J / K to move, Enter to open, ? for keys",
    ),
    "back": ("返回列表", "Back to the list"),
    "details": ("案件与建议", "Case and suggestions"),
    "held_by": ("{name} 正在处理", "{name} is answering"),
    "held_by_me": ("您正在处理", "You are answering"),
    "held_by_bot": ("机器人接待中", "The bot is answering"),
    "held_by_nobody": ("等待民警接管", "Waiting for an officer"),
    "holder_unknown": ("暂时无法确认由谁处理", "Who is answering cannot be told now"),
    "take": ("接管", "Take over"),
    "hand_back": ("交还机器人", "Hand back"),
    "close": ("结案", "Close"),
    "transfer": ("转交", "Transfer"),
    "masked": (
        "个人信息已遮盖。接管后显示原文，查看会留痕。",
        "Personal data is masked. Take over to see the original; looks are written down.",
    ),
    "conversation": ("会话", "Conversation"),
    "earlier": ("更早的消息", "Earlier messages"),
    "new_messages": ("新消息", "New messages"),
    "today": ("今天", "Today"),
    "yesterday": ("昨天", "Yesterday"),
    "offered": ("提供选项", "Offered"),
    "kind_image": ("[图片]", "[picture]"),
    "kind_voice": ("[语音]", "[voice message]"),
    "kind_video": ("[视频]", "[video]"),
    "kind_location": ("[位置]", "[location]"),
    "kind_file": ("[文件]", "[file]"),
    "kind_follow": ("首次进入", "First visit"),
    "helpful": ("市民评价：有帮助", "Rated helpful"),
    "not_helpful": ("市民评价：没有帮助", "Rated not helpful"),
    "passed_to_desk": ("转人工，等待民警", "Handed over, waiting for an officer"),
    "passed_to_bot": ("{by} 交还机器人", "{by} handed back to the bot"),
    "passed_closed": ("{by} 结案：{note}", "{by} closed the case: {note}"),
    "passed_taken": ("{by} 接管", "{by} took over"),
    "passed_transferred": ("{by} 转交给 {holder}", "{by} transferred to {holder}"),
    "passed_system_bot": ("会话回到机器人", "Back to the bot"),
    "status_": ("发送中", "Sending"),
    "status_sent": ("已送达", "Delivered"),
    "status_held": ("待市民再次来信后发送", "Waits until the citizen writes again"),
    "status_refused": ("未送达", "Not delivered"),
    "status_unknown": ("无法确认是否送达", "Delivery not confirmed"),
    "status_dropped": ("已取消：民警先接管了", "Dropped: an officer took over first"),
    "status_again": ("正在重新发送", "Sending again"),
    "send_again": ("重新发送", "Send again"),
    "send_again_unsure": (
        "平台没有确认，市民可能已经收到。仍要重新发送吗？",
        "The platform did not confirm; the citizen may have it already. Send again?",
    ),
    # Replying
    "reply_to": ("回复市民…", "Reply to the citizen…"),
    "take_to_reply": ("接管后可以回复", "Take over to reply"),
    "held_by_other": ("由 {name} 处理，暂不能回复", "{name} is answering; you cannot reply"),
    "public_reply": (
        "公开会话只能发送已核准的答复，请从建议中插入且不作修改。",
        "In public only approved answers may be sent: insert a suggestion and leave it unchanged.",
    ),
    "send": ("发送", "Send"),
    "characters": ("{number} 字", "{number} characters"),
    "other_was_faster": ("{name} 已先接管此会话", "{name} took this conversation first"),
    "changed_meanwhile": (
        "会话状态刚刚变化，请核对后再试",
        "The conversation has just changed hands. Look again and retry",
    ),
    "taken": ("已接管，机器人不再发言", "Yours now; the bot is silent"),
    "handed_back": ("已交还机器人", "Handed back to the bot"),
    "closed": ("已结案", "Case closed"),
    "transferred": ("已转交给 {name}", "Transferred to {name}"),
    "sent_again": ("已重新排队发送", "Queued again"),
    "citizen_unknown": (
        "会话已太久没有消息，无法发送。请等市民再次来信。",
        "Too long ago: there is no way to reach the citizen until they write again.",
    ),
    # The case and the suggestions
    "case": ("案件", "Case"),
    "no_case": ("没有案件", "No case"),
    "case_number": ("编号", "Number"),
    "opened": ("开始", "Opened"),
    "closed_at": ("结案", "Closed"),
    "closed_reason": ("结案原因", "Reason"),
    "state": ("状态", "State"),
    "state_waiting": ("待接", "Waiting"),
    "state_officer": ("处理中", "In hand"),
    "state_follow_up": ("待跟进", "Follow-up"),
    "state_closed": ("已结案", "Closed"),
    "suggestions": ("建议答复", "Suggested answers"),
    "no_suggestions": ("没有合适的已核准答复。", "No approved answer fits."),
    "insert": ("插入", "Insert"),
    "sure_high": ("很可能", "likely"),
    "sure_medium": ("可能", "possible"),
    "sure_low": ("把握小", "unsure"),
    # Dialogs
    "cancel": ("取消", "Cancel"),
    "note_for_bot": ("备注（可不填，同事可见）", "Note (optional, seen by colleagues)"),
    "hand_back_explained": (
        "机器人将继续回答。案件保留在“我的”中待跟进。",
        "The bot answers from now on. The case stays under “Mine” for follow-up.",
    ),
    "close_explained": (
        "案件结束，机器人继续接待市民。",
        "The case ends; the bot answers the citizen from now on.",
    ),
    "closed_solved": ("已解决", "Solved"),
    "closed_informed": ("已告知办理途径", "Told where to go"),
    "closed_elsewhere": ("已转其他部门", "Passed to another department"),
    "closed_no_answer": ("市民未再回应", "No further word from the citizen"),
    "closed_not_police": ("不属公安职责", "Not a police matter"),
    "close_note": ("补充说明（可不填）", "More (optional)"),
    "transfer_to": ("转交给", "Transfer to"),
    "transfer_explained": (
        "会话立即由对方处理，您不能再回复。",
        "The other officer holds it at once; you can no longer reply.",
    ),
    "nobody_to_transfer_to": (
        "没有其他可以看到此会话的在职民警。",
        "There is no other active officer who may see this conversation.",
    ),
    # Reasons
    "reason_asked": ("要求人工", "Asked for an officer"),
    "reason_emergency": ("紧急情况", "Emergency"),
    "reason_complaint": ("投诉", "Complaint"),
    "reason_failed": ("机器人出错", "The bot failed"),
    "reason_unsure": ("机器人没把握", "The bot was unsure"),
    "reason_too slow": ("机器人超时", "The bot took too long"),
    "reason_lost_item": ("遗失物品登记", "Lost item"),
    "reason_case_progress": ("询问案件进展", "Asks about a case"),
    "reason_rumour": ("核实传言", "Checks a rumour"),
    "reason_praise": ("表扬", "Praise"),
    "reason_stepped_in": ("民警主动接管", "An officer stepped in"),
    "channel_webchat": ("网页", "Web chat"),
    "channel_wechat": ("微信", "WeChat"),
    "channel_weibo": ("微博", "Weibo"),
    # Slots of reports
    "slot_lost_item": ("物品", "Item"),
    "slot_lost_place": ("地点", "Place"),
    "slot_lost_time": ("时间", "Time"),
    "slot_lost_contact": ("联系方式", "Contact"),
    # The frame
    "theme_auto": ("◐ 自动", "◐ Auto"),
    "theme_light": ("◐ 浅色", "◐ Light"),
    "theme_dark": ("◐ 深色", "◐ Dark"),
    "keys": ("快捷键", "Keys"),
    "key_move": ("在列表中上下移动", "Move in the list"),
    "key_open": ("打开会话", "Open the conversation"),
    "key_lists": ("切换列表", "Switch lists"),
    "key_take": ("接管", "Take over"),
    "key_reply": ("写回复", "Write a reply"),
    "key_insert": ("插入第 1、2、3 条建议", "Insert suggestion 1, 2, 3"),
    "key_send": ("发送回复", "Send the reply"),
    "key_leave": ("离开输入框", "Leave the text field"),
    "key_help": ("显示本表", "Show this list"),
}


class Texts:
    """The texts of one language by their keys."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._column = LANGUAGES.index(language)

    def __getitem__(self, key: str) -> str:
        return _TEXTS[key][self._column]

    def word(self, family: str, name: str) -> str:
        """The text `<family>_<name>`; a name that has none is shown as it is."""
        pair = _TEXTS.get(f"{family}_{name}")
        return pair[self._column] if pair else name.replace("_", " ")
