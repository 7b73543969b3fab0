"""One spelling for what frightened people type: "救 命", "jiuming", "殺人啦", "heeelp".

The result is lower case without apostrophes. Sentences end with a line break, so that `.` in
a rule never reaches over the end of a sentence; other pauses become one comma.
"""

import re
import unicodedata

from bot.messages import Language

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"

_TRADITIONAL = str.maketrans(
    "殺報搶車禍傷場門開關綁樓頂橋遺書燒煙濃氣電沒對說話聲嗎來個們這裡裏後邊還剛現馬點趕緊嚇媽歲兒婦壓"
    "暈斷腦臟藥農脈槍彈鎖進賊脅強姦蹤隨櫃廁駕險墜嬰嘔過體別給幫讓離無應該麼樣為會從幾學師業動壞亂處嚴"
    "輛號條間鄰爺兇惡聽見遊戲劇視頻聞網傳夢習練錢銀買賣產東長頭發劍觸閉誰救難斃週時熱絕飛滅繩鐵衝慘戶",
    "杀报抢车祸伤场门开关绑楼顶桥遗书烧烟浓气电没对说话声吗来个们这里里后边还刚现马点赶紧吓妈岁儿妇压"
    "晕断脑脏药农脉枪弹锁进贼胁强奸踪随柜厕驾险坠婴呕过体别给帮让离无应该么样为会从几学师业动坏乱处严"
    "辆号条间邻爷凶恶听见游戏剧视频闻网传梦习练钱银买卖产东长头发剑触闭谁救难毙周时热绝飞灭绳铁冲惨户",
)
_CANTONESE = str.maketrans(
    "佢喺畀俾攞咗冇嗰睇斩斬哋唔係啲嚟咁", "他在被被拿了没那看砍砍们不是点来这"
)

_VARIANTS = {
    # Dialect, by its Mandarin twin.
    "着緊": "正在着",
    "差佬": "警察",
    "火烛": "着火",
    "火燭": "着火",
    "揸": "拿",
    "唔得": "不行",
    "干仗": "打架",
    "打捶": "打架",
    "打锤": "打架",
    "削我": "打我",
    "削死": "打死",
    "整死": "弄死",
    "做掉": "弄死",
    "攮": "捅",
    "俺们": "我们",
    "俺": "我",
    "咱": "我",
    "偶被": "我被",
    "娃儿": "孩子",
    "娃娃": "孩子",
    "娃": "孩子",
    "细路": "孩子",
    "小囡": "孩子",
    "屋企": "家里",
    "屋头": "家里",
    # Homophones and slips of the input method, some of them meant to pass a filter.
    "就命": "救命",
    "旧命": "救命",
    "救名": "救命",
    "救明": "救命",
    "救鸣": "救命",
    "九命啊": "救命啊",
    "救窝": "救我",
    "久命": "救命",
    "救民啊": "救命啊",
    "沙人": "杀人",
    "鲨人": "杀人",
    "杀银": "杀人",
    "鲨了我": "杀了我",
    "鲨我": "杀我",
    "沙我": "杀我",
    "刹了我": "杀了我",
    "煞了我": "杀了我",
    "自鲨": "自杀",
    "自沙": "自杀",
    "自莎": "自杀",
    "自刹": "自杀",
    "自s": "自杀",
    "紫砂": "自杀",
    "紫杀": "自杀",
    "自鯊": "自杀",
    "想亖": "想死",
    "想四": "想死",
    "想s": "想死",
    "不想火了": "不想活了",
    "不想活辣": "不想活了",
    "布想活": "不想活",
    "不响活": "不想活",
    "跳搂": "跳楼",
    "跳lou": "跳楼",
    "割wan": "割腕",
    "割碗": "割腕",
    "割婉": "割腕",
    "着伙了": "着火了",
    "招火了": "着火了",
    "照火了": "着火了",
    "着货了": "着火了",
    "找火了": "着火了",
    "气火了": "起火了",
    "媒气": "煤气",
    "没气泄": "煤气泄",
    "泄露": "泄漏",
    "泻漏": "泄漏",
    "泄楼": "泄漏",
    "泄陋": "泄漏",
    "跟宗": "跟踪",
    "根踪": "跟踪",
    "跟综": "跟踪",
    "根宗": "跟踪",
    "伟随": "尾随",
    "尾遂": "尾随",
    "帮架": "绑架",
    "绑驾": "绑架",
    "邦架": "绑架",
    "抢接": "抢劫",
    "抢结": "抢劫",
    "抢截": "抢劫",
    "打结我": "打劫我",
    "强j": "强奸",
    "强尖": "强奸",
    "qj": "强奸",
    "强煎": "强奸",
    "抱警": "报警",
    "爆警": "报警",
    "报井": "报警",
    "报景": "报警",
    "保警": "报警",
    "晕到了": "晕倒了",
    "昏到了": "昏倒了",
    "摔到了": "摔倒了",
    "车货": "车祸",
    "车或了": "车祸了",
    "撞倒": "撞到",
    "落谁": "落水",
    "洛水": "落水",
    "捅刀子": "捅",
    "拿倒": "拿刀",
    "拿着倒": "拿着刀",
    "小头在": "小偷在",
    "家抱": "家暴",
    "家爆": "家暴",
    "酒架": "酒驾",
    "罪驾": "醉驾",
    "🆘": "sos",
    "🔪": "刀",
}
_VARIANT = re.compile("|".join(map(re.escape, sorted(_VARIANTS, key=len, reverse=True))))

