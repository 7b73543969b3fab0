"""The kinds of danger, most pressing advice first, and the cues that give them away.

A cue is a regular expression on a normalised text (words.py): it names a danger, whoever is in
it. *Certain* cues alarm unless a context makes them harmless (contexts.py); *if_live* cues
alarm only where something shows that it is happening now. Gaps are bounded (`.{0,8}`), so that
the time grows with the length of the text and not faster.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.dialogue.safety.contexts import Context

# Words that many cues share.
_WHO = "(我|他|她|它|人|孩子|小孩|娃|女儿|儿子|老婆|老公|媳妇|妈|爸|爹|娘|父母|奶奶|爷爷|姐|妹|弟|哥|朋友|同学|同事|邻居|老人|老头|大爷|大妈|阿姨|女的|男的|女孩|男孩|女生|女人|男人|学生|司机|警察|保安|医生|老师|店员|小姑娘|路人|宝宝|婴儿|全家|一家|大家|你们|室友|闺蜜|对象|女友|男友)"
_BLADE = "(刀|菜刀|砍刀|匕首|斧头?|枪|棍子?|棒子|铁棍|铁锤|锤子|钢管|甩棍|弩|剑|凶器|家伙|武器|酒瓶|砖头?|剪刀|汽油|硫酸|电棍|铁链|板凳)"
_HE = r"(he|she|they|someone|somebody|a (man|guy|woman|stranger|person|dude|bloke)|(this|that|the|some|two|three|several) (\w+ )?(man|guy|woman|men|guys|person|people|stranger|kid|boys?|girls?|teenagers?)|people|my (\w+ )?\w+|our (\w+ )?\w+|neighbou?rs?|hes|shes|theyre|there(s| is| are)|guys?|man|men|dude|husband|ex)"
_THEM = r"(me|us|him|her|them|himself|herself|someone|somebody|people|everyone|my (\w+ )?\w+|a (\w+ )?(man|woman|girl|boy|guy|kid|child|person|student|lady|driver|baby|dog)|the (\w+ )?(man|woman|girl|boy|guy|kid|child|person|driver|cashier|lady)|each other|another)"
_ING = "(is|are|was|were|been|being|be|im|hes|shes|theyre|someones|a man|guys?|men|man|people|keeps?|started|start|just started|now|still)"


@dataclass(frozen=True, slots=True)
class Danger:
    """One kind of danger."""

    kind: str
    """A key of `REPLIES`."""
    certain_cues: tuple[str, ...]
    if_live_cues: tuple[str, ...] = ()
    despite: frozenset[Context] = frozenset()
    """Contexts that do not take this danger away."""
    _certain: re.Pattern[str] = field(init=False, repr=False)
    _if_live: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_certain", _any_of(self.certain_cues))
        object.__setattr__(self, "_if_live", _any_of(self.if_live_cues))

    def certain(self, text: str) -> Iterator[re.Match[str]]:
        """Where a normalised text holds a certain cue."""
        return self._certain.finditer(text)

    def if_live(self, text: str) -> Iterator[re.Match[str]]:
        """Where a normalised text holds a cue that needs to be live."""
        return self._if_live.finditer(text)


def _any_of(cues: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(cues) if cues else r"(?!)")


DANGERS: tuple[Danger, ...] = (
    Danger(
        # Whispering: whoever cannot speak is told to send an SMS, whatever the danger is.
        kind="silent",
        certain_cues=(
            "(不方便|不能|不敢|没法|无法|不可以|没办法)(大声)?(说话|出声|讲话|吭声|发声|发出声音|开口|喘气)",
            "(不敢|没法|不能|不方便|没办法)(打电话|拨|打110|打电话报警|接电话).{0,20}(他|她|歹徒|坏人|有人|旁边|外面|隔壁|身边|听|发现|躲|藏|盯|看着)",
            "(他|她|歹徒|坏人|有人|旁边|外面|隔壁|身边|听|发现|躲|藏|盯|看着).{0,20}(不敢|没法|不能|不方便|没办法|别|不要|千万别)(给我|回)?(打电话|拨|打110|接电话|回电话|来电)",
            "(别|不要|千万别|请勿|莫)(给我|回)?(打电话|回电|来电).{0,16}(短信|打字|发现|听见|听到|他|她)",
            "(我|我们|孩子)?.{0,4}(躲|藏|缩|趴)(在|进|到).{0,8}(厕所|卫生间|衣柜|柜子|床底|床下|阳台|房间|卧室|里屋|桌子底下|桌下|后备箱|洗手间|储物间|仓库|教室|办公室|楼梯间|车底)",
            "(怕|会|别让?|要)(被)?(他|她|他们|对方|歹徒|坏人)?(们)?(听见|听到|发现).{0,12}(报警|救|警察|短信|打字|出声|说话)",
            "(偷偷|悄悄)(地)?(打字|发消息|发的|报警|给你们|求救)",
            r"\b(cant|cannot|can not|unable to|not able to|dont dare( to)?|afraid to) (speak|talk|make (a|any) (sound|noise)|call|phone|say anything)( \w+){0,8} (he|she|they|hes|shes|theyre|hear|hears|here|next to|room|him|her|them|danger|hiding|in the)\b",
            r"\b(cant|cannot|can not|unable to) (speak|talk|make (a|any) (sound|noise)|say anything)( right now| now| out loud| loud(ly)?| aloud)?(,|\n|$)",
            r"\b(im|i am|we are|were|am|been) (\w+ )?(hiding|hidden|whispering) (in|under|behind|from|inside)\b",
            r"\b(dont|do not|please dont) (call|phone|ring)( me)?( back)?\b.{0,30}\b(hear|find|he|she|they|hes|shes|hiding)\b",
            r"\b(he|she|they|hell|shell|theyll)( \w+){0,3} (will|can|might|would|to|could)? ?hear me\b",
        ),
        despite=frozenset({"negated", "rules"}),
    ),
    Danger(
        # Someone is about to do it, or has begun.
        kind="suicide_now",
        certain_cues=(
            "(楼顶|天台|顶楼|楼上|窗台|窗户|窗边|阳台|桥(上|边|头|栏)|大桥|护栏|栏杆|塔吊|房顶|屋顶|高处|河边|江边|湖边|海边|轨道|铁轨|悬崖|水库边?).{0,12}(要跳|想跳|跳下|往下跳|准备跳|轻生|自杀|寻短见|想死|不想活|结束)",
            "(要|想|准备|正在|闹着|说|扬言|有人|他|她)(要)?(跳(楼|桥|河|江|海|湖|井|水库|轨|崖)|卧轨)(了|啦|啊|呢|自杀)?(?!(的)?(新闻|案))",
            "(有人|他|她|我|女儿|儿子|老婆|老公|朋友|同学|室友).{0,6}(割腕|割脉|上吊|烧炭|开煤气自杀|喝(了)?(农药|百草枯|敌敌畏|除草剂|老鼠药)|服毒|吞(了)?.{0,6}(药|刀片)|自焚|点火自焚|浇汽油)",
            "(吃|吞|喝|服)(了|下|下去)?.{0,6}(安眠药|老鼠药|百草枯|农药|敌敌畏|除草剂|一整?瓶(药)?|(几|两|三|很多|好多|一把|一堆|大量|整瓶)(十|百)?(颗|片|粒|瓶|把)?.{0,3}药|抗抑郁药|头孢(和|配|加|就)酒)",
            "(割|划)(开)?(了)?(自己)?(的)?(手腕|腕|脉|动脉|手臂).{0,10}",
            "(遗书|绝笔|遗言).{0,12}(写|留|发|看到|发现|不见|失联)|(写|留|发|看到|发现)(好|下|了|给|完|张|封|一封)*(遗书|绝笔|遗言)",
            "(自杀|轻生|寻短见|寻死|自尽)(了|啦|中)(?!(怎么|几|的|后|之后|能|算|以后))",
            r"\b(going to|gonna|about to|wants? to|threaten(s|ing)? to|trying to|tries to|ready to|will|says? (he|she|theyll|hell|shell)( will)?|hes|shes) jump(ing)? (off|from|in front|out)\b|\b(standing|sitting|stood|climb(ed|ing)|is|up|out) (on|at|onto|over|outside) (the |a )?(\w+ )?(bridge|ledge|roof|rooftop|railing|window ?(sill|ledge)|edge)\b.{0,40}\b(jump|die|end|suicid\w+|kill)",
            r"\b(took|taken|swallow(ed|ing)|taking|ate|overdos(e|ed|ing)( on)?)\b.{0,20}\b(pills?|tablets?|sleeping|pesticide|bleach|poison|bottle of|meds|medication|paracetamol|tylenol|xanax|rat poison)\b",
            r"\b(overdosed|(have|has|had|just) od(d|ed)?|slit(ting)? (my|his|her) (wrists?|throat)|cut(ting)? (my|his|her) (wrists?|veins)|hang(ing|ed)? (my|him|her)self|hung (him|her|my)self|suicide note|goodbye (note|letter)|(jumped|jumping|jump) (off|from) (the|a) (\w+ )?(bridge|roof|building|balcony|window))\b",
        ),
        despite=frozenset({"rules"}),
    ),
    Danger(
        # Another person who may do it.
        kind="suicide_other",
        certain_cues=(
            "(朋友|同学|女儿|儿子|老婆|老公|妻子|丈夫|室友|网友|群友|同事|邻居|女友|男友|前女友|前男友|女朋友|男朋友|对象|闺蜜|妈妈?|爸爸?|妹妹?|姐姐?|弟弟?|哥哥?|孩子|学生|博主|主播|有人|有个|他|她|女孩|男孩|女生|男生|奶奶|爷爷|家人|亲戚|表\\S|粉丝|陌生人).{0,12}(自杀|轻生|想死|不想活|寻短见|寻死|活不下去|要死给|去死(?!吧)|自残|结束(自己)?(的)?生命|想不开|做傻事)",
            r"\b(friend|mate|sister|brother|mom|mum|mother|dad|father|son|daughter|wife|husband|girlfriend|boyfriend|ex|classmate|roommate|flatmate|colleague|coworker|neighbou?r|student|someone|somebody|guy|girl|he|she|hes|shes|stranger|follower|kid|cousin|aunt|uncle|partner|they|person|woman|man)\b.{0,50}\b(kill (him|her|them)sel(f|ves)|suicid\w*|end (his|her|their) (own )?li(fe|ves)|take (his|her|their) (own )?life|wants? to die|doesnt want to live|harm (him|her)self|hurt (him|her)self)\b",
        ),
    ),
    Danger(
        # The citizen's own words. Recall comes first: even an odd question counts as a hint.
        kind="suicide",
        certain_cues=(
            "(想|要|打算|准备|考虑|决定|去|试过|如果我|我|怎么|怎样|如何|哪种|什么方法|无痛|相约|约人|一起)(.{0,3})(自杀|自尽|轻生|寻短见|寻死|了断|了结自己|结束(自己|我自己|我|这一切)?(的)?(生命|一切|人生)|一了百了|一死了之|自我了断|自残|自伤|割腕|上吊|烧炭)",
            "自杀(会|能|可以|疼|痛|的方法|方式|怎么|要|犯|上征信|后我|算了|吧|的念头|的想法|念头|倾向)|有(过)?(自杀|轻生)的?(念头|想法|倾向|打算)",
            "(不想|不愿|没法|没有勇气|没勇气|没力气|没动力|不配|懒得|不知道为什么要)(再|继续)?(活|活着|活下去|活在)(了|啊|啦)?(?![动泼])",
            "活(着)?(真|好|太|都|也|还|是|就|实在|根本|已经)*(没(有)?(什么|啥|任何|多大|个)?(意思|意义|劲|盼头|希望|价值|用|啥)|累了?$|太累|痛苦|受罪|多余|不下去|够了|腻了)|活不下去|活够了|活腻了",
            "(想|好想|真想|只想|就想|很想|特别想|一直想|都想|宁愿|不如|还不如|干脆|要是能|巴不得)(去)?(死(?!你|我|个|了我|磕|缓|守|板|记)|离开(这个)?(世界|人世|人间)|消失(了|算|掉)?|解脱|长眠|睡过去(不|再)|永远睡)",
            "(死了|死掉|走了|我死)(就|也|还|倒|才)?(算了|好了|一了百了|干净|解脱|没人|不会(有)?人|轻松|没有人)|一了百了|一死了之|死了算了|以死(谢|证|明志|解脱)",
            "(让我|我去|我要去|我想去|我就|我只好|只能)(去)?死(?!机|心|磕)(了|吧|掉|算了)?$|我(要|就|准备)?死给(你|他|她|他们|你们)",
            "(撑|坚持|熬|扛|挺)不(下去|住)(了)?.{0,20}(死|活|世界|解脱|再见|离开|自杀|结束|没意思|绝望|救)|(死|活|世界|解脱|再见|离开|自杀|结束|没意思|绝望|抑郁).{0,20}(撑|坚持|熬|扛|挺)不(下去|住)(了)?",
            "(再见|永别|拜拜|告别)(了)?(这个)?(世界|人间|人世|各位|大家.{0,6}(下辈子|来生|来世))|来(世|生)再(见|做|当)|下辈子再|下辈子(不|别|我)|这个世界不(值得|需要我)|世界再见|人间不值得|没有我(的话)?.{0,8}(更好|会好)|我是(个)?(累赘|多余)|(没有|没)(人|谁)(会)?(在乎|在意)(我)?.{0,10}(死|活|消失|世界)",
            "(抑郁症|抑郁|绝望|崩溃).{0,16}(死|活|自杀|跳|割|解脱|结束|消失)|走(上)?绝路|被逼(得|到|上)?(走投无路|绝路|死路)|逼死我|逼我(去)?死",
            r"\b(kill(ing)? myself|end(ing)? my (own )?life|end it all|take my (own )?life|taking my (own )?life|suicidal|commit(ting)? suicide|want(ed)? to die|wanna die|wish i (was|were) dead|wish i (could )?(just )?(die|disappear|not wake up)|better off dead|better off without me|(dont|do not|no longer|cant|cannot|can not)( \w+){0,2} (want to (live|be alive|be here|exist|go on|wake up)|go on( living)?( anymore| any more| like this|$)|live (anymore|any more|like this))|no (reason|point|will) (to|in|for) (live|living|life|being alive|going on)|not worth living|(tired of|sick of|done with|hate|fed up with) (living|being alive|life|my life)|nothing (left )?to live for|hurt(ing)? myself|harm(ing)? myself|self.?harm\w*|cut(ting)? myself|kms|unalive (myself|me)|goodbye (cruel )?(world|everyone)|thinking (of|about) suicide|ways? to die|painless(ly)? (way|death|suicide|die)|dont want to be here any ?more|disappear forever|sleep forever)\b",
        ),
        despite=frozenset({"rules", "past", "negated"}),
    ),
    Danger(
        kind="explosive",
        certain_cues=(
            "(发现|有|放|捡到|挖(到|出)|埋|装|看到|看见|扔|遗留|带着?|绑着?|藏|携带|安|地上|里面|旁边).{0,10}(炸弹|炸药|手榴弹|雷管|爆炸物|地雷|炮弹|土炸弹|爆炸装置|手雷)",
            "(炸弹|炸药|爆炸物|手榴弹|雷管).{0,10}(要|快|马上|即将|倒计时|滴答|引爆|响)",
            "(要|想|准备|扬言|去|把).{0,6}(炸(了|掉|死|毁|学校|地铁|商场|楼|医院|派出所|政府|机场|车站|火车站|飞机)|引爆)",
            r"\b(theres|there is|found|saw|see|has|planted|placed|left|got|have|spotted|dug up|is|with|hes got|looks like|carrying)\b.{0,25}\b(a |an )?(bomb|explosives?|grenade|landmine|dynamite|pipe bomb|ied|unexploded shell|artillery shell|detonator)s?\b|\bbomb threat\b|\b(bomb|explosives?)\b.{0,15}\b(ticking|go off|explode|station|airport|school|mall|building)\b|\b(blow up|bombing?) (the|a|our|this|my) (school|building|station|mall|subway|train|plane|airport|hospital|house|place)\b",
        ),
    ),
    Danger(
        kind="gas",
        certain_cues=(
            "(煤气|燃气|天然气|液化气|瓦斯|一氧化碳|沼气|氨气|氯气|化学品|危化品|油罐车?|气罐|煤气罐|液化气罐).{0,8}(泄漏|漏气|漏了|在漏|漏出|中毒|味|爆|着|喷|嘶|冒气)",
            "(泄漏|漏气|漏).{0,4}(煤气|燃气|天然气|液化气|瓦斯|一氧化碳)",
            "(闻到|闻见|闻着|全是|有|很大|一股|股|刺鼻).{0,8}(煤气|燃气|天然气|瓦斯|液化气)(的)?(味|气味|臭)",
            r"\b(gas|lpg|propane|carbon monoxide|chlorine|ammonia|chemical)( \w+){0,2} (leak\w*|hissing|smell|spill\w*|poison\w*)\b|\b(smell|smells|smelling|smelled)( \w+){0,4} (of )?(gas)\b|\bleak\w* (\w+ )?(gas|carbon monoxide)\b",
        ),
    ),
    Danger(
        kind="fire",
        certain_cues=(
            "(?<!想)(着|起|失)(了)?(大|好大|很大|好大的)?火(了|啦|拉|喽|咯|哦|啊|呀)?(?!(点|的原因|原因|锅|车|爆|山|险))",
            "(发生|引发|突发|出现|有|看到|爆发|是)(了)?(大|重大|严重)?火(灾|情|警)(?!(险|隐患|报警|逃生|预防|自动|保险|知识|事故|调查|的))",
            "(烧|燃|着)(起来|着了|起|到|得)(?!(发烧|香|烤))|火(势|越烧|越来越|苗|光冲|在烧|很大|好大|太大|特别大|烧到|燃)|大火(?!车|锅|收|炒|煮|烧开)|爆燃|自燃(了|起)|被烧(着|了)|救火",
            "(冒|都是|全是|有|好多|很多|大量|滚滚|好大|飘|呛|一股)(着|出|出来|起|了|的)?.{0,4}(浓烟|黑烟|大烟|白烟|烟雾)|冒(了)?(好多|很多|大)?烟(了|啦|啊|呢|好大|很大|出来)|浓烟",
            r"\b(on fire|caught fire|catching fire|catch(es)? fire|(theres|there is|is|its|big|huge|have|we have|see|a) (\w+ ){0,2}fire(?! (station|safety|extinguisher|alarm|hazard|department|exit|insurance|report|drill))|house fire|kitchen fire|fire! ?|fire (in|at|on|inside|broke|started|has|is) |in flames|flames|burning( down)?|smoke (is |everywhere|coming|pouring|filling|in the)|(lots|full|clouds|smell) of smoke|thick smoke|black smoke|engulfed|ablaze)(?=\W|$)",
        ),
    ),
    Danger(
        kind="traffic_injured",
        certain_cues=(
            "(车祸|撞(车|了|到|飞|上|死|伤|断|倒|翻)|被.{0,6}(车|摩托|货车|轿车|卡车|公交|电动车)(给)?撞|被撞|翻车|追尾|碾|轧|交通事故|出事故).{0,30}(伤|血|昏|晕|死|不动|被困|卡|压|起火|严重|躺|没反应|没有反应|没呼吸|叫不醒|断|骨折|动不了|不能动|不省人事|救护车|不行|哭|救|出不来|人飞)",
            "(伤|血|昏|躺|不动|被困|卡在|压在|起火|死).{0,16}(车祸|撞(了|到|飞|上|翻)|被.{0,6}车撞|翻车|交通事故)",
            "撞(到|了|上|倒|飞|死|伤)(一)?(个|位|了|名)*(人|老人|小孩|孩子|行人|老太太|老大爷|大爷|大妈|电动车|骑车的|骑手|外卖|自行车|摩托车?|学生|女的|男的|姑娘)|开车撞人|撞死人|撞人了|轧到人|压到人",
            r"\b(crash(ed)?|accident|collision|run over|hit by (a|an|the)|ran over|knocked (down|over)|pile.?up|car (flipped|rolled|overturned)|overturned)\b.{0,60}\b(injur\w+|hurt|blood|bleeding|unconscious|not (moving|breathing)|isnt (moving|breathing)|trapped|dead|dying|stuck|ambulance|broken|badly|cant move|pinned)\b|\b(injur\w+|bleeding|unconscious|trapped|pinned|not moving)\b.{0,40}\b(crash|accident|collision|car|truck|bus|wreck)\b|\b(i|we|he|she|car|truck|bus|driver|someone|just)( \w+)? (hit|ran over|knocked down|run over) (a|an|my|the|some) (\w+ )?(man|woman|person|pedestrian|kid|child|boy|girl|cyclist|biker|old|elderly|motorcyclist|lady|guy|student|scooter|bike|motorbike)\b|\b(got|was|been|were) (just )?(hit|run over|knocked down) by (a|an|the) (\w+ )?(car|truck|bus|van|taxi|scooter|motorbike|bike|lorry)\b",
        ),
    ),
    Danger(
        kind="rescue",
        certain_cues=(
            "(落|溺)(了)?水(?!(管|狗|者家属))|掉(进|到|下|入|落)(了|去)?.{0,6}(河|江|湖|水|井|海|池|塘|沟|坑|冰窟|水库|下水道|洞|悬崖|山崖|山沟)|(沉|淹)(下去|没|死)|快(要)?(沉|淹)|在(河|江|湖|水|海|池塘|水库)里.{0,6}(扑腾|挣扎|喊|救|起不来|漂)|被(大水|洪水|水|海浪|浪|急流|泥石流)(冲|困|淹|卷)|浮不(起|上)来|不会游泳.{0,8}(掉|水|河|沉)",
            "(被|给)?(困|卡|夹|埋|压|堵)(在|住|到|进)(了)?.{0,10}(电梯|车里|车上|车内|车底|山上|山里|山顶|悬崖|半山|屋里|楼里|楼上|房顶|屋顶|水里|水中|洪水|废墟|底下|下面|井|洞|土里|雪|石头|栏杆|护栏|机器|地下室|火场|孤岛|河中间|沙|门缝|墙|架子|树上)(?!(费|隐患))",
            "电梯.{0,10}(困|卡|停(了|住|在)|坠|掉下|不动|出不(来|去)|打不开|故障.{0,6}人|关)|(人|我|孩子|老人).{0,6}(困|卡|关)在.{0,3}电梯",
            "(孩子|小孩|宝宝|婴儿|娃|儿子|女儿|老人|我|人).{0,8}(反锁|锁|关|卡|困|夹)(在|进).{0,4}(车里|车内|屋里|家里|房间|厕所|卫生间|洗衣机|柜子|后备箱|阳台|洞|井|管道|栏杆)|(头|手|脚|腿|手指)(被)?(卡|夹)(在|住|进).{0,8}(拔不|出不|拿不|取不|动不|里|栏杆|门|机|缝)",
            "(楼|房子|房屋|墙|桥|工地|脚手架|矿|井下|隧道|路面|地面|山体|天花板|屋顶)(.{0,4})?(塌|倒塌|垮塌|坍塌|滑坡|塌方|塌陷|透水)(了|啦|下来|压|埋|,|$)|(塌方|泥石流|山体滑坡|雪崩|矿难)(了|,|$|.{0,8}(人|埋|困|压))",
            "(在)?(山上|山里|深山|爬山|登山|徒步|野外|林子里|森林里|沙漠|无人区).{0,14}(迷路|下不来|下不去|走不出|找不到(路|下山)|没信号|没水|摔|失温|冻|天黑)|(迷路|走失|失联).{0,10}(山上|山里|深山|大山|林子|森林|沙漠|无人区)",
            r"\b((is|are|im|someones|hes|shes|theyre|kid|boy|girl|child|man|woman|people|guy|son|daughter|friend) drowning|drowning( right)?( now| in (the|a) (\w+ )?(river|lake|pool|sea|pond|reservoir|canal)|,|\n|$)|fell (in|into|down|through) (the |a |an )?(\w+ )?(river|lake|pool|sea|pond|reservoir|canal|well|water|ice|manhole|cliff|ravine|hole|shaft)|swept away|(stuck|trapped|stranded|pinned|buried)( \w+){0,2} (in|on|under|inside|at|beneath|between|by)( \w+){0,2} (elevator|lift|car|mountain|roof|rubble|flood\w*|water|cave|well|building|cliff|island|snow|basement|machine|vehicle|debris|river|tree|house|room|mud|ledge|hole)|(elevator|lift)( \w+){0,4} (stuck|stopped|trapped|fell|falling|dropped|wont open|doors wont)|(locked|trapped) (in|inside)( \w+){0,2} (car|bathroom|room|toilet|trunk|apartment|house)|lost (in|on) the (mountains?|woods|forest|desert|hills)|collapsed (on|and|building|house|roof|wall)|(building|house|roof|wall|bridge|scaffold\w*|tunnel|mine)( \w+)? (has |just |is )?collaps(ed|ing)|landslide|mudslide|avalanche|flash flood)\b",
        ),
    ),
    Danger(
        kind="medical",
        certain_cues=(
            "(晕|昏)(倒|厥|死过去|过去|迷)(了|不醒|在)?|不省人事|休克|(没(有|了)?|停止(了)?|听不到)(呼吸|心跳|脉搏|意识|知觉)|失去(了)?(意识|知觉)|(叫|喊|摇|推|弄)(他|她|都|也|半天|了半天)*不(醒|应|答应)|没(有)?(反应|动静)了|一动不动|心跳(停|骤停)|呼吸(停|困难|不上)",
            "抽(搐|筋|风)(了|不停|口吐|倒|,|$)|口吐白沫|羊(癫|角)疯|癫痫(发作|犯|了)|翻白眼|(心脏病|心梗|脑梗|脑溢血|脑出血|中风|哮喘|癫痫)(突然|又|急性)?(犯|发作|发)|心(肌)?梗(塞|死)?了|胸(口|部)?(很|好|特别|剧烈|突然|压着|一阵)?(闷|痛|疼)(得)?.{0,8}(喘|汗|厉害|不行|不上气|难受|受不了)|(喘|上|透|吸)不(过|上|来)(来)?气|憋(气|得)?.{0,3}(脸|嘴唇)(都)?(发)?(紫|青)",
            "(流|出|吐|喷|都是|全是|满|淌|冒|飙)(了|着|出)?(很多|好多|一地|一身|满身|满头|满脸|满地|大量|大|一大滩|好大一滩|不少)?(的)?血(?!(压|型|糖|缘|管|本|汗|案|书|亲|液))(不止|了|啦|,|$|.{0,4}(止不住|不停|怎么办|很多|好多))|血(流|一直流|止|喷|溅).{0,4}(不止|不住|满地|一地|出来|不停)|大出血|(头|腿|手|肚子|身上|脖子|脸|满身|满脸|浑身|地上|到处)(都|上|全)?(是|在流|流|破了)?血(?!(压|型|糖|案))",
            "(中毒|食物中毒|煤气中毒)(了|啦|昏|晕|吐|,|$)|(误(食|服|喝|吞)|喝(了|下)|吃了?|吞)(了)?.{0,6}(老鼠药|洁厕|消毒液|84|毒蘑菇|野蘑菇|农药|硬币|电池|纽扣|毒药|敌敌畏|洗洁精|玻璃|别针|钉子|甲醇)|(噎|呛|卡|呛)(住|着|到)(了)?.{0,12}(喘|呼吸|脸|紫|不出声|咳不|说不出|气)|(东西|异物|花生|果冻|鱼刺|硬币|糖)(卡|噎|呛)(在|住|到)?.{0,4}(喉|嗓子|气管|脖子)|窒息",
            "(要生了|羊水破|快生了|难产|要临盆|孩子(头)?(要)?出来了|生在)|触电|(被)?电(击|到|倒|晕)了?(?!(费|价|池|话|视|影|脑|瓶|动|信|子))(?=.{0,8}(倒|不动|人|晕|昏|了|救))|被(毒)?(蛇|马蜂|蜜蜂|胡蜂|野猪|狗|藏獒|熊|野狗)(给)?(咬|蜇|拱|撕|顶).{0,20}(血|肿|晕|昏|喘|严重|不行|咬着不|快死|还在|不松口|伤口|毒)|过敏(性)?休克|(恶犬|疯狗|大狗|狗|藏獒|野猪).{0,8}(在咬|正咬|正在(咬|追|攻击)|追着(人|我|孩子)?(咬|跑)|咬着不|咬住|扑向|在追|扑人|见人就咬)",
            "(从|在).{0,10}(楼|高处|梯子|架子|树|楼梯|脚手架|阳台|窗|房顶|屋顶|工地|桥|坡|山)(上|顶)?.{0,4}(掉|摔|坠|跌|滚)(了)?(下|落|伤)|坠楼|坠(落|亡)|摔(断|伤|晕|破|得|倒).{0,14}(腿|手|头|血|不能动|起不来|动不了|昏|晕|骨|严重|爬不起)|(老人|奶奶|爷爷|妈|爸|大爷|大妈|老太太|老头|外婆|外公|姥姥|孕妇|孩子).{0,8}(摔倒|跌倒|倒地|倒下|倒在).{0,14}(起不来|不动|不能动|没反应|血|动不了|昏|晕|叫不醒|地上|疼|怎么办|不省|不起|爬不)|(倒在|躺在)(地上|路边|路上|马路|街上|雪地|血泊|楼道|门口|草丛|桥下|厕所|卫生间).{0,12}(不动|不醒|没反应|血|昏|没有|叫|不知|死|抽|起不来|喊不|一动|没动静|像是|好像)",
            "(手|手指|胳膊|腿|脚)(被)?.{0,6}(切|砸|压|绞|锯|轧|割|咬|搅)(断|掉|烂)(了)?|(烫|烧|灼|炸|砍|刺|捅|摔|撞|砸|咬|枪)伤.{0,8}(严重|很重|面积|大面积|孩子|昏|血|快|重)|(快|要|好像|眼看|人)(就)?(要)?(不行|没气|断气|没命|咽气|死)了(?!.{0,4}(笑|热|忙|累))|(有人|他|她|老人|人|爸|妈|孩子)(好像|可能)?(死|断气|没气|没呼吸|猝死|不喘气)了|(发现|看到|有|有具|一具|河里|水里|水面)(了)?.{0,8}(尸体|死人|浮尸|死尸)|尸体|烧(到|得)?(40|41|42|四十)度.{0,10}(抽|昏|不|惊)|(叫|快叫|喊|派|要|需要)(个|一辆|辆)?(救护车|120)",
            r"\b(unconscious|passed out|faint(ed|ing)?|collapsed|(not|isnt|stopped|cant|cannot|no longer|barely|hardly|arent|trouble|struggling to) (breath(e|ing)|respond(ing)?)|unresponsive|no pulse|not (moving|waking up)|isnt (moving|waking)|wont wake( up)?|having (a|an) (\w+ )?(heart attack|stroke|seizure|asthma attack|fit)|seizures?|convuls\w+|cardiac arrest|chest pains?|stroke|heart attack|chok(ing|ed) (on|to)|(is|are|baby|child|son|daughter|he|she|hes|shes|im) choking|bleeding( out| badly| heavily| a lot| from| to death| everywhere| profusely| so much)?|blood everywhere|(lots|so much|a lot|pool|covered in|losing) (of )?blood|so much blood|going into labou?r|in labou?r|water (just )?broke|baby is coming|poison(ed|ing)|electrocut\w+|snake ?bit\w*|bitten by a snake|anaphyla\w+|allergic (reaction|shock)|broke (his|her|my) (leg|neck|back|hip|arm)|severed|cut off (his|her|my) (finger|hand|arm)|fell (off|from|down|out)( \w+){0,5} (roof|ladder|building|window|balcony|stairs|scaffold\w*|cliff|floor|tree|wall)|need (an )?ambulance|call (an )?ambulance|send (an )?ambulance|ambulance (now|please)|(is|hes|shes|are|im) (dying|dead)|dead body|a corpse|severe burns?|badly (hurt|injured|burned)|seriously (hurt|injured)|swallowed (a |some )?(battery|bleach|poison|pills|detergent|coin)|dog (is )?(attacking|biting|mauling)|being (attacked|bitten|mauled) by (a )?(dog|dogs|boar|bear))\b",
        ),
    ),
    Danger(
        # A child writes, or writes for a mother who lies on the floor. After "medical" and
        # "fire", whose advice a child needs just as much.
        kind="child",
        certain_cues=(
            "(我|俺)(今年|才|只有|现在)?([3-9]|1[0-3]|[三四五六七八九十]|十[一二三])岁.{0,60}(怕|救|敲门|打(我|妈|爸|他|她)|跟着|摸(我|了我)|陌生|血|哭|迷路|找不到|一个人|坏人|不敢|离家|走丢|锁|喝醉|吵|抓|骗|不让|关)",
            "(我|俺|我们|我和(弟弟|妹妹|哥哥|姐姐)).{0,6}(一个人|自己|两个人?)(在家|在外面|在路上|在街上|在车里|在公园|在商场).{0,40}(怕|敲|撬|陌生|叔叔|坏人|不敢|开门|哭|黑|不认识|救|门外|血|迷路|脚步|响|进来)",
            "(爸(爸)?|妈(妈)?|爷爷|奶奶|大人|家长|爸妈|爸爸妈妈)(都)?(不在|没在|没回|还没回|出去了|不见了|不回来).{0,30}(怕|敲|撬|陌生|坏人|不敢|开门|哭|救|门外|不认识|叔叔|有人)",
            "(怕|敲|撬|陌生|坏人|不敢|哭|救).{0,30}(爸(爸)?|妈(妈)?|爷爷|奶奶|大人|家长|爸妈|爸爸妈妈)(都)?(不在|没在|没回|还没回|出去了|不回来)",
            "(警察|民警)(叔叔|阿姨|哥哥|姐姐).{0,40}(怕|救我|救救|打我|打妈妈|打架|坏人|敲门|跟着|迷路|找不到(妈|爸|家|回家)|不认识|一个人|摸我|不让我|哭)",
            "(我)?(找不到|不见了|找不着)(妈妈|爸爸|爷爷|奶奶|回家的路|家了)(了)?|(我)(迷路|走丢)了|(爸爸|爸|继父|后爸|叔叔|舅舅|爷爷|后妈)(又)?(在|要|一直|喝醉(酒)?(了)?(就)?)?(打(我|妈)|脱我|摸我|亲我|把(我|妈妈))|妈妈.{0,4}(倒|不动|叫不醒|流血|不说话|不醒)",
            r"\b(im|i am) (only |just )?([4-9]|1[0-3]|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen)( years old| yrs?( old)?| yo)?\b.{0,90}\b(alone|scared|afraid|hurt\w*|hit\w*|knock\w*|lost|mom|mum|mommy|mummy|dad|daddy|stranger|help|touch\w*|crying|man|bang\w*|hiding)\b",
            r"\b(mommy|mummy|mom|mum|mama|dad|daddy|my parents|grandma)\b.{0,50}\b(wont wake|not home|arent home|isnt home|not here|gone|hitting|hurting|fell|left me|lying on|fighting)\b.{0,50}\b(scared|alone|afraid|knock\w*|help|cry\w*|do|stranger|blood|dad|daddy|mommy|mummy|mom|mum|me|someone|man)\b|\b(home alone|alone at home|all alone)\b.{0,50}\b(scared|afraid|knock\w*|stranger|noise|someone|man|door|bang\w*)\b|\b(i cant find|i lost|where is) my (mom|mum|mommy|mummy|dad|daddy|parents)\b|\bdaddy (is |keeps )?(hitting|hurting|touch\w+)",
        ),
    ),
    Danger(
        kind="held",
        certain_cues=(
            "绑(架|匪|走|在|起来|住)|被绑(?!定)|劫持|挟持|人质|(被|把)(我|他|她|人|孩子|我们|他们|老板|坏人|传销|公司|中介|老公|家人|男友)*(关|锁|困|扣|控制|软禁|囚禁|拘禁|监禁|看)(在|住|起来|着|了)(?!(看守所|拘留|派出所|门外|监狱|戒毒|里面了?判))",
            "(不让|不准|不许|不给)(我|我们|他|她|他们|人)(走|出去|离开|出门|回家|下车|睡觉|走出|跑)|限制(了)?(我|他|她|我们|他们|人身|我的|他的)?(的)?(人身)?自由|非法(拘禁|限制|关押)|(被)?(关|锁|扣|骗)(在|到|进).{0,10}(传销|缅北|缅甸|园区|小黑屋|地下室|窝点|酒店房间|宾馆|出租屋|小屋|屋里|房间里|仓库|车里)|(逃|跑|出)不(出去|出来|去|了|掉).{0,10}(救|看着|守|盯|传销|园区|锁)|(手机|身份证|护照)(被|都被|也被)?(他们)?(没收|收走|抢走|收了|扣了|扣押).{0,12}(不让|出不去|看着|关|救|走|跑)|被(拐|掳|抓走|带走|拖走|拉上|塞进|拽上|强行带|骗上|抢走了?孩子)(?!.{0,4}(调查|问话|了解|派出所|民警|警察))|(抢|偷|抱|拐|拖|掳|抓)走(了)?.{0,5}(孩子|小孩|宝宝|婴儿|女孩|男孩|女儿|儿子|女生|姑娘|学生|娃)|(孩子|小孩|宝宝|婴儿|女孩|男孩|女儿|儿子|娃).{0,5}被.{0,8}(抢|抱|拐|拖|带|拽|掳|抓)(走|上|跑)|人贩子(在|抢|抱|拐|来|跑)|(拐|卖)(走|了)(孩子|小孩|女儿|儿子)",
            r"\b(kidnap\w*|abduct\w*|hostages?|(held|holding|keeping|kept|keeps) ((me|us|him|her|them|\w+) )?(hostage|captive|prisoner|against (my|his|her|our|their) will|locked|by force)|(locked|tied|chained|handcuffed) (me|us|him|her|them|my \w+) (in|up|inside|to)|(im|i am|we are|were|shes|hes|being|been|am) (\w+ )?(locked (in|inside|up)|tied up|held|chained|imprisoned|confined|trapped by)|wont let (me|us|him|her|them|my \w+) (go|leave|out|get out|exit)|not (letting|allow\w*) (me|us|him|her) (to )?(go|leave|out)|(cant|cannot) (escape|get out|leave).{0,30}\b(they|he|she|guards?|locked|took|watch\w*)|(took|taken|grabbed|snatched|dragged|forced|pulled|pushed|shoved|stole) (a |my |the |our |this |me |him |her |some )?(\w+ )?(kid|child|baby|girl|boy|son|daughter|woman|man|me|her|him)?( \w+)? ?(into|in) (a|the|his|their) (\w+ )?(car|van|truck|vehicle|house|room|alley|bushes|taxi)|(snatched|stolen|taken|grabbed) (my|the|a|our) (baby|child|kid|son|daughter)|scam (compound|park|center|centre)|human traffick\w*|traffickers)\b",
        ),
    ),
    Danger(
        kind="followed",
        certain_cues=(
            "(一直|在|总|老|老是|始终|紧|偷偷|悄悄|远远)(在)?(跟着|跟踪|尾随|跟在|盯着|盯梢)(我|我们|她|俺|别人|女|一个|小|孩子|一位|前面|人)|(有|个|一|那).{0,10}(跟着|跟踪|尾随|跟在)(我|我们|她|一个|女|小|孩子)|(我|她|女儿|我们|朋友)?.{0,4}(正)?被(人|一个|个|他|陌生|男)?.{0,8}(跟踪|尾随|盯上|跟着|盯着)(了|着|我|中|,|$|啊|呢|一路|到|好)|跟了我(一路|好|很|半|几|两|三|一)|(跟|尾随|跟踪)(着)?(我|她)?(到|进|上)(了)?.{0,4}(家|楼|小区|电梯|门口|单元|地铁|厕所|巷)|甩不(掉|开)(他|那)",
            rf"\b({_HE}|car|van|bike|taxi|scooter)( \w+){{0,4}} (is |are |has been |have been |keeps? |been |was )?(following|stalking|tailing|chasing|trailing) (me|us|her|my)\b|\b(im|i am|we are|being|were|am|shes|i think im|getting) (\w+ )?(being )?(followed|stalked|tailed|chased|folowed|foll?owd)\b|\b(follow(ed|ing|s)|foll?owing|folowing) (me|us|her)( \w+){{0,3}} (home|from|to|since|everywhere|for|down|into|on the|through|around)\b",
        ),
    ),
    Danger(
        kind="break_in",
        certain_cues=(
            "(撬|砸|踹|撞|踢|捅|劈|拆|爬|翻|敲碎|打碎)(开|着|破|坏|了)?(我|我家|我们家|她家|别人|隔壁|邻居|对门|楼下|他家|人家|店|店铺)?(的)?(家)?(门(?!槛|牌|票)|窗|锁|防盗网|防盗门|玻璃|窗户|阳台|大门)(?=(进|了|啊|,|$|呢|怎么|好|声|想|要|、|玻璃|锁|户))",
            "(闯|冲|翻|爬|摸|溜|钻|混|强行进|破门|翻墙|翻窗)(进|入)(来|去|了|我|别人|邻居|屋|家|院|他家|她家|女|房)|闯了?进|破门而入|入室(抢|盗|行窃|偷)|(家里|屋里|房间里?|店里|院子里|楼上|楼下|客厅|我家|阳台|宿舍|仓库|车库|衣柜|床底)(好像|可能|突然|是不是)?(有|进|进来|来|藏|闯进)(了)?(个|一个)?(贼|小偷|陌生人|陌生男|不认识的|强盗|坏人|人(?!(在)?(敲门|装修|吵|唱|跳|打牌|麻将|养|来|会|没|住|办)))(了)?(?!(怎么处理|赔))|家里?进(了)?(贼|小偷|人了|陌生)|(有人|陌生人|男的|他|外面|门外|邻居|楼上|喝醉).{0,10}(砸|踹|撬|撞|狂敲|猛敲|拍|踢|敲|捶|拧|捅|试密码|转门把)(我|我家|着|的|我们|她)*(门|锁|窗|密码锁|门把手).{0,20}(怕|不敢|不走|一直|半夜|进来|骂|喝|害怕|孩子|一个人|救|怎么办|快|不停|还在|不认识|陌生|刀|赖)|(一直|半夜|深夜|凌晨|大半夜|三更半夜|正在|在|疯狂).{0,6}(砸|踹|撬|撞|踢|敲|拍|拧|捅)(我|我家|我们家|着)*(的)?(门|锁|窗)",
            rf"\b(break(s|ing)? in(to|side)?|broke(n)? in(to|side)?|breaking down|smash(ed|ing)|kick(ed|ing)|bang(ed|ing)|pound(ed|ing)|forc(ed|ing)|pick(ed|ing)|climb(ed|ing)|trying to (open|get in|enter|come in)|pry(ing)?|knocking down|messing with|rattl\w+) ?( \w+)?( on| at| in| through| into| down| over| to)? ?(my|our|the|her|his|neighbou?rs?|a) ?(\w+ )?(house|home|flat|apartment|door|window|lock|balcony|room|place|shop|store|fence|car)\b|\b(intruder|burglars?|prowler|home invasion|thief|robber|stranger|someone|somebody|a man|some guy|strange man|someones|somebodys)( \w+){{0,3}} (in|inside|entering|outside|at|downstairs|upstairs|on|broke|breaking|climbing|trying|forcing)( \w+)? ?(my|our|the|her|neighbou?rs?)? ?(\w+ )?(house|home|flat|apartment|room|garden|yard|balcony|window|kitchen|basement|downstairs|upstairs|door|in|shop|building|roof)\b",
        ),
    ),
    Danger(
        kind="sexual",
        certain_cues=(
            "强(奸|暴|行(脱|发生|抱|亲|摸|拉))|性侵|猥亵|迷奸|轮奸|下(了)?(迷)?药(?!(店|房|单|费|方))|(脱|扒|撕|扯)(我|她|小女孩|女生)(的)?(衣服|裤|裙)|(摸|抱住|强吻|按住|压在|拖进|拖到)(了)?(我|她|女(孩|生|的)|小孩)(?!(家|的(电脑|手机)))|(对)(我|她|女|小).{0,6}(动手动脚|图谋不轨|不轨|耍流氓|露下体|非礼)|露阴|露下体|暴露下体|色狼|痴汉|咸猪手|非礼|偷拍(我|她|裙底|女|洗澡|人)|(在|正)(偷看|偷拍|骚扰)",
            r"\b(rap(e|ed|ing|ist)|sexually assault\w*|molest\w*|grop(e|ed|ing)|forc(ed|ing) (me|her|himself)( \w+){0,3} (sex|on (me|her)|kiss|undress|bed)|touch(ing|ed) (me|her|my (breast\w*|private|thigh|butt|bum|ass|leg)s?)|drugged (me|her|my (drink|friend))|spiked (my|her) drink|(flash(ing|ed)|expos(ing|ed) himself)|masturbat\w+|upskirt\w*|(tak(e|ing) off|rip(ping|ped)( off)?|tear(ing)?) (my|her) clothes|sexual(ly)? harass\w*|filming (me|women|girls|her) (in|under|up|undress\w*|chang\w*|shower\w*))\b",
        ),
    ),
    Danger(
        kind="crime",
        certain_cues=(
            # Somebody is armed.
            f"(拿|持|提|举|带|掏|亮|挥|抄|握|操|拎|揣|藏|舞|扛|攥|手里有|手上有|身上有|有人有|他有|他们有|她有|拔|抽|抡|用)(着|出|起|了|把|一把|两把|个|根|一根|一瓶|几把|大|长|西瓜|水果|菜|尖|水|折叠|杀猪|弹簧|管制|,)*{_BLADE}(?!(具|片|店|剁|切|削|套|法|工|鱼|炼|快递|疤|伤好))",
            f"{_BLADE}(指|架|顶|对|抵|逼|捅|砍|刺|划|扎)(着|在|了|住|向|过来|准|我|他|她|到)*{_WHO}|(持|动|亮)(刀|枪|械)|枪(声|响|击|战|杀)|开(了)?枪|中(了)?(枪|刀)|挨(了)?刀",
            # Killing, stabbing, beating: threatened, going on or just done.
            f"(要|想|正在|来|准备|扬言|威胁|说|快|会|非|在|把|将|给|被|敢|就|去|能|砍|追着|往死里|差点|有人|让)(.{{0,6}})(杀|砍|捅|弄死|打死|掐死|勒死|砍死|捅死|搞死|烧死|打残|废了|灭了|剁|刺|毒死|淹死|闷死|捂死|宰|做了|灭口|推下)(了|掉|死|光|伤)?{_WHO}",
            f"(杀|砍|捅|刺|打死|砍死|捅死|砍伤|捅伤)(了|伤|死|到|中)?(一|两|几|三|好几)?(个|位|名|刀)?(人|我|他|她|{_WHO})(了|啦|拉|啊|呀|,|$|呢|喽|好)|(杀|砍|捅|行凶|伤)人(了|啦|拉|啊|呀|,|$|呢|好|中)|杀人犯(在|就|来|跑)|被(人|他|她|歹徒|老公|男|丈夫|一个|对方|几个人|前夫|前男友|邻居|老板|同学|室友|.{{1,5}})?(捅|砍|刺|扎)(了|伤|死|倒|中|到|成|,|$)|(捅|砍|刺|扎)了(我|他|她|人)?(一|两|几|好几|三|四|五|七)?(刀|下)|行凶|无差别(杀|砍|伤)|见人就(砍|捅|打|杀)|(血|人)命(要|出)|出人命|闹(出)?人命|灭门|凶手",
            "掐(着|住)?(我|她|他|孩子|老婆|妈妈|妈|人)(的)?脖子|勒(着|住)(我|她|他|脖子)|(往死里|拼命|使劲|狠狠|疯狂|死命|不停地?|一直|正在|正|又在|还在|在|按在地上|按着|骑在.{0,6}|追着|拖着|围着|抓着头发|拿皮带|拿棍子|喝醉(了|酒)?(就)?|几个人|一群人|一伙人|好多人|好几个人|又|动手)(地)?(打|殴打|揍|暴打|踹|踢|砍|抽|围殴|群殴|痛打|欺负|虐待|家暴|毒打|打骂|折磨|堵)(我|他|她|一个|人|孩子|老婆|老公|妈|爸|小孩|女|男|老人|我妈|我爸|对方|媳妇|学生|同学|服务员|司机|护士|医生|儿子|女儿|奶奶|爷爷|弟弟|妹妹)",
            "打(我|他|她|妈妈|我妈|孩子|老人)?(打)?得(很|好|头|满|鼻|浑|快|要|不|都|倒|惨|出|半|遍)|(快|要|会|想)(把)?(我|他|她|人|孩子|妈妈)?(被)?(.{0,5})打死|打死(我|他|她|人)(了)?(?!也不)|快(要)?(被)?(他|她|人|老公|他们)?打死了|(打|干|吵着吵着.{0,4}|掐)起来了|打成一团|群殴|互殴|斗殴|围殴|(被|遭)(他们|人|一群人|几个人|老公|丈夫|男友|男朋友|前夫|他|她|父亲|爸爸|儿子|室友|同学|保安|邻居|对方|一伙人)?(围|堵|打|殴打|群殴|围殴|家暴|毒打)(在|着|了|得|,|$|中)(?!(电话|折|动|扰|脸|断))(?=.{0,20}(快|救|血|现在|正|怕|躲|出不|不敢|伤|打得|还在|不让|在))|(现在|正在|刚刚|刚才|刚).{0,6}(被|遭).{0,8}(打|殴打|家暴|揍|欺负|威胁|骚扰|围|堵|抢|偷)(了|着|啊|,|$|我|得)?|家暴(我|中|正在|得|了我|,快|,救)|(有人|楼下|楼上|隔壁|门口|邻居|外面|夫妻|路边|酒吧|烧烤摊|学校|小区|街上|工地|两伙人|一帮人|一群人|几个人|两个人|好多人|男的|公园|ktv|网吧).{0,10}(打架|打人|动手|砍|闹事|打砸|抢劫|杀人|家暴|打老婆|打孩子|打女人|虐待)",
            # Robbery and theft while it goes on.
            f"抢劫(了|我|啊|啦|,|$|犯在|中|银行|金店)|打劫|持械|(被|遭)(人|几个人|一个人|飞车|歹徒|摩托)?(给)?抢(了|劫了?|走|去)(?!(名额|座|先))|抢(了|我|走|夺|着)(我|她|他|人|别人|老人|人家|一|女)?(的|个|位)?(手机|包|钱|东西|项链|孩子|车|金|电动车|首饰|背包|钱包|手提包|挎包)|抢{_WHO}(的)?(手机|包|钱|东西|项链|车|首饰)|(抓|逮|按)(到|住|着)(了)?(一)?(个)?(小偷|贼|扒手|人贩子|色狼|偷车贼|骗子|抢劫)|(小偷|贼|扒手|劫匪|强盗|歹徒|逃犯|通缉犯|嫌疑人|凶手|肇事司机|骗子|人贩子).{{0,10}}(还在|就在|正在|跑了|往|逃|现在|在我|没走|没跑|在这|在那|在店|在楼|出现)|(发现|看到|看见|遇到|碰到|认出)(了)?(一)?(个)?(通缉犯|逃犯|杀人犯|在逃|嫌犯|嫌疑人)",
            # Terror, crowds, hostage-like threats.
            "恐怖(袭击|分子)|暴徒|暴乱|踩踏(了|,|$|.{0,6}(人|伤|救))|(开车|车).{0,6}(冲(撞|进|向)|撞).{0,4}(人群|路人|行人|学生)|泼(汽油|硫酸)|(要|扬言)(同归于尽|报复社会|砍死|杀光|屠)|同归于尽|报复社会|投毒|纵火|放火(?!墙)",
            rf"\b({_HE}|i think|hell|shell|theyll|hes|shes)( \w+){{0,3}} ?(going to|gonna|wants? to|trying to|tries to|tried to|threat\w+ to|will|about to|says? (he|she|they)( will|ll| is going to)?|is) (kill|murder|shoot|stab|hurt|beat|strangle|choke|attack|burn|hit|rob) {_THEM}\b|\b(kill(ing)?|stab(bing|bed)?|murder(ing)?|shoot(ing)?|beat(ing|en)?|attack(ing|ed)?|punch(ing|ed)?|assault(ing|ed)?|strangl(ing|ed|es?)|chok(ing|ed|es?)|kick(ing|ed)|hitting|hit|slapp(ing|ed)|chas(ing|ed)|threaten(ing|ed|s)?|robb(ing|ed)|mugg(ing|ed)|shot|hurt(ing)?|abus(ing|ed)) (me|us|someone|somebody|everyone|people|each other|his (wife|girlfriend|kid|child|mother|son|daughter)|her (husband|kid|child|son|daughter)|a (\w+ )?(man|woman|girl|boy|guy|kid|child|person|lady|student|driver|nurse|teacher|dog)|an (old|elderly) (man|woman|lady)|my (mom|mum|mother|dad|father|sister|brother|wife|husband|son|daughter|friend|kids?|child|baby|neighbou?r|roommate|flatmate|grandma|grandmother|girlfriend|boyfriend)|the (cashier|driver|clerk|woman|man|girl|kid|staff|waiter))\b(?! (up|off) (on|an))",
            r"\b(with|has|have|got|holding|waving|pulled|pulling|carrying|swinging|brandish\w*|holds|using|pointing|wielding|drew|armed with|bring|brought) (a |an |his |her |the |two |some )?(\w+ )?(knife|gun|machete|axe|pistol|rifle|weapon|weapons|knives|guns|hammer|baseball bat|bat|crowbar|sword|cleaver|firearm|acid|petrol bomb|molotov|iron bar|metal pipe)\b(?! (licen|collection|permit))|\b(at (knife|gun)point|armed (man|men|robber\w*|person|suspect)|active shooter|shooter|gun ?(shots?|fire|man)|shots? fired|stabbing|(was|been|got|getting|being|is|are|were|im|just) (\w+ )?(stabbed|shot|beaten( up)?|attacked|robbed|mugged|assaulted|strangled|jumped by|threatened|hit by (him|her|my)|abused|pickpocketed|harassed)( |,|\n|$)|(is|are|was) (killing|murdering|beating|stabbing|attacking|hitting|robbing|fighting|punching|strangling)|domestic violence (right|now|next|in progress|going)|fight(ing)? (outside|downstairs|next door|in|at|broke out|going on|with knives|right|between)|(big|huge|massive|street|bar|group|gang|mass|is a|are) (\w+ )?(fight|fighting|brawl)|brawl\w*|riot|terror(ist)? attack|hostage|robbery (in progress|happening|going on|at)|(being|is) robbed|armed robbery|murder(er|ed|ing)?\b.{0,20}\b(here|now|next|outside|help|someone|my|just)|screaming( for help)?( next| from| in| outside| and| her)|screams?( coming)? (from|for help|next)|pour(ed|ing)? (petrol|gasoline|acid)|threatening (to|me|us|people|everyone|customers|staff|passers)|acid attack|(caught|holding|got|found|detained) (a |the )(thief|pickpocket|burglar|robber|shoplifter)|(wanted (man|criminal|person|fugitive)|fugitive)( \w+){0,3} (is|here|in|at|near|just))\b",
        ),
        if_live_cues=(
            "(打(?!(电话|算|扰|印|卡|车|分|听|开|字|折|扫))|殴打|打架|吵架.{0,6}(动手|砸)|威胁|恐吓|骚扰|闹事|闹起来|砸(店|车|东西|我|摊|玻璃)|打砸|堵(门|住|在|我)|偷(东西|车|电动车|电瓶|手机|包|钱|狗|井盖|电缆|油|货|我)|扒(窃|手机)|拆(我|车|电瓶)|划(车|我的车)|聚众|赌博|吸毒|卖淫|贩毒|交易毒品|家暴|虐待|勒索|敲诈|讹|强拆|强行|抢(?!(到|红))|撒泼|醉酒|发酒疯|耍酒疯|酒疯|裸奔|纵火|放火|飙车|炸街|盗|撬|诈骗|行骗|拉横幅|斗狗|打狗|碰瓷|发疯|精神病)",
            r"\b(stealing|shoplifting|vandali[sz]\w+|pickpocket\w*|smashing|breaking|fighting|threat\w+|harass\w*|drug deal\w*|dealing drugs|selling drugs|gambling|thief|thieves|robber\w*|burglar\w*|fight|attack\w*|drunk (man|men|guy|people|and)|going crazy|destroying|scam(ming|med) .{0,10} in progress)\b",
        ),
    ),
    Danger(
        # A danger to everybody on the road, seen now.
        kind="dangerous_driver",
        certain_cues=(
            "(喝(了|完|多|醉)?(很多|好多|不少|点|大)?酒?|醉(酒|醺醺|了)?|喝大了|喝高了).{0,14}(开(着)?(车|走|上|了)|上(了)?车|发动|上路|要开车|准备开车|骑(着)?(摩托|车|电动车)|驾车|非要开)(?!(被|罚|判|怎么|几|会|算|的后果))",
            "(有人|司机|前面|前方|前车|后面|旁边|一辆|那辆|这辆|有辆|有车|车牌|看到|看见|发现|刚|正在|现在|怀疑|疑似|举报).{0,24}(酒驾|醉驾|毒驾|逆行|s形|s型|蛇形|画龙|歪歪扭扭|左右摇晃|横冲直撞|走s|飙车|疯狂超车|别车|睡着|疲劳驾驶|乱撞|撞了.{0,6}跑|逃逸)(?!(怎么|罚|扣|判|处罚|几))",
            "(酒驾|醉驾|毒驾|逆行|路怒).{0,20}(现在|正在|刚|前面|往|朝|方向|车牌|开走|快来|拦|上高速|在高速|在.{1,8}(路|街|大道|桥|高速|隧道))",
            r"\b(drunk|intoxicated|wasted|drinking|high on \w+|been drinking|stoned)\b.{0,40}\b(driv\w+|behind the wheel|get(ting)? in(to)? (his|her|the|a) car|swerving|got in(to)? (his|her|the|a) car)\b|\b(driv(er|ing)|car|truck|van|bus|motorbike|taxi)\b.{0,40}\b(swerving|weaving|zig.?zag\w*|wrong (way|side|direction)|drunk|all over the road|into oncoming)\b|\bwrong.?way driver\b",
        ),
        despite=frozenset({"negated"}),
    ),
    Danger(
        kind="traffic",
        certain_cues=(
            "(出|发生)(了)?(重大|严重|大)?车祸(了|啦|,|$|啊)|(车祸|翻车|连环(相撞|追尾)|连环撞)(了|,|$|现场|快)|(撞|追)(车|上|尾)了?.{0,10}(高速|快车道|隧道|桥上|路中间|冒烟|漏油|动不了|堵死|快来|不下车|要打|打起来)|(高速|快速路|隧道|匝道|快车道|超车道).{0,16}(撞|追尾|事故|车祸|翻|爆胎|抛锚|坏了|停在|走路|行人|有人|逆行|熄火|打不着)(?!(怎么(收费|走|处理)|罚|扣))",
            r"\b((car|bus|truck|bike|motorbike|traffic|road|highway|serious|bad|terrible|huge|big) (crash|accident|collision)|crashed|head.?on|pile.?up|(car|truck|bus|van|lorry) (has |just )?(flipped|rolled|overturned|crashed))\b(?=.{0,40}\b(just|now|here|on the|highway|motorway|expressway|help|front|outside|road|bridge|tunnel|please)\b)|\b(just|we|i)( \w+){0,2} (had|been in|witnessed|saw|in) (a|an) (\w+ )?(car |traffic |road )?(accident|crash)\b",
        ),
    ),
    Danger(
        kind="missing_child",
        certain_cues=(
            "(刚刚|刚才|刚|现在|突然|一转眼|转眼|一眨眼|转身|十分钟前|半小时前|一小时前|这会).{0,16}(孩子|小孩|宝宝|女儿|儿子|娃|孙子|孙女|老人|爷爷|奶奶|妈妈|爸爸|妹妹|弟弟).{0,12}(不见了|走丢|丢了|找不到|走失|没影|没了踪影|跑丢|失踪)",
            "(孩子|小孩|宝宝|女儿|儿子|娃|孙子|孙女|老人|爷爷|奶奶).{0,10}(不见了|走丢了|丢了|找不到了|走失了).{0,20}(快|救|急|帮|怎么办|刚|现在|才)",
            r"\b(my|our|a) (\w+ )?(son|daughter|kid|child|baby|toddler|boy|girl|grandson|granddaughter|grandmother|grandma|grandpa)\b.{0,20}\b(just )?(went missing|is missing|disappeared|has disappeared|vanished|got lost|is gone|cant be found)\b|\b(just )?lost (my|our) (son|daughter|kid|child|toddler|little (boy|girl)) (in|at|near)\b",
        ),
    ),
    Danger(
        # A cry for help that does not say from what.
        kind="help",
        certain_cues=(
            "救命|救救(我|他|她|孩子|人|我们|我妈|我爸|我儿|我女|我老)|快(来|点来)?救|救我|来人(啊|呀|哪|救)|快来人|谁来救|(快|帮我|帮忙|请|麻烦|替我|赶紧|立刻|马上)(打|叫|喊|拨)?(报警|叫警察|110|警察快来|派人来|派警察|出警)(?!(电话(是)?多少|记录|回执))|^(我)?(要|想)报警(了|啊|呀|!|,)*$|警察(叔叔)?快来|快(派|来)(人|警察|出警|警)|(有|遇到|很|好|太|正有|处境)(生命)?危险(?!(品|废|房|驾驶|化学|作业|物|源|系数|地带|区域|吗|路段|的(时候|地方)))|^(110|报警|求救|危险|sos)+[,\n]*$|\\bsos\\b|求救(?!(信号|知识))|我(快|要)(被|没命|坚持不住)|要出人命",
            r"\b(somebody|someone|anyone|anybody|please|pls|plz|plss|god|omg|hlep|quick) (please )?(help|hlep)( me| us| him| her)?(?= ?(now|quick|quickly|please|pls|plz|fast|asap|im (in|being|so)|hes|shes|theyre|he |she |they |,|\n|$))(?! (with|to|get|find|apply|fill|understand|check))|^(help|hlep)( me| us)?( me| us| please| pls| plz| now| help| asap| quick\w*| fast)*[,!\n]*$|\b(help|help me|help us|need help) (right now|now|im in danger|immediately|asap|quick\w*|hes|shes|theyre|someone|fast|hurry)\b|\b(save|rescue) (me|us|him|her|my \w+)\b|\b(in (grave |serious |great |real |immediate )?danger|life or death|(send|get|need|call) (the |a |some )?(police|cops?|officers?|help|swat|someone) (now|here|to|quick\w*|asap|immediately|right|please|fast|over|at|urgently)|(send|call) (the )?(police|cops|911|110|999)|police (now|quick|asap)|im (so )?scared for my life|(fear|afraid) for my (life|safety))\b|^sos$|\bsos\b|\b(im|i am) going to die\b|\bmy life is in\b",
        ),
    ),
)
