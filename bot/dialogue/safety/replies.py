"""What the citizen is told: the number to call first, then what to do until help is there.

Nothing here promises that anybody is coming, and the note about an officer says only what was
done. Officers may change the wording; the number comes first.
"""

from dataclasses import dataclass

from bot.messages import Language

_TOLD: dict[Language, str] = {
    "zh": "已提醒值班民警查看本对话，但请立即拨打上面的电话，不要在这里等回复。",
    "en": "The officer on duty has been alerted to this chat, but please call now: do not wait"
    " here for a reply.",
}
_UNTOLD: dict[Language, str] = {
    "zh": "在这里留言不能代替报警，请立即拨打上面的电话，不要在这里等回复。",
    "en": "A message here is no substitute for calling: please call now, do not wait here for a"
    " reply.",
}
_TOLD_SMS: dict[Language, str] = {
    "zh": "已提醒值班民警查看本对话，但请立即发短信，不要在这里等回复。",
    "en": "The officer on duty has been alerted to this chat, but please send the text message"
    " now: do not wait here for a reply.",
}
_UNTOLD_SMS: dict[Language, str] = {
    "zh": "在这里留言不能代替报警，请立即发短信，不要在这里等回复。",
    "en": "A message here is no substitute for an alarm: please send the text message now, do"
    " not wait here for a reply.",
}


@dataclass(frozen=True, slots=True)
class Advice:
    """The reply to one kind of danger."""

    number: str
    text: dict[Language, str]
    short: dict[Language, str]
    """At most 120 characters, for narrow channels."""
    told: dict[Language, str]
    """The last sentence where an officer was alerted."""
    untold: dict[Language, str]
    """The last sentence where nobody could be alerted."""


def _call(number: str, *, zh: tuple[str, str], en: tuple[str, str]) -> Advice:
    """Advice to call: (text, short form) in both languages."""
    return Advice(number, {"zh": zh[0], "en": en[0]}, {"zh": zh[1], "en": en[1]}, _TOLD, _UNTOLD)