_PINYIN = {
    "jiu ming": "救命",
    "jiu jiu wo": "救救我",
    "jiu wo": "救我",
    "sha ren": "杀人",
    "sha le wo": "杀了我",
    "sha wo": "杀我",
    "sha si": "杀死",
    "kan ren": "砍人",
    "kan wo": "砍我",
    "tong ren": "捅人",
    "zi sha": "自杀",
    "xiang si": "想死",
    "bu xiang huo": "不想活",
    "tiao lou": "跳楼",
    "ge wan": "割腕",
    "bao jing": "报警",
    "zhao huo": "着火",
    "qi huo": "起火",
    "shi huo": "失火",
    "mei qi": "煤气",
    "ran qi": "燃气",
    "xie lou": "泄漏",
    "qiang jie": "抢劫",
    "da jie": "打劫",
    "qiang jian": "强奸",
    "bang jia": "绑架",
    "gen zong": "跟踪",
    "gen zhe wo": "跟着我",
    "wei sui": "尾随",
    "jia bao": "家暴",
    "da wo": "打我",
    "da ren": "打人",
    "da jia": "打架",
    "da si wo": "打死我",
    "na zhe dao": "拿着刀",
    "na dao": "拿刀",
    "chi dao": "持刀",
    "you dao": "有刀",
    "za men": "砸门",
    "qiao men": "撬门",
    "xiao tou": "小偷",
    "yun dao": "晕倒",
    "hun dao": "昏倒",
    "liu xue": "流血",
    "che huo": "车祸",
    "luo shui": "落水",
    "zhong du": "中毒",
    "zha dan": "炸弹",
    "bu fang bian shuo hua": "不方便说话",
    "bu neng shuo hua": "不能说话",
    "kuai lai": "快来",
    "zhui sha": "追杀",
    "qi fu wo": "欺负我",
    "kun zai": "困在",
    "jiu hu che": "救护车",
    "wei xian": "危险",
    "shou shang": "受伤",
}
_PINYIN_PARTICLES = {
    "you ren": "有人",
    "wo jia": "我家",
    "lao gong": "老公",
    "ge ge": "哥哥",
    "ma ma": "妈妈",
    "ba ba": "爸爸",
    "lou xia": "楼下",
    "men wai": "门外",
    "wo yao": "我要",
    "bei ren": "被人",
    "hui teng": "会疼",
    "wo": "我",
    "ta": "他",
    "yao": "要",
    "zai": "在",
    "bei": "被",
    "le": "了",
    "a": "啊",
    "la": "啦",
    "kuai": "快",
    "dao": "刀",
}


