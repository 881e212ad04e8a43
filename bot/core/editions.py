"""The editions of news search engines: which language, which letters, and how an edition is asked for.

Google publishes no list. These are the editions that news.google.com offers in its menu of languages and regions and that public
feed lists use in this form (hl: language, gl: country, ceid: both); none could be asked when this was written. Languages that
menu does not have (Danish, Finnish, Estonian, Croatian, Persian, Urdu ...) are left out. ``market`` is Bing's ``mkt``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One language of a search. ``code``: what the user writes; ``names``: what it is called in English, in small letters.

    ``alone``: a name in these letters, of no language that is named, is taken for one of this language.
    """

    code: str
    title: str
    names: tuple[str, ...]
    script: str
    hl: str
    gl: str
    ceid: str
    market: str
    alone: bool


def _edition(row: str) -> Edition:
    code, title, script, hl, ceid, market, *alone = row.split("|")
    words = title.partition(" (")[0].lower()
    gl = ceid.partition(":")[0]
    return Edition(
        code=code, title=title, names=(words,), script=script, hl=hl, gl=gl, ceid=ceid, market=market, alone=bool(alone)
    )  # fmt: skip


# code | title | letters | hl | ceid | mkt | alone
_TABLE = """
en|English|latin|en-US|US:en|en-US
fr|French|latin|fr|FR:fr|fr-FR
de|German|latin|de|DE:de|de-DE
es|Spanish|latin|es|ES:es|es-ES
pt|Portuguese|latin|pt-BR|BR:pt-419|pt-BR
it|Italian|latin|it|IT:it|it-IT
nl|Dutch|latin|nl|NL:nl|nl-NL
pl|Polish|latin|pl|PL:pl|pl-PL
cs|Czech|latin|cs|CZ:cs|cs-CZ
sk|Slovak|latin|sk|SK:sk|sk-SK
hu|Hungarian|latin|hu|HU:hu|hu-HU
ro|Romanian|latin|ro|RO:ro|ro-RO
sv|Swedish|latin|sv|SE:sv|sv-SE
no|Norwegian|latin|no|NO:no|nb-NO
lv|Latvian|latin|lv|LV:lv|lv-LV
lt|Lithuanian|latin|lt|LT:lt|lt-LT
sl|Slovene|latin|sl|SI:sl|sl-SI
tr|Turkish|latin|tr|TR:tr|tr-TR
el|Greek|greek|el|GR:el|el-GR|alone
ru|Russian|cyrillic|ru|RU:ru|ru-RU|alone
uk|Ukrainian|cyrillic|uk|UA:uk|uk-UA
bg|Bulgarian|cyrillic|bg|BG:bg|bg-BG
sr|Serbian|cyrillic|sr|RS:sr|sr-RS
ar|Arabic|arabic|ar|EG:ar|ar-EG|alone
he|Hebrew|hebrew|he|IL:he|he-IL|alone
hi|Hindi|devanagari|hi|IN:hi|hi-IN|alone
bn|Bengali|bengali|bn|BD:bn|bn-BD|alone
ta|Tamil|tamil|ta|IN:ta|ta-IN|alone
te|Telugu|telugu|te|IN:te|te-IN|alone
ml|Malayalam|malayalam|ml|IN:ml|ml-IN|alone
id|Indonesian|latin|id|ID:id|id-ID
vi|Vietnamese|latin|vi|VN:vi|vi-VN
th|Thai|thai|th|TH:th|th-TH|alone
ja|Japanese|kana|ja|JP:ja|ja-JP|alone
ko|Korean|hangul|ko|KR:ko|ko-KR|alone
zh-CN|Chinese (mainland)|han|zh-CN|CN:zh-Hans|zh-CN|alone
zh-TW|Chinese (Taiwan)|han|zh-TW|TW:zh-Hant|zh-TW|alone
"""

# By code, in the order of the table: the languages of most of the world's newsrooms first.
EDITIONS: Mapping[str, Edition] = {
    edition.code: edition for edition in map(_edition, filter(None, map(str.strip, _TABLE.splitlines())))
}