REPLIES: dict[str, Advice] = {
    "silent": Advice(
        "12110",
        {
            "zh": "请立即发短信到 12110 报警，写清：在哪里（尽量详细）、发生了什么、有几个人、有没有凶器。\n"
            "手机调成静音，关掉震动和屏幕亮光。能安全离开就离开；一旦可以说话，马上拨打 110。",
            "en": "Text 12110 now (SMS alarm): where you are, as exactly as you can, what is"
            " happening, how many people, any weapons.\nSet your phone to silent and dim the"
            " screen. Leave if you safely can; as soon as you can speak, call 110.",
        },
        {
            "zh": "请立即发短信到12110报警，写清地点和情况；手机静音。能说话时马上拨打110。不要在这里等回复。",
            "en": "Text 12110 now: place, what is happening. Phone on silent. Call 110 once you can speak. Don't wait here.",
        },
        _TOLD_SMS,
        _UNTOLD_SMS,
    ),
    "suicide_hurt": _call(
        "120",
        zh=(
            "请立即拨打 120，说清吃了什么、吃了多少或伤在哪里；再拨打 110。\n"
            "如果是您自己：请把门打开，叫身边的人过来陪着您。不要自己催吐，药瓶留给医生看；伤口用干净的布用力压住。您现在的痛苦是真的，也有人愿意帮您，之后可以打心理援助热线 12356。\n"
            "如果是别人：不要让他（她）独处，昏迷的让他（她）侧卧，没有呼吸就按压胸口。",
            "请立即拨打120，说清吃了什么或伤在哪里；再拨110。叫人来陪着，不要催吐，药瓶留给医生，伤口用力压住。援助热线12356。",
        ),
        en=(
            "Call 120 now: what was taken and how much, or where the wound is; then call 110.\nIf"
            " it is you: open the door and get someone to be with you. Do not make yourself vomit,"
            " keep the package for the doctor; press hard on a wound. Your pain is real, and"
            " people want to help; the psychological help line is 12356.\nIf it is someone else:"
            " do not leave them alone; lay an unconscious person on the side; no breathing: press"
            " on the chest.",
            "Call 120 now: what was taken or where the wound is; then 110. Get someone to be with you. Help line 12356.",
        ),
    ),
    "suicide_now": _call(
        "110",
        zh=(
            "请立即拨打 110；已经受伤或吃了药，请立即拨打 120。\n"
            "如果是您自己：请先离开高处、刀和药，到有人的地方，让身边的人陪着您。您现在的痛苦是真的，也有人愿意帮您。"
            "心理援助热线 12356。\n如果是别人：陪在旁边、慢慢说话，不要刺激，不要让他（她）独处；服了药的，把药瓶留给医生看。",
            "请立即拨打110；已受伤或服药请拨120。请离开高处和药物，到有人的地方。心理援助热线12356。不要在这里等回复。",
        ),
        en=(
            "Call 110 now. If you are hurt or have taken something, call 120 now.\nIf it is you:"
            " please step away from the edge, the blade or the pills, go to where people are and"
            " let someone stay with you. Your pain is real, and people want to help."
            " Psychological help line: 12356.\nIf it is someone else: stay with them, speak"
            " calmly, do not leave them alone; keep the package of what they took for the doctor.",
            "Call 110 now; hurt or took pills: call 120. Move away from danger, be with someone. Help line 12356.",
        ),
    ),
    "suicide_other": _call(
        "110",
        zh=(
            "请立即拨打 110，说清他（她）是谁、现在可能在哪里、说了什么；已经受伤或服药，同时拨打 120。\n"
            "能联系上就一直保持联系，认真听、不责备、不要让他（她）独处；通知他（她）的家人朋友。心理援助热线 12356 也可以教您怎么陪他（她）。",
            "请立即拨打110，说清他是谁、可能在哪里；已受伤或服药拨120。保持联系，不要让他独处。心理援助热线12356。",
        ),
        en=(
            "Call 110 now: say who it is, where they may be and what they said. If they are hurt"
            " or have taken something, call 120 as well.\nStay in touch, listen without blame,"
            " do not leave them alone, and tell family or friends. The psychological help line"
            " 12356 can also tell you how to support them.",
            "Call 110 now: who, where, what they said. Hurt or took pills: 120. Stay in touch. Help line 12356.",
        ),
    ),
    "suicide": _call(
        "12356",
        zh=(
            "请现在就拨打 12356（全国统一心理援助热线），和那里的人说说话。打不通，或者觉得自己马上会出事，请拨打 110；已经受伤或吃了药，请拨打 120。\n"
            "谢谢您愿意说出来。现在一定很难熬，您不必一个人扛着。请先到有人的地方，或者给一个您信得过的人打电话，让他（她）陪着您；把刀、药这些东西放远一点。",
            "请现在拨打心理援助热线12356；觉得马上会出事拨110，已受伤或服药拨120。您不必一个人扛着，请让身边的人陪着您。",
        ),
        en=(
            "Please call 12356 now, the national psychological help line, and talk to someone"
            " there. If you cannot get through, or feel you may act on it, call 110; if you are"
            " hurt or have taken something, call 120.\nThank you for saying it. This must be very"
            " hard, and you do not have to carry it alone. Go to where people are or call someone"
            " you trust, and put anything dangerous out of reach.",
            "Please call 12356 now (psychological help line). In danger: 110; hurt: 120. You are not alone with this.",
        ),
    ),
    "explosive": _call(
        "110",
        zh=(
            "请立即拨打 110。\n不要碰、不要移动、不要拆；马上远离，提醒周围的人一起离开，走远以后再打电话，不要在可疑物品旁边使用手机。",
            "请立即远离并拨打110。不要碰、不要移动可疑物品，提醒旁边的人离开，走远后再打电话。不要在这里等回复。",
        ),
        en=(
            "Call 110 now.\nDo not touch or move it. Get far away, warn others to leave, and call"
            " from a distance: do not use a phone next to it.",
            "Get away and call 110 now. Do not touch or move it; warn others. Do not wait here for a reply.",
        ),
    ),
    "gas": _call(
        "119",
        zh=(
            "请马上离开到室外，再拨打 119；有人中毒或昏迷，同时拨打 120。\n"
            "能做到就关阀门、开门窗。不要开关任何电器和灯，不要点火，不要在屋里打电话；到室外再联系燃气公司。",
            "请马上到室外再拨打119，有人中毒拨120。能做到就关阀开窗；不要开关电器、不要点火、不要在屋里打电话。",
        ),
        en=(
            "Go outside now, then call 119; if someone is poisoned or unconscious, call 120 too.\n"
            "If you can, close the valve and open windows. Do not switch anything on or off, no"
            " flames, no phone calls indoors; then call the gas company.",
            "Go outside, then call 119; someone unwell: 120. No switches, flames or calls indoors. Don't wait here.",
        ),
    ),
    "fire": _call(
        "119",
        zh=(
            "请立即拨打 119，说清地点、烧的是什么、有没有人被困；有人受伤同时拨打 120。\n"
            "马上离开，不要坐电梯，不要回去拿东西；有烟就弯腰、用湿毛巾捂住口鼻。出不去就关紧门、堵住门缝，到窗口呼救。",
            "请立即拨打119；有人受伤拨120。马上离开，不坐电梯，弯腰捂住口鼻；出不去就关门堵缝到窗口呼救。",
        ),
        en=(
            "Call 119 now: where, what is burning, whether anyone is trapped. If someone is hurt,"
            " call 120 too.\nGet out, do not use the lift, do not go back for things. In smoke"
            " stay low and cover nose and mouth with a wet cloth. If you cannot get out, close"
            " the door, seal the gaps and call from a window.",
            "Call 119 now; someone hurt: 120. Get out, no lift, stay low in smoke. Do not wait here for a reply.",
        ),
    ),
    "traffic_injured": _call(
        "120",
        zh=(
            "有人受伤请先拨打 120，再拨打 122（或 110）报警；有人被困或起火拨打 119。\n"
            "开双闪，人撤到路边或护栏外，在来车方向放三角牌。不要随意移动伤员，大出血用干净的布压住；不要离开现场。",
            "有人受伤先拨120，再拨122或110；被困或起火拨119。开双闪，人到路边，不要随意移动伤员。不要在这里等回复。",
        ),
        en=(
            "If anyone is hurt call 120 first, then 122 (or 110); if someone is trapped or"
            " something burns, 119.\nHazard lights on, get behind the guard rail, put out the"
            " warning triangle. Do not move the injured without need; press on heavy bleeding;"
            " stay at the scene.",
            "Someone hurt: call 120, then 122 or 110; trapped or fire: 119. Do not move the injured. Don't wait here.",
        ),
    ),
    "rescue": _call(
        "119",
        zh=(
            "请立即拨打 119（也可拨打 110），说清地点和被困人数；有人受伤或溺水，同时拨打 120。\n"
            "被困的：保存体力和手机电量，待在安全处，不要强行脱身。有人落水：不要盲目下水，递杆子、绳子、漂浮物，并大声呼救。",
            "请立即拨打119或110，说清地点和人数；有人受伤或溺水拨120。不要盲目下水或强行脱身，递绳子、漂浮物。",
        ),
        en=(
            "Call 119 now (or 110): where, how many people; if someone is hurt or drowning, call"
            " 120 too.\nIf you are trapped: save strength and battery, stay where it is safe, do"
            " not force your way out. Someone in the water: do not jump in; reach out a pole, a"
            " rope or something that floats, and shout for help.",
            "Call 119 or 110 now; hurt or drowning: 120. Do not jump in or force a way out. Don't wait here.",
        ),
    ),
    "medical": _call(
        "120",
        zh=(
            "请立即拨打 120，说清地点和病人情况，听调度员指导；是被人伤害的，同时拨打 110。\n"
            "没有呼吸心跳就马上做胸外按压；大出血用干净的布压住；怀疑骨折不要搬动；昏迷的人侧卧，不要喂水喂药。",
            "请立即拨打120并听调度员指导；被人伤害的同时拨110。没有呼吸就按压胸口，大出血压住伤口，不要随意搬动。",
        ),
        en=(
            "Call 120 now: where, what is wrong, and follow the operator. If someone was attacked,"
            " call 110 too.\nNo breathing: press hard and fast on the chest. Heavy bleeding: press"
            " a clean cloth on it. Do not move a possible fracture; lay an unconscious person on"
            " the side, give no water or medicine.",
            "Call 120 now and follow the operator; attacked: 110 too. No breathing: chest compressions. Don't wait here.",
        ),
    ),
    "child": _call(
        "110",
        zh=(
            "小朋友别怕，现在就拨打 110，告诉警察你叫什么、在哪里、发生了什么。有人受伤或叫不醒就打 120，着火了先跑出去再打 119。\n"
            "不要给陌生人开门，把门锁好。如果在外面，就到人多的店里，请店员或保安帮你打电话。能找到你相信的大人，就去找他。",
            "小朋友别怕，现在就打110，告诉警察你在哪里。有人叫不醒打120，着火打119。不要开门，去找你相信的大人。",
        ),
        en=(
            "Don't be afraid: call 110 now and tell the police your name, where you are and what"
            " happened. If someone is hurt or will not wake up, call 120; if there is a fire, get"
            " out first and call 119.\nDo not open the door to strangers. If you are outside, go"
            " into a shop and ask the staff to call. Go to a grown-up you trust.",
            "Call 110 now and say where you are. Someone won't wake up: 120. Fire: get out, 119. Don't open the door.",
        ),
    ),
    "held": _call(
        "110",
        zh=(
            "请立即拨打 110；不方便说话就发短信到 12110，写清地点（附近的路牌、楼号、店名都可以）、几个人、有没有凶器。\n"
            "不要激怒对方，先保证自己安全，记住路线和特征；能安全离开时再走，到人多的地方求助。",
            "请立即拨打110；不能说话就发短信到12110，写清地点、几个人。先保证安全，不要激怒对方。不要在这里等回复。",
        ),
        en=(
            "Call 110 now; if you cannot speak, text 12110: where (street sign, house number, shop"
            " name), how many people, any weapons.\nDo not provoke them, stay safe first,"
            " remember the way and their looks; leave only when it is safe, towards people.",
            "Call 110 now; if you cannot speak, text 12110: where, how many. Do not provoke them. Don't wait here.",
        ),
    ),
    "followed": _call(
        "110",
        zh=(
            "请立即拨打 110；不方便说话就发短信到 12110，写清位置和对方特征。\n"
            "不要直接回家，不要走僻静的路；马上到人多、明亮、有监控的地方（便利店、保安亭、地铁站），向店员、保安求助，给家人打电话。",
            "请立即拨打110，不能说话发短信12110。不要直接回家，到人多明亮的店里求助。不要在这里等回复。",
        ),
        en=(
            "Call 110 now; if you cannot speak, text 12110: where you are and what they look like."
            "\nDo not go straight home, avoid quiet streets; go to a bright, busy place (shop,"
            " guard post, metro station), ask staff for help and phone someone you know.",
            "Call 110 now or text 12110. Don't go straight home: go into a busy shop, ask for help. Don't wait here.",
        ),
    ),
    "break_in": _call(
        "110",
        zh=(
            "请立即拨打 110；不能出声就发短信到 12110，写清地址和情况。\n"
            "锁好门，躲到能反锁的房间，不要开门，不要和对方正面冲突；有机会就离开，向邻居、物业求助。",
            "请立即拨打110；不能出声发短信12110写清地址。锁好门、躲好，不要开门、不要正面冲突。不要在这里等回复。",
        ),
        en=(
            "Call 110 now; if you must be quiet, text 12110 with your address.\nLock the door,"
            " stay in a room that locks, do not open, do not confront them; leave if you safely"
            " can and alert neighbours or building security.",
            "Call 110 now; must be quiet: text 12110 with your address. Lock doors, don't confront. Don't wait here.",
        ),
    ),
    "sexual": _call(
        "110",
        zh=(
            "请立即拨打 110；不方便说话就发短信到 12110，写清地点。受伤请同时拨打 120。\n"
            "先到安全的地方，找信得过的人陪着您。如果已经受到侵害：先不要洗澡、换洗衣物，保留衣物和聊天记录，尽快就医。这不是您的错。",
            "请立即拨打110，不能说话发短信12110；受伤拨120。先到安全处，别洗澡换衣、保留证据。这不是您的错。",
        ),
        en=(
            "Call 110 now; if you cannot speak, text 12110 with your location. If you are hurt,"
            " call 120 too.\nGet to a safe place and to someone you trust. If you were assaulted:"
            " do not wash or change yet, keep clothes and messages, see a doctor soon. It is not"
            " your fault.",
            "Call 110 now or text 12110; hurt: 120. Get to safety, do not wash or change yet. It is not your fault.",
        ),
    ),
    "crime": _call(
        "110",
        zh=(
            "请立即拨打 110；不方便说话就发短信到 12110，写清地点、几个人、有没有凶器。有人受伤同时拨打 120。\n"
            "先保证自己安全：能离开就离开，到人多、能锁门的地方；不要追、不要和对方争执，安全时记住对方的样子、车牌和去向。",
            "请立即拨打110；不能说话发短信12110，写清地点和情况；有人受伤拨120。先离开危险，不要追。不要在这里等回复。",
        ),
        en=(
            "Call 110 now; if you cannot speak, text 12110: where, how many people, any weapons."
            " If someone is hurt, call 120 too.\nYour own safety first: get away, to people or"
            " behind a door that locks. Do not chase or argue; when safe, remember faces, number"
            " plates and direction.",
            "Call 110 now; cannot speak: text 12110. Someone hurt: 120. Get away, don't chase. Don't wait here.",
        ),
    ),
    "dangerous_driver": _call(
        "110",
        zh=(
            "请立即拨打 110（或 122），说清车牌、车型颜色、所在道路和行驶方向；在高速公路上可拨打 12122。\n"
            "保持距离，不要追赶、不要拦截；您自己在开车的，先停到安全处或请同车的人打电话。",
            "请立即拨打110或122，说清车牌、位置和行驶方向。保持距离，不要追赶拦截。不要在这里等回复。",
        ),
        en=(
            "Call 110 (or 122) now: number plate, make and colour, road and direction; on a"
            " motorway also 12122.\nKeep your distance, do not chase or block. If you are driving,"
            " stop safely first or let a passenger call.",
            "Call 110 or 122 now: plate, road, direction. Keep away, do not chase. Do not wait here for a reply.",
        ),
    ),
    "traffic": _call(
        "122",
        zh=(
            "请立即拨打 122（或 110）；有人受伤先拨打 120，被困或起火拨打 119，在高速公路上可拨打 12122。\n"
            "开双闪，在来车方向放三角牌（高速公路 150 米以外），人全部撤到护栏外，不要站在车道上。",
            "请拨打122或110；有人受伤先拨120，被困或起火拨119。开双闪、放三角牌、人撤到护栏外。不要在这里等回复。",
        ),
        en=(
            "Call 122 (or 110) now; if anyone is hurt, 120 first; trapped or fire, 119; on a"
            " motorway also 12122.\nHazard lights on, warning triangle towards the traffic (more"
            " than 150 m away on a motorway), everybody behind the guard rail.",
            "Call 122 or 110; hurt: 120 first; trapped or fire: 119. Hazard lights, leave the road. Don't wait here.",
        ),
    ),
    "missing_child": _call(
        "110",
        zh=(
            "请立即拨打 110，不用等 24 小时。说清姓名、年龄、身高、穿着、在哪里什么时候走散的，准备好近照。\n"
            "同时请商场、车站、物业广播并查看监控，留一个人在原地等。",
            "请立即拨打110，不用等24小时：姓名、年龄、穿着、走散地点时间。同时请场所广播查监控。不要在这里等回复。",
        ),
        en=(
            "Call 110 now; there is no need to wait 24 hours. Say name, age, height, clothes, where"
            " and when last seen, and have a recent photo ready.\nAsk the shop, station or"
            " building to make an announcement and check cameras; leave someone at the spot.",
            "Call 110 now, no 24-hour wait: name, age, clothes, where and when last seen. Do not wait here for a reply.",
        ),
    ),
    "help": _call(
        "110",
        zh=(
            "有危险请立即拨打 110；不能说话就发短信到 12110，写清地点和情况。着火、被困拨打 119，有人受伤或发病拨打 120。\n"
            "先到安全的地方，向身边的人求助。",
            "有危险请立即拨打110，不能说话发短信12110；着火被困119，伤病120。先到安全处。不要在这里等回复。",
        ),
        en=(
            "In danger, call 110 now; if you cannot speak, text 12110: where and what. Fire or"
            " trapped: 119. Hurt or ill: 120.\nGet to a safe place and ask people around you for"
            " help.",
            "In danger call 110 now; cannot speak: text 12110. Fire: 119. Hurt: 120. Do not wait here for a reply.",
        ),
    ),
}
