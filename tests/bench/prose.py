"""Text in many languages that means nothing, but is spelled like news: the same for a seed on every machine.

A text is of one language; half of its words are that language's small words, the rest are built of its syllables and drawn as
rarely and as often as words are (Zipf). Marks are those of news sites: curly quotes, dashes, no-break spaces, ellipses.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import accumulate

_LEXICON = 3_000  # words of a language besides the small ones


@dataclass(frozen=True, kw_only=True)
class Tongue:
    """A language. ``share``: of all texts; ``spaced``: it puts spaces, and its terms are whole words to everyone."""

    name: str
    share: float
    small: str
    syllables: str
    endings: str
    marks: str = "“ ” – ’s …"
    gap: str = " "
    stop: str = "."
    terms: bool = True


TONGUES = (
    Tongue(
        name="English", share=0.44, marks="“ ” — ’s ’t",
        small="the of and in to a was is for on as with by that from at his he an it which are this be but or had not their after",
        syllables="con tra pro ment ing ver der ster ate ford port land wick son ham ter ble cra stri mon per vis gen al or lim pet nor",
        endings="s ed ing er ly tion ment al - - -",
    ),
    Tongue(
        name="German", share=0.07, marks="„ “ – ß",
        small="der die und in von den mit das im auf für ist des dem eine ein zu als bei nach wurde sich auch über während große",
        syllables="ver ge sch ung heit lich burg tag wald stein haus rat kanz tor fahr grün schließ öst mann berg strom ent vor",
        endings="en er ung ung s lich - -",
    ),
    Tongue(
        name="French", share=0.07, marks="« » ’ \u00a0: \u00a0!",
        small="de la le les des et en un une du à dans est que pour qui sur par au avec été plus ont après été où",
        syllables="pré con tra mar che lé tion neur vil roi gou ver ne ment é cou ran bas té fran çai se mé dia",
        endings="s e es ment tion é ée eur - -",
    ),
    Tongue(
        name="Spanish", share=0.06, marks="« » “ ” —",
        small="de la que el en y a los del se las por un para con no una su al es lo como más pero sus le ya según",
        syllables="ca mi gue rra ción pre si den te mar cos na dor es ta ble pue se ñor go bier mon ta lar",
        endings="s es ción ado ada mente - -",
    ),
    Tongue(
        name="Italian", share=0.04, marks="« » ’",
        small="di e il la che in un a per è una con del non della sono le dei nel al da si più alla anche dopo così",
        syllables="pro get to re pub bli ca mon te sa lu go ver no par ti zio ne stra da bel la cit",
        endings="i e o a mente zione - -",
    ),
    Tongue(
        name="Polish", share=0.04, marks="„ ” –",
        small="w i na z do się nie że jest o to od po za przez dla jak jego był oraz ale tym także już były",
        syllables="pol szcz prze zna ka wi ński rząd mia sto dzie łącz ro bo tnik war ków gó ra my śl",
        endings="y a ów ami em ego ście - -",
    ),
    Tongue(
        name="Turkish", share=0.03, marks="“ ” ’nin", terms=False,
        small="ve bir bu için ile da de olarak olan çok daha en gibi kadar sonra ise İstanbul değil ancak İzmir ilk yıl",
        syllables="baş kan lık tür ki ye gü ven yö ne tim ka ra ış çı söz leş me dı şiş lar iş",
        endings="lar ler ın in da ı dır - -",
    ),
    Tongue(
        name="Vietnamese", share=0.02, marks="“ ”", terms=False,
        small="và của là trong được có cho các một với không những người này đã từ đến về khi tại năm ở để",
        syllables="thành phố nước việt nam trường đại học chính phủ kinh tế nghị quyết",
        endings="-",
    ),
    Tongue(
        name="Russian", share=0.07, marks="« » —",
        small="в и на не что с он по как из у за от для это его к так о же но при был после также где",
        syllables="пра ви тель ство рос сий ско го во ен ный мос ква пре зи дент за яв лен мир сто ро на дер жав",
        endings="а ы ов ам ами ой ый ого ние - -",
    ),
    Tongue(
        name="Greek", share=0.02, marks="« »",
        small="και το η ο να του της με που την από για τα στο είναι των θα σε δεν στην ότι τον οι",
        syllables="κυ βέρ νη ση πρω θυ πουρ γός ελ λά δα χώ ρα πο λι τι κή μεγ άλ υπουρ ασφ",
        endings="ς α ου ων ες - -",
    ),
    Tongue(
        name="Arabic", share=0.03, marks="« » ،", stop=".", terms=False,
        small="في من على إلى أن عن مع هذا التي الذي ما لا بعد كان قد بين هذه كما أو خلال قبل حيث",
        syllables="حكو مة رئي س ولا ية عسك رية شر كة مجل س اتفا ق مدي نة سلا م",
        endings="ات ين ون ها ية - -",
    ),
    Tongue(
        name="Persian", share=0.02, marks="« » \u200cها \u200cای", terms=False,
        small="و در به از که این را با است برای آن یک خود تا کرد بر هم نیز شد پس باید",
        syllables="دول ت ایر ان رئی س جمه ور شر کت نظا می توا فق کشو ر",
        endings="ها ی ان - -",
    ),
    Tongue(
        name="Hindi", share=0.02, marks="“ ”", stop="।", terms=False,
        small="के में की है से का और को पर यह ने कि हैं एक लिए भी इस कर तो हो ही या था",
        syllables="सर का र भा रत मंत् री दे श प्र धा न सं सद यु द्ध स मझौ ता",
        endings="ों ी े - -",
    ),
    Tongue(
        name="Chinese", share=0.03, marks="“ ” 、 ：", gap="", stop="。", terms=False,
        small="的 了 在 是 和 有 为 不 这 与 对 中 上 也 将 年 月 日 说 后",
        syllables="政 府 国 家 会 议 经 济 发 展 公 司 技 术 军 事 合 作 总 统 表 示 问 题 安 全 人 工 智 能",
        endings="-",
    ),
    Tongue(
        name="Japanese", share=0.02, marks="「 」 、 ・", gap="", stop="。", terms=False,
        small="の に は を た が で て と し れ さ も から など する いる ある こと",
        syllables="政 府 会 社 技 術 契 約 防 衛 米 国 発 表 シス テム サー ビス デー タ 新 聞",
        endings="-",
    ),
    Tongue(
        name="Korean", share=0.02, marks="“ ” ‘ ’", terms=False,
        small="이 그 및 수 있다 등 한 것 위해 대한 지난 또 더 따르면 밝혔다 했다",
        syllables="정 부 대 통 령 한 국 회 의 기 술 계 약 국 방 미 래 산 업",
        endings="은 는 이 가 을 를 에서 의 -",
    ),
)  # fmt: skip


@dataclass(kw_only=True)
class Prose:
    """Texts and terms, drawn from a seed. A word once drawn as a term is in no text unless it is put there."""

    seed: int
    _lexicons: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._draw = random.Random(f"prose {self.seed}")
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(_LEXICON)))
        for tongue in TONGUES:
            self._lexicons[tongue.name] = [self._word(tongue) for _ in range(_LEXICON)]

    def texts(self, count: int, mean: int) -> list[tuple[Tongue, str]]:
        """So many texts, of half to twice ``mean`` characters."""
        shares = [tongue.share for tongue in TONGUES]
        chosen = self._draw.choices(TONGUES, shares, k=count)
        return [
            (tongue, self._text(tongue, self._draw.choice((mean // 2, mean // 2, mean, mean, 2 * mean)))) for tongue in chosen
        ]

    def terms(self, count: int) -> list[str]:
        """So many different names in Latin, Cyrillic and Greek letters that no lexicon holds."""
        known = {word.lower() for words in self._lexicons.values() for word in words}
        known.update(word.lower() for tongue in TONGUES for word in tongue.small.split())
        tongues = [tongue for tongue in TONGUES if tongue.terms]
        shares = [tongue.share for tongue in tongues]
        found: dict[str, str] = {}
        while len(found) < count:
            (tongue,) = self._draw.choices(tongues, shares)
            name = "".join(self._draw.choices(tongue.syllables.split(), k=self._draw.choice((2, 2, 3, 3, 4)))).capitalize()
            if len(name) > 4 and name.lower() not in known:
                found.setdefault(name.lower(), name)
        return list(found.values())

    def put(self, text: str, words: list[str]) -> str:
        """The text with some words in it, each between two others."""
        parts = text.split(" ")
        for word in words:
            parts.insert(self._draw.randrange(1, len(parts)), word)
        return " ".join(parts)

    def some(self, of: list[str], most: int) -> list[str]:
        """One to ``most`` of these, one of them perhaps twice."""
        return self._draw.choices(of, k=self._draw.randint(1, most))

    def _word(self, tongue: Tongue) -> str:
        root = "".join(self._draw.choices(tongue.syllables.split(), k=self._draw.choice((1, 1, 2, 2, 3))))
        ending = self._draw.choice(tongue.endings.split())
        word = root + ("" if ending == "-" else ending)
        return word.capitalize() if self._draw.random() < 0.15 else word

    def _text(self, tongue: Tongue, length: int) -> str:
        sentences: list[str] = []
        size = 0
        while size < length:
            sentences.append(self._sentence(tongue))
            size += len(sentences[-1]) + 1
        return ("\n" if self._draw.random() < 0.3 else " ").join(sentences)

    def _sentence(self, tongue: Tongue) -> str:
        count = self._draw.randint(7, 22)
        small, marks = tongue.small.split(), tongue.marks.split(" ")
        words = [
            self._draw.choice(small)
            if self._draw.random() < 0.5
            else self._draw.choices(self._lexicons[tongue.name], cum_weights=self._weights)[0]
            for _ in range(count)
        ]
        for _ in range(self._draw.choice((0, 0, 1, 2))):
            at = self._draw.randrange(count)
            words[at] += self._draw.choice(marks) if self._draw.random() < 0.7 else ","
        sentence = tongue.gap.join(words)
        return sentence[0].upper() + sentence[1:] + tongue.stop
