"""What makes a dangerous word harmless, and what shows that it is happening now."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Context = Literal["past", "fiction", "rules", "negated"]

_IDIOM = re.compile(
    # Chinese: "die" and "kill" as mere emphasis, and words that only look alike.
    "(吓|笑|热|烦|累|困|气|饿|渴|冷|冻|忙|急|愁|羞|闷|无聊|难吃|恨|美|爽|甜|丑|贵|堵|想|爱|疼|尴尬|恶心|可爱|羡慕)死"
    "(我|了|个人|人|你|他|她|宝宝)+(?!算|就好)"
    "|(热|饿|累|困|渴|冷|忙|烦|气|笑|吓|冻|急)(得|的)?(都|我|快|要|想)*(死|晕倒|昏倒|断气|窒息|吐血|跳楼|自杀|喘不过气)了?"
    "|救命(稻草|恩人|之恩|钱|药|的钱|符)|救命.{0,6}(可爱|好笑|好看|好吃|太帅|好帅|甜|尴尬|社死|好美|笑|磕)"
    "|杀(毒|价|青|手锏|菌|虫|猪|鸡|鱼|熟|红眼|软件|时间|马特|鞋|疯|伐果断)|(秒|抹|扼|封|绞|捧)杀|砍(价|单|头息|一刀(?=.{0,8}(拼|链接|点))|柴|树|伐|掉)"
    "|抢(红包|票|号|购|单|答|修|座|先|救|注|镜|手|道|占|名额|课|不到|到(票|号|课|名额|货)|热|险|种|收|滩|时间|功|风头|眼|饭碗)"
    "|打(劫匪|架子鼓)|上火|发火|火(锅|车|柴|龙果|山|爆|箭|腿|花塞|速|气|眼|箸)|恼火|点火|火烧云|嗓子(都)?冒烟|忙得冒烟|后院(起|着)火"
    "|炸(鸡|酱|街|串|薯|鱼|糕|裂|毛|锅|群|号|胡|弹(楼|杯|岛|人))|(信息|爆米花|人口|话题|知识|流量)(大)?爆炸|爆炸(头|性|新闻)|气炸|电子炸弹|深水炸弹"
    "|撞(脸|衫|名|车位|击试验|大运|南墙|号|库)|跳(槽|楼机|楼价|水(池|台|运动|比赛)|绳|舞|闸|级|过)|挤爆|踩(点|雷|坑)|(业绩|股票|价格|基金)跳水"
    "|被(困扰|迷倒|帅到|笑到|打脸|打动|打扰|打断|打击|打折|打入冷宫|打回来|打包|打开)|打(我|他|她)?(电话|了?个电话|个招呼|招呼|个车|车|个的|卡|分|针|包|印|工|字|听|算|扰|赏|折|的|官司|开|不开|不通|通|给|疫苗|出租|球|游戏|麻将|牌|扫|点滴|预防针)"
    "|脑(子)?(卡|死机)|死(机|循环|心|活|党|磕|角|板|线|记硬背|亡证明|亡赔偿|缓|刑|期)|作死|半死|至死|要死要活|你死我活|该死|装死"
    "|刀(削面|郎|具店|片嗓|子嘴)|剪刀石头布|冰刀|刀枪不入|嘴里藏刀|借刀杀人|钢枪(?!指)|水枪|玩具枪|机枪兵|枪(手代考|战片)"
    "|跟(着|随)?(我|他|她)?(学|说的|感觉|节奏|导航|定位)|追(剧|星|番|尾的猫|踪快递|债|诉|讨|缴|回|责|究)|闯(红灯|关|黄灯|单行|禁行|入决赛)"
    "|(网络|ip|广告)?跟踪(快递|物流|进度|订单|审计|服务)|绑架(式|消费)|道德绑架|情感绑架|火(险|灾险)|人(身)?意外险"
    # English.
    r"|killing (time|it|me softly|two birds|the (game|vibe|engine))|(kills?|killing) (time|the mood|two birds)"
    r"|(my|your|the) (feet|back|legs|head|boss|wifi|phone|traffic|heat|queue|wait\w*|suspense|shoes|boredom)( \w+)? (is|are|was|were)? ?killing me"
    r"|(this|it|that)( \w+){0,3} (is|was) killing me|dying (to|of (laughter|boredom|curiosity|embarrassment|heat|laughing)|for a)|im dying (laughing|here lol)"
    r"|(bored|scared|starved|starving|sick|worried|tickled|frozen|tired|freezing|thrilled|worked|embarrassed|love you|loved|freaked)( half)? to death"
    r"|(id|i would|would|could|ill) (die|kill) for (a|an|some|that|this|one|your)|(could|would) murder (a|an|some)"
    r"|fire (sale|fighter|truck|drill|works?|place|wall|stick|tv|department|extinguisher|alarm (test|certificate|inspection)|safety|hazards?|exits?|insurance|certificate|regulations?|inspection|doors?|escape)|fireworks?|firefox|firearms? (licen|permit)|fired|on fire (today|tonight|this (week|season))|(mixtape|song|beat|album|team|sale|outfit|deal|party|track)( is| was|s)? (fire|on fire)|(he|she|team|they|player|youre|im|were|is|are)( is|s| are)? on fire (today|tonight|this|lately)"
    r"|shoot (me|him|her|us|them|you)? ?(an? )?(email|message|text|dm|line|photos?|pictures?|videos?|film|hoops)|(photo|movie|film) ?shoot\w*|shooting (a )?(film|movie|video|range|star|photos?|hoops)|screen ?shots?|flu shot|shot (of|on) (espresso|vodka|tequila|film)"
    r"|bombs?hell|bath bomb|photobomb|(the|da|a) bomb (party|ass|dot com)|sex bomb|bomb cyclone|blow(ing|s)? (my|your) mind|hostage to|held up (in|at|by) (traffic|customs|work|the office)|held (up|hostage) by (paperwork|bureaucracy)"
    r"|break(s|ing)? (down|even|news|point|a leg)|breaking news|drowning in (work|paperwork|debt|emails|forms|homework|bureaucracy)|trapped in (a )?(loop|paperwork|bureaucracy|debt|a contract)|stuck (in traffic|on (step|page|question|hold)|at (step|work))|heart attack (when|seeing|after seeing)|(gave|give|gives|giving) me a heart attack"
    r"|beat(s|ing|en)? (the (traffic|heat|queue|rush|system|deadline|game|boss)|around|me to it)|hit (me up|the road|the gym|the wall|and miss|by inflation|song)|stab at|back ?stab\w*|cut off from|choked up|choking (up|game)|head ?hunter|killer (deal|app|whale|feature|view)|overkill|painkillers?( prescription)?"
    r"|suicide (squad|doors?|rates?|burn)|political suicide|career suicide|social suicide|follow(ed|ing|s)? (me|us|you)? ?(on|back) (weibo|wechat|twitter|instagram|tiktok|x|douyin|facebook|insta)|following (me )?on|rob(bery)? (of (choice|time))|daylight robbery|highway robbery|robbed (of (sleep|the (win|title|medal|game))|by the (ref|referee))|steal(ing)? the show|a steal|cry(ing)? wolf"
)

_FICTION = re.compile(
    "游戏|吃鸡|王者(荣耀)?|原神|排位|副本|队友|电竞|英雄联盟|lol|联盟里|和平精英|我的世界|第五人格|狼人杀|剧本杀|密室逃脱|真人cs|穿越火线|求生之路|boss|刷怪|皮肤|开黑|这把|这局|这一局|上分|掉分|野王|打野|团灭"
    "|电影(?!院)|电视剧|连续剧|美剧|韩剧|追剧|剧情|剧里|这部剧|小说|漫画|动漫|动画|番剧|综艺|剧本|台词|主角|男主|女主|大结局|预告片|纪录片|故事|段子|脱口秀|相声|小品"
    "|新闻|报道|热搜|公众号|推文|文章|帖子|看到一个视频|看了.{0,6}视频|刷到|网传|谣言|听说|据说|朋友圈(里|都)?(说|传|转)|公告|通报|案例|案件(的)?(判决|回顾)"
    "|梦见|梦到|做(了个)?梦|噩梦|演习|演练|彩排|排练|拍(戏|短片|视频用)|表演|作文|论文|课文|课题|历史|成语|歌词|歌曲|这首歌|这歌|谜语|脑筋急转弯|愚人节|cosplay|万圣|培训课|宣传(片|册|海报|标语)|海报|标语|题库|考题|试题|测试题|单选|翻译|英语怎么说|什么意思"
    r"|\b(games?|gaming|gta|pubg|fortnite|call of duty|minecraft|valorant|dota|counter.?strike|raid|respawn(ed)?|teammates?|npc|ranked|noob|quest|level \d+|movies?|films?|novels?|series|episodes?|sitcom|tv (show|drama)|k-?drama|drama|anime|netflix|documentary|podcast|stor(y|ies)|plot|chapter|character|book|lyrics?|song|album|band|news|newspaper|article|headline|i (read|heard|saw a video)|rumou?rs?|dream(t|ed|s)?|nightmare|drill|rehears\w+|exercise|simulation|essay|thesis|homework|translate|meaning of|what does .{1,30} mean|script|screenplay|joke|meme|costume|halloween|escape room|paintball|laser tag|museum|history)\b"
)

_PAST = re.compile(
    "去年|前年|大前年|上(个|一)?(月|周|星期|礼拜|学期|半年)|昨(天|晚|夜|日)|前(天|晚|几天|些天|两天|阵子|段时间|不久)|大前天|那(天|年|次|晚|时候|会儿)|当(时|年|天晚上)|小(时候|时侯)|小学时|以前|从前|曾经|曾|早年|多年前|很久|好久|早就|过去(?!看)"
    "|(?<![\\d])(19|20)\\d\\d年|[0-9一二两三四五六七八九十几多半]+个?(年|个月|月|周|星期|礼拜|天|日|小时)(多)?(以)?(前|之前)|\\d{1,2}月\\d{1,2}(日|号)|上次|之前|(的)?事(情)?(已经)?过去|已经(过去|结案|判|抓|处理|报(过|了)|好了|没事|出院|解决|灭|扑灭|赔|和解|私了)|后来|事后|第二天|旧案|陈年|往年|历史上"
    r"|\b(yesterday|last (night|week|month|year|time|summer|winter|spring|autumn|fall|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|december)|(years?|months?|weeks?|days?) (ago|back)|in (19|20)\d\d|back (in|when)|when i was (a |in |young|\d)|as a (kid|child)|used to|once (upon|was)|previously|(two|three|few|couple of) (nights|days|weeks) ago|ago|earlier this (month|year|week)|already (reported|resolved|over|safe|recovered|out))\b"
)
_NOW = re.compile(
    "正(在|被|要|往|跟|拿|打|砸|追)|现在|此刻|目前|眼下|今(天|晚|早)|刚(刚|才|被|在|看到)|马上|快来|快点|赶紧|赶快|还(在|没走|不走)|又(来|在|开始|打)|一直(在|跟|到现在)|这会|救命|救我|救救"
    r"|\b(right now|now|currently|just|today|tonight|still|again|at the moment|as we speak|this minute|help)\b"
)

_LIVE = re.compile(
    "正(在|被|要|往|跟|拿|打|砸|追|准备)|现在(?!(怎么|如何|应该|该|还能|可以|想问|想咨询|咨询|要|需要|想))|此刻|眼下|这会儿?|刚(刚|才|被|在|看到|有|发现)|马上|快(来|点|帮|报|救|派|过来|不行)|赶紧|赶快|速来|求(求|救|助)|还(在|没走|不走)|又(来了|在)|一直(在|跟|敲|砸|不|喊|打|盯)|救命|救(救)?(我|他|她|人|孩子)|来不及|出警|帮(我|忙)报警|(不敢|怎么办).{0,6}(出声|动|出去|开门|啊+$)|我好?(怕|害怕)|好(害)?怕|在(门口|门外|楼下|楼上|外面|我家|我们|隔壁|我后面|我面前|旁边)"
    "|[打砍追砸踹撬敲捅偷抢骂吵烧撕咬]着|在(打|砍|追|砸|踹|撬|敲|捅|偷|抢|烧|咬|哭|喊|叫|闹|撞|欺负|骚扰|摸)"
    r"|\b(right now|now|currently|just now|just|at the moment|as we speak|still|hurry|quick(ly)?|asap|immediately|help|please come|send (someone|police|help)|(is|are|im|hes|shes|theyre|someones) (\w+ )?\w+ing|urgent|emergency|im (so )?scared|outside|in front of me|next door|in my (house|flat|apartment|home|room)|behind me)\b"
)

_RULES = re.compile(
    "(怎么|如何|咋|怎样|咋样)(申请|报案|报警|举报|处理|判|处罚|赔|认定|预防|避免|防(?!不)|规定|收费|办|查|取证|鉴定|维权|投诉|区分|检测|识别|自救|逃生|灭火|追究|起诉|界定|定罪|量刑|算|立案|写|开(证|具)|证明|走|理赔|销户|注销|撤案|和解|应对|报名|买|使用|解释)"
    "|(怎么|如何)(?!办|回事|还不|这么|打不|没人).{0,3}(保护令|赔偿|报备|备案|执照)"
    "|应该(怎么|如何|打(什么|哪个|多少)|找(谁|哪))|该(怎么|如何|打(什么|哪个)|找(谁|哪))|(打|拨)(打)?(什么|哪个|多少)(电话|号码|号)?|电话(号码)?(是)?(多少|什么|哪个|几)|找(哪个|什么|谁)(部门|单位|管)?|哪个部门|归(谁|哪)"
    "|判(几|多少|多久|刑|什么|死刑|不判)|几年|多久|多少(钱|年|天|分|罚)|拘(留)?(几|多少|多久)|坐牢|犯法|违法|犯罪|违规|合法|构成|属于|算不算|算(是)?(什么|家暴|正当|犯罪|违法|抢劫|盗窃|工伤|自首)|什么罪|定罪|立案|量刑|处罚|罚款|扣分|扣(几|多少)|刑法|法律|法规|条例|规定|第.{1,4}条|标准|条件|手续|材料|流程|程序|责任(怎么|谁|认定|划分|在谁)|谁(的)?(责任|负责|赔)|赔偿|理赔|索赔|保险|工伤|保护令|证明|鉴定|档案|案底|征信|政审|笔录|回执|进度|结果|受理|取保|谅解|和解|调解|申诉|复议|起诉|诉讼|律师|仲裁|离婚|抚养|监控(能|可以)?(查|调)|能(不能)?(报|立|查|判|办|抓|赔|要求|举报)|(可以|可不可以|能否|是否)(报|立|查|判|要求|举报|带|买|养|私了)|管不管|会不会(判|坐|留|拘|抓|罚|影响)|会(被)?(判|坐牢|拘留|罚|抓|影响)|有(什么|哪些|啥)(后果|处罚|区别|注意|办法|规定|影响|症状|措施)|注意(什么|哪些)|需要(什么|哪些|准备|带)|(隐患|器材|检查|验收|设施|通道|知识|常识|演练|栓|证书|培训|宣传|预案|措施|安全).{0,6}(举报|投诉|检查|管|申请|办|吗|哪)"
    "|是什么|什么(是|叫|样|区别|情况(下)?)|有没有(规定|奖励|法|相关)|奖励|咨询(一)?下|请问.{0,14}(吗|呢|么)$|想(了解|咨询|问|知道|学)|建议(你们|贵|公安|加强|在|增|设)|希望(你们|公安|加强|增|能|派)|装(个)?(监控|报警器)|报警器|灭火器|险种"
    r"|\b(how (do|can|to|should|does|would|long|much|many|often|is|are)|what (is|are|s|kind|number|phone|happens|documents?|counts|does|do i need|should i do (if|when)|to do (if|when|in case))|whats the|which (number|department|office|law)|where (can|do|should) (i|we)|(can|may|could|should) (i|we) (report|sue|claim|apply|get|carry|bring|take|buy|own|use|file|withdraw|press)|is (it|that|this) (legal|illegal|a crime|allowed|considered|ok|necessary|against)|are .{1,30} (legal|illegal|allowed)|penalt(y|ies)|punish\w*|sentenc\w+|fines?|laws?|legal(ly)?|illegal|regulations?|insur\w+|compensat\w+|claims?|liab\w+|certificates?|permits?|licen[cs]e|procedure|requirements?|definition|difference between|statistics?|rates?|prevent\w*|protect\w* (order|myself from)|protection order|restraining order|divorce|lawyer|sue|court|file a (report|case|complaint)|case (number|status|progress)|status of|progress|evidence|hazards?|safety (course|training|inspection|check|rules)|first aid (course|training)|qualif\w+|detector|advice on (how|preventing)|tips (for|on)|do i (need|have to)|does .{1,40} (count|qualify|mean)|would (it|that|i) be|will i (go|be|get|have))\b"
    r"|\b(if|in case|suppose|what if|hypothetically|whenever|in the event)\b"
    "|如果|假如|万一|倘若|一旦|假设|要是|遇到|遇见|碰到|碰上|遭遇|的话|(火灾|地震|事故|危险|情况)(发生)?时|的时候应|期间|预防|防范|防止|避免|为了|以免|打击|严打"
)

_NEGATED = re.compile(
    "(没(有)?(人)?(被|在|发生|出|受|人受|看到|见到|什么)?|不(是|会|可能|能|要|敢|想去|让|曾|再)|并(没|非|不)|未|别|勿|防|禁|反对|严禁|禁止|避免|不算|假(的)?|以为|差(一)?点|差些|险些|幸好没|好像没|并不|拒绝)$"
    r"|\b(not|never|no|isnt|arent|wasnt|dont|didnt|doesnt|wont|nobody|noone|no one|without|almost|nearly|avoid|fake|stop)( (been|being|getting|a|any|going to))?\s*$"
)


@dataclass(frozen=True)
class Reading:
    """A normalised text with what its contexts say; each is looked up once, when needed."""

    source: str

    @cached_property
    def text(self) -> str:
        """The text with idioms blanked out, each character of one by "#"."""
        return _IDIOM.sub(lambda found: "#" * len(found[0]), self.source)

    @cached_property
    def live(self) -> bool:
        """Whether anything shows that it is happening now."""
        return _LIVE.search(self.text) is not None

    def harmless(self, cue: re.Match[str], despite: frozenset[Context]) -> bool:
        """Whether a context other than those in `despite` takes the danger out of `cue`."""
        return (
            ("fiction" not in despite and self._fiction)
            or ("rules" not in despite and self._rules and not self.live)
            or ("past" not in despite and self._past(cue.start()))
            or ("negated" not in despite and self._negated(cue.start()))
        )

    @cached_property
    def _fiction(self) -> bool:
        return _FICTION.search(self.source) is not None

    @cached_property
    def _rules(self) -> bool:
        return _RULES.search(self.text) is not None

    @cached_property
    def _times(self) -> list[tuple[int, bool]]:
        """Where the text speaks of a time, and whether that time is past; in order."""
        return sorted(
            [(found.start(), True) for found in _PAST.finditer(self.text)]
            + [(found.start(), False) for found in _NOW.finditer(self.text)]
        )

    def _past(self, position: int) -> bool:
        """The last time named before the cue counts; without one, the first one after it."""
        before = [past for at, past in self._times if at <= position]
        after = [past for at, past in self._times if at > position]
        return before[-1] if before else bool(after) and after[0]

    def _negated(self, position: int) -> bool:
        return _NEGATED.search(self.text[max(0, position - 24) : position]) is not None