def _syllables(table: dict[str, str]) -> re.Pattern[str]:
    longest_first = sorted(table, key=len, reverse=True)
    return re.compile(
        r"(?<![a-z])(?:" + "|".join(key.replace(" ", r"[ '\-]?") for key in longest_first) + ")"
        # Syllables run on without a blank: "jiumingawo".
        r"(?=$|[^a-z]|a\b|wo\b|le\b|ya\b)"
    )


_PINYIN_WORD = _syllables(_PINYIN)
_PINYIN_PARTICLE = _syllables(_PINYIN_PARTICLES)
_PINYIN_BY_LETTERS = {
    key.replace(" ", ""): word for key, word in (_PINYIN | _PINYIN_PARTICLES).items()
}

_APOSTROPHE = re.compile(r"['’‘`´]")
_LETTERS_APART = re.compile(r"(?<![a-z])[a-z](?:[ .\-*_][a-z]){2,}(?![a-z])")
_HAN_APART = re.compile(rf"(?<![{_HAN}])[{_HAN}](?:[ .、…\-*_·~|/]+[{_HAN}])+(?![{_HAN}])")
_FILTER_MARK = re.compile(rf"(?<=[{_HAN}])[*_·~^|\-]+(?=[{_HAN}])")
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_SENTENCE_END = re.compile(r"[。!?;\n\r…]+|\.(?=\s|$)|\.{2,}")
_PAUSE = re.compile(rf"[,、:~—]+[^\S\n]*|(?<=[{_HAN}])(?:[^\S\n]|\.)+|[^\S\n]+(?=[{_HAN}])")
_BLANKS = re.compile(r"[^\S\n]+")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe0f\ufeff\u00ad]")
_CHINESE = re.compile(rf"[{_HAN}]")
_LATIN_WORD = re.compile(r"[a-z]{3}")


def normalise(text: str) -> str:
    """`text` in one spelling; see the top of this file."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = _INVISIBLE.sub("", text)
    text = _APOSTROPHE.sub("", text)
    text = text.translate(_TRADITIONAL).translate(_CANTONESE)
    text = _HAN_APART.sub(lambda run: "".join(_CHINESE.findall(run[0])), text)
    text = _FILTER_MARK.sub("", text)
    text = _LETTERS_APART.sub(lambda run: re.sub(r"[^a-z]", "", run[0]), text)
    text = _STRETCHED.sub(r"\1", text)
    if _LATIN_WORD.search(text):
        text = _from_pinyin(text)
    text = _VARIANT.sub(lambda found: _VARIANTS[found[0]], text)
    text = _SENTENCE_END.sub("\n", text)
    text = _PAUSE.sub(",", text)
    return _BLANKS.sub(" ", text).strip()


def languages_in(text: str) -> tuple[Language, ...]:
    """The languages whose cues can be in a normalised text, the one it is written in first."""
    chinese, latin = _CHINESE.search(text), _LATIN_WORD.search(text)
    if chinese and latin:
        return ("zh", "en")
    return ("en",) if latin else ("zh",)


def _from_pinyin(text: str) -> str:
    def character(found: re.Match[str]) -> str:
        return _PINYIN_BY_LETTERS[re.sub(r"[^a-z]", "", found[0])]

    text, words = _PINYIN_WORD.subn(character, text)
    if not words:
        return text
    # Only beside a dangerous word are "a" and "he" no English.
    text = _PINYIN_PARTICLE.sub(character, text)
    return re.sub(rf"(?<=[{_HAN}])[ ]+(?=[{_HAN}])", "", text)
