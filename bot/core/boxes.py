"""How the boxes around an article begin, by language: related headlines, newsletters, sponsors, authors' notes.

Only what a site says of itself at the beginning of a line, in full or before a colon. Gathered from the templates of news sites
and content systems in these languages. A phrase that is missing costs little: ``match/passages`` tells lists by their shape.
Literal phrases over folded text (``fold``), ``;`` between them.
"""

from __future__ import annotations

import re
from functools import cache

from bot.core import fold

_RELATED = """
en: read more; read next; read also; also read; see also; more on this; more on this story; more from; more stories; related; \
related stories; related articles; related coverage; related topics; recommended; recommended for you; you may also like; \
you might also like; most read; most popular; trending; trending now; top stories; latest news; latest stories; up next; \
don't miss; in case you missed it; elsewhere; further reading; more headlines; editors' picks; editor's picks; popular now
de: mehr zum thema; lesen sie auch; lesen sie mehr; auch interessant; weitere artikel; weitere meldungen; weitere themen; \
das könnte sie auch interessieren; meistgelesen; mehr lesen; zum thema; empfohlen; aus dem archiv; siehe auch
fr: lire aussi; à lire aussi; à lire; a lire aussi; voir aussi; sur le même sujet; articles liés; les plus lus; à découvrir; \
nos articles; pour aller plus loin; plus d'articles; à voir aussi; dans la même rubrique
es: lea también; lee también; leer más; le puede interesar; te puede interesar; también te puede interesar; \
noticias relacionadas; artículos relacionados; más leídas; lo más leído; más noticias; ver también; más información; relacionadas
pt: leia também; leia mais; veja também; saiba mais; notícias relacionadas; artigos relacionados; mais lidas; mais lidos; \
recomendado; ler também; pode gostar; veja mais
it: leggi anche; leggi tutto; vedi anche; articoli correlati; potrebbe interessarti; i più letti; altre notizie; approfondisci; \
ti potrebbe interessare; notizie correlate
nl: lees ook; lees meer; lees verder; gerelateerd; gerelateerde artikelen; meer over dit onderwerp; meest gelezen; bekijk ook
pl: czytaj także; czytaj też; czytaj również; czytaj więcej; zobacz także; zobacz też; zobacz również; przeczytaj także; \
przeczytaj też; polecane; najczęściej czytane; powiązane; warto przeczytać
cs: čtěte také; přečtěte si také; související články; související; nejčtenější
sv: läs också; läs även; läs mer; mer om; mest läst; relaterat
da: læs også; læs mere; mest læste; relateret
no: les også; les mer; mest lest; relatert
fi: lue myös; lue lisää; luetuimmat; aiheesta lisää
el: διαβάστε επίσης; διαβάστε ακόμη; δείτε επίσης; δείτε ακόμη; σχετικά άρθρα; δημοφιλή
tr: ayrıca okuyun; bunu da okuyun; ilgili haberler; ilgili haber; benzer haberler; çok okunanlar; öne çıkanlar; daha fazla
ru: читайте также; читать также; читайте ещё; читать далее; смотрите также; по теме; материалы по теме; похожие новости; \
другие новости; популярное; ещё по теме; новости по теме
uk: читайте також; читайте ще; дивіться також; за темою; матеріали за темою; популярне; інші новини
bg: прочетете още; вижте още; още по темата; свързани
ro: citește și; citeşte şi; citiți și; vezi și; articole similare; cele mai citite
hu: olvassa el; kapcsolódó cikkek; ajánlott; legolvasottabb
sr: pročitajte još; pročitajte i; povezane vesti; najčitanije
ar: اقرأ أيضا; إقرأ أيضا; اقرأ أيضًا; اقرأ المزيد; إقرأ المزيد; مواضيع ذات صلة; أخبار ذات صلة; موضوعات ذات صلة; الأكثر قراءة; \
شاهد أيضا; قد يهمك; قد يعجبك; مقالات ذات صلة
fa: بیشتر بخوانید; همچنین بخوانید; مطالب مرتبط; اخبار مرتبط; پربازدیدترین
he: קראו גם; קרא עוד; כתבות נוספות; עוד בנושא; הנקראות ביותר
hi: यह भी पढ़ें; ये भी पढ़ें; और पढ़ें; संबंधित खबरें; संबंधित समाचार
bn: আরও পড়ুন; আরো পড়ুন; সম্পর্কিত খবর
ur: مزید پڑھیں; یہ بھی پڑھیں; متعلقہ خبریں
id: baca juga; baca selengkapnya; berita terkait; artikel terkait; terpopuler; simak juga; lihat juga
vi: đọc thêm; xem thêm; tin liên quan; bài viết liên quan; có thể bạn quan tâm
th: อ่านเพิ่มเติม; ข่าวที่เกี่ยวข้อง; อ่านต่อ
zh: 相关阅读; 相关新闻; 相关报道; 延伸阅读; 推荐阅读; 更多新闻; 热门新闻; 相關新聞; 相關閱讀; \
延伸閱讀; 推薦閱讀; 更多新聞; 相關報導; 猜你喜欢
ja: 関連記事; 関連ニュース; あわせて読みたい; 合わせて読みたい; こちらもおすすめ; おすすめ記事; 人気記事; アクセスランキング
ko: 관련 기사; 관련기사; 관련 뉴스; 많이 본 뉴스; 추천 기사; 인기 기사; 함께 보면 좋은 기사
am: ተጨማሪ ያንብቡ; ተዛማጅ ዜናዎች
sw: soma pia; soma zaidi; habari zinazohusiana
"""
_NEWSLETTER = """
en: sign up; subscribe; newsletter; get our newsletter; get the newsletter; join our newsletter; follow us; download our app
de: newsletter; jetzt abonnieren; abonnieren sie; folgen sie uns
fr: newsletter; inscrivez-vous; abonnez-vous; suivez-nous; recevez
es: newsletter; boletín; suscríbete; suscríbase; síguenos; regístrate
pt: newsletter; assine; inscreva-se; siga-nos; subscreva
it: newsletter; iscriviti; abbonati; seguici
nl: nieuwsbrief; abonneer; volg ons; meld je aan
pl: newsletter; zapisz się; subskrybuj
ru: подписывайтесь; подпишитесь; рассылка
uk: підписуйтесь; підпишіться
tr: bültenimize; abone olun
ar: اشترك; تابعونا; النشرة البريدية
id: berlangganan; ikuti kami
zh: 订阅; 訂閱; 关注我们; 關注我們
ja: メルマガ; ニュースレター; 購読
ko: 구독; 뉴스레터
"""
_SPONSOR = """
en: sponsored; sponsored content; advertisement; advertorial; paid content; presented by; brought to you by; a message from; \
our sponsor; partner content
de: anzeige; werbung; sponsored
fr: publicité; contenu sponsorisé; sponsorisé
es: publicidad; contenido patrocinado; patrocinado
pt: publicidade; conteúdo patrocinado
it: pubblicità; contenuto sponsorizzato
nl: advertentie; gesponsord
pl: reklama; materiał sponsorowany
ru: реклама; на правах рекламы
uk: реклама
tr: reklam
ar: إعلان; محتوى برعاية
zh: 广告; 廣告; 赞助内容
ja: 広告; スポンサー
ko: 광고
"""
_AUTHOR = """
en: about the author; about the writer; about us
de: über den autor; über die autorin; zur person
fr: à propos de l'auteur; à propos de l'autrice
es: sobre el autor; sobre la autora; acerca del autor
pt: sobre o autor; sobre a autora
it: l'autore; sull'autore
nl: over de auteur
ru: об авторе
"""
_KINDS = {
    "related headlines": _RELATED,
    "a newsletter box": _NEWSLETTER,
    "a sponsor's box": _SPONSOR,
    "an author's note": _AUTHOR,
}


def kind(line: str) -> str | None:
    """What box the line opens, judged by its beginning, which must be folded; None when it looks like text."""
    found = _pattern().match(line)
    return None if found is None else _names()[found.lastgroup or ""]


@cache
def _names() -> dict[str, str]:
    return {f"kind{number}": name for number, name in enumerate(_KINDS)}


@cache
def _pattern() -> re.Pattern[str]:
    """One alternation: labels followed by a colon, a bar, an arrow or the line's end; long ones by a word's end."""
    groups = []
    for group, table in zip(_names(), _KINDS.values(), strict=True):
        phrases = {
            fold.fold(phrase.strip()).text
            for line in table.replace("\\\n", "").strip().splitlines()
            for phrase in line.partition(":")[2].split(";")
        }
        ordered = sorted(phrases, key=len, reverse=True)
        groups.append(f"(?P<{group}>{'|'.join(map(re.escape, ordered))})")
    return re.compile(rf"\W{{0,4}}(?:{'|'.join(groups)})\s*(?:$|[:\uff1a|>\u2192\u00bb\u203a-])")
