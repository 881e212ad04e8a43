"""What consent walls, paywalls, robot checks and error pages say to a visitor, by language.

Only words that a site addresses to its reader ("already a subscriber", "we and our partners"), not what a reporter
writes about subscriptions and cookies. Gathered from the wording of the common consent platforms, of publishers'
gates, and of Cloudflare's, Imperva's and DataDome's pages. A phrase too many costs little, because ``quality`` weighs
what stands beside it; a phrase that is missing lets a notice through as an article.

The tables are literal phrases over folded text, ``;`` between them, ``(a|b)`` for choices that do not nest; numbers are left
out of the text before ("our 812 partners"). The last word may be the beginning of one. One pattern of all phrases would
cost 8 microseconds a character, half an extraction; looking each word up costs 0.1.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Literal, TypeAlias

from bot.core import fold

Kind: TypeAlias = Literal["consent", "paywall", "robot", "error"]

_CONSENT = """
en: we (value|care about|respect) your privacy; (we|website|site|page) (use|uses) (|necessary |essential )cookies
en: our use of cookies; these cookies are; your privacy choices; (accept|reject|allow) (all|cookies|additional cookies)
en: cookie (policy|settings|preferences|notice|consent); and our (|trusted |third-party )partners
en: (access|store) information on (a|your) device; (store|stored)( and/or |/| and )(access|accessed)
en: (personalised|personalized) (ads|advertising|content)
en: by (continuing|using|clicking|closing|browsing|scrolling|navigating) (to|this|our|on|below); legitimate interest
en: before you continue to; (change|withdraw|manage|update|review) your (mind|choices|consent|preferences|settings)
en: (list of|our) (partners|vendors); cookies to (improve|give|ensure|provide)
en: manage (choices|preferences|settings|cookies|options|consent); scan device characteristics; precise geolocation data
en: signalled to our partners
de: (verwenden|verwendet|nutzen|nutzt|setzen) (|wir )(|und unsere partner )cookies; cookies und (ähnliche|andere|vergleichbare)
de: alle (|cookies )(akzeptieren|ablehnen); (mit|ohne) (werbung und tracking|werbetracking|tracking)
de: (ihre|ihrer|eure) (einwilligung|zustimmung|privatsphäre); unsere partner; cookie-(einstellungen|hinweis|richtlinie)
de: auf (ihrem|einem) (gerät|endgerät); datenschutz(-einstellungen|einstellungen|-center); zustimmen und
fr: (utilisons|utilise|utilisent) (|des |les )cookies; (avec |et )nos partenaires; tout (accepter|refuser)
fr: accepter et (fermer|continuer); continuer sans accepter; (paramétrer|gérer) (les|mes|vos) (cookies|choix|préférences)
fr: votre consentement; ces cookies sont; (respect de |respectons )votre vie privée; poursuivant (votre|la) navigation
es: (utilizamos|usamos|utiliza|usa) (|las )cookies; aceptar (todas|todo|y continuar|cookies|las cookies)
es: (nosotros y |y )nuestros socios; (tu|su) (consentimiento|privacidad); política de cookies
es: estas cookies son; (configurar|rechazar) (|las )cookies; (si |al )(continúa|continuar|sigue|seguir) navegando
pt: (utilizamos|usamos|utiliza|usa) (|os )cookies; aceitar (todos|tudo|cookies|e continuar); (os |e )nossos parceiros
pt: (seu|teu) consentimento; política de (cookies|privacidade); ao continuar (a navegar|navegando); (a sua|sua) privacidade
it: (utilizza|utilizziamo|usa|usiamo) (|i )(cookie|cookies); nostri (partner|fornitori)
it: (accetta|rifiuta) (tutti|tutto|e continua|i cookie); (tuo|vostro) consenso; informativa sui cookie
it: continuando (a navigare|la navigazione); continua senza accettare; (la )tua privacy
nl: (gebruiken|gebruikt|plaatsen|plaatst) (|functionele )cookies; gebruik van cookies
nl: (cookies|alles|alle) (accepteren|weigeren); onze partners; (uw|jouw) (toestemming|privacy); cookie-instellingen
pl: (używamy|wykorzystujemy|używa|wykorzystuje|korzysta z|korzystamy z) (|plików |pliki )cookie
pl: (plików|pliki|plikami|plikach) cookie; wyrażam zgodę; (twoja|twoją|twojej) (zgod|prywatność)
pl: (zaufani|zaufanych|zaufanymi) partner; przejdź do serwisu; ustawienia (|plików )cookie
ru: (использует|используем|используют|применяем) (|файлы )(cookie|куки); (файлы|файлов|файлами) (cookie|куки)
ru: вы (соглашаетесь|даете согласие|даёте согласие); продолжая (пользоваться|использовать|просмотр|работу)
ru: (обработку|обработки|обработка) персональных данных
uk: (використовує|використовуємо|використовують) (|файли )(cookie|кукі); (файли|файлів|файлами) (cookie|кукі)
uk: ви (погоджуєтес|надаєте згоду); продовжуючи (користуватися|перегляд)
tr: (çerez|çerezler|çerezleri|çerezlerden) (kullan|politika|kabul|reddet|yönet|yararlan); tümünü (kabul|reddet)
tr: kişisel verileriniz; gizlilik politikası
ar: ملفات تعريف الارتباط; الكوكيز; سياسة الخصوصية; (موافقتك|قبول) (على|الكل|جميع)
he: קובצי cookie; בעוגיות; מדיניות הפרטיות
fa: از کوکی; حریم خصوصی شما
id: menggunakan cookie; kebijakan (cookie|privasi); (terima|setujui) semua; setuju dan lanjut
sv: använder (|vi )(cookies|kakor); (acceptera|godkänn|tillåt) alla; våra (partner|samarbetspartner); ditt samtycke
da: bruger (|vi )cookies; (accepter|tillad|afvis) alle; vores (partnere|samarbejdspartnere); dit samtykke
no: bruker (|vi )(informasjonskapsler|cookies); godta alle; våre (partnere|samarbeidspartnere); ditt samtykke
fi: (käytämme|käyttää) evästeitä; hyväksy (kaikki|evästeet); evästeasetukset; suostumuksesi
cs: (používáme|používá|používají) (|soubory )cookie; (soubory|souborů) cookie; (přijmout|odmítnout) vše; (váš|svůj) souhlas
hu: (cookie-kat|cookie-t|sütiket) (használ|alkalmaz); (sütik|cookie-k) (kezel|elfogad|használ); összes elfogadása
ro: (folosim|folosește|utilizăm|utilizează) (|module )cookie; acceptă (tot|toate); politica de (cookie|confidențialitate)
el: (χρησιμοποιούμε|χρησιμοποιεί) cookie; αποδοχή όλων; πολιτική (cookie|απορρήτου)
vi: sử dụng cookie; chấp nhận tất cả; chính sách (cookie|bảo mật)
hi: कुकीज़ का (उपयोग|इस्तेमाल); कुकी का (उपयोग|इस्तेमाल); गोपनीयता नीति
zh: (使用|接受|管理)(| )(cookie|cookies); cookie(|s)(| )(政策|设置|設定); (接受|同意|允许)(所有|全部); 全部接受
zh: (您|你)的(隐私|隱私); (隐私|隱私|隱私權)政策; 同意并继续; 同意並繼續
ja: (クッキー|cookie)(を|の)(使用|利用); (全て|すべて)(受け入れ|許可|同意); プライバシーポリシー; 同意して(続ける|閲覧|利用)
ko: 쿠키(를|의|)(| )(사용|정책|설정); 모두 (동의|수락|허용); 개인정보(| )처리방침
th: ใช้คุกกี้; นโยบายคุกกี้; ยอมรับทั้งหมด
"""

_PAYWALL = """
en: subscribe (|now |today )to (continue|read|unlock|keep|get|access); (subscribers|subscriber|members) only; subscriber-only
en: (only|exclusively|reserved|available) (|to |for )(|our )subscribers
en: already (a subscriber|subscribed|a member|have an account|have a subscription); (continue|keep) reading with
en: to (continue|keep) reading; not a subscriber; (sign|log) in to (read|continue|view|access|your)
en: (login|register) to (read|continue); create (a|your)(| free) account; start your (|free |-day |-week )trial
en: cancel (anytime|any time); unlimited (|digital )access; unlock (this|the|all|every|full|unlimited)
en: you('ve| have) (reached|read|used) (your|all|the) (|free |monthly )(article|limit|last)
en: free (article|articles) (this month|remaining|left)
en: this (article|story|content) is (|only |exclusively )(for|reserved|available to)
en: support (quality|independent|local) journalism
de: (nur|exklusiv) für (|unsere |plus-|digital)abonnent; (bereits|schon) (|plus-|digital)(abonnent|registriert)
de: jetzt (abonnieren|weiterlesen|testen|kostenlos testen); zum weiterlesen; weiterlesen mit; (monatlich|jederzeit) kündbar
de: dieser (artikel|beitrag|inhalt) ist (kostenpflichtig|exklusiv|nur); (digital|plus|probe)(|-)abo; hier anmelden
de: um (den|diesen) (|ganzen )artikel; unbegrenzten zugang
fr: (réservé|réservée) (à nos|aux) abonnés; il vous reste; (déjà|pas encore) abonné; abonnez-vous
fr: pour lire (la suite|cet article); la suite (|de cet article )est réservée; sans engagement; identifiez-vous; accès illimité
es: (exclusivo|exclusiva|solo|sólo) para (|nuestros )suscriptor; (suscríbete|suscríbase) (para|por|y|a|ahora)
es: ya (soy|eres|es) suscriptor; para (seguir|continuar) leyendo; (inicia|inicie|iniciar) sesión; acceso ilimitado
pt: (exclusivo|exclusiva|apenas|só) para assinantes; já (é|sou) assinante; assine (já|agora|por|e |para)
pt: para continuar (a ler|lendo); (continue|continuar) lendo; acesso ilimitado; faça login
it: (riservato|riservata|riservati|solo) (agli|per gli) abbonati; già abbonato; abbonati (per|ora|a |e )
it: per continuare a leggere; accedi per; accesso illimitato
nl: (alleen|exclusief) voor abonnees; (al|reeds) abonnee; neem een abonnement; word (|nu )abonnee; om verder te lezen
nl: lees (onbeperkt|verder met); (onbeperkt|onbeperkte) (toegang|lezen)
pl: dla (prenumeratorów|subskrybentów); wykup (dostęp|prenumeratę|subskrypcję); masz już (konto|prenumeratę|subskrypcję)
pl: (aby|by|żeby) (czytać|przeczytać|kontynuować); zaloguj się
ru: (только|доступно) (|для )подписчик; (только|доступ|читать|доступно) по подписке; оформите подписку
ru: уже (подписаны|есть подписка); чтобы (читать|прочитать|продолжить) (дальше|далее|полностью|чтение); подпишитесь(|,) чтобы
uk: (лише|тільки) для (передплатників|підписників); (оформіть|оформити) (передплату|підписку)
uk: вже (підписані|передплатник|маєте передплату); щоб (читати|прочитати|продовжити) (далі|повністю|читання)
tr: abonelere özel; (devamını|tamamını) okumak için; abone (ol |olun|olarak okuyun); zaten abone; giriş (yap |yapın)
ar: للمشتركين فقط; (اشترك|سجل) (للقراءة|الان|الآن|لمتابعة); لمتابعة القراءة; تسجيل الدخول (للمتابعة|لمتابعة); مشترك بالفعل
he: למנויים בלבד; כבר מנוי; להמשך קריאה
id: khusus (pelanggan|anggota|member); (sudah|mulai) berlangganan; berlangganan (untuk|sekarang)
id: untuk (membaca selengkapnya|melanjutkan membaca); masuk untuk (membaca|melanjutkan)
sv: för prenumeranter; redan prenumerant; bli prenumerant; för att (läsa vidare|fortsätta läsa); läs vidare med; logga in för
da: for abonnenter; allerede abonnent; (køb|bliv) abonne; for at læse videre; læs videre med; log ind for
no: for abonnenter; allerede abonnent; (kjøp|bli) abonne; for å lese (videre|hele|saken); logg inn for
fi: (vain|avoin) tilaajille; oletko jo tilaaja; (jatka|jatkaaksesi) lukemista; tilaa nyt; kirjaudu sisään
cs: (pouze|jen) pro předplatitele; předplaťte si; už (mám|máte) předplatné; (pro|k) (čtení|přečtení) celého; přihlaste se
hu: csak előfizető; előfizetőink(|nek); fizessen elő; már előfizető; (további|tovább) olvasáshoz
ro: (doar|exclusiv) pentru abonați; abonează-te; ești deja abonat; pentru a citi (mai departe|în continuare)
el: μόνο για συνδρομητές; ήδη συνδρομητής; γίνετε συνδρομητής; για να συνεχίσετε
vi: (chỉ |)dành (|riêng )cho (thuê bao|hội viên|thành viên); đăng nhập để; để (đọc tiếp|tiếp tục đọc)
hi: सब्सक्राइब करें; सदस्यता लें; पढ़ना जारी रखने
zh: (订阅|訂閱)(后|後|以|即可); (仅限|只限)(订阅|訂閱|会员|會員|订户); (登录|登入|注册)(后|後|以)(|即可)(继续|繼續|阅读|閱讀)
zh: (继续|繼續)(阅读|閱讀)(请|請|全文); (会员|會員|订户|訂戶)(专享|專享|独享); (已是|成为|成為)(订户|訂戶|会员|會員)
ja: (有料|有料会員|会員|購読者)(限定|専用|登録); 続きを(読むには|お読み|ご覧); ログインして(続き|読む); この記事は(有料|会員)
ja: すでに会員; 今すぐ購読; 文字(| )(/|／)(| )全文
ko: (구독자|유료회원|유료 회원|회원)(| )전용; (로그인|구독)(| )(후|하시면|하고); 계속 (읽으|보)려면; 이미 구독; 지금 구독
th: (เฉพาะ|สำหรับ)สมาชิก; เข้าสู่ระบบเพื่อ
"""

_ROBOT = """
en: just a moment; checking (your browser|if the site); enable (javascript|js|cookies)
en: (javascript|js|cookies) (is|are) (disabled|required|not enabled|turned off|not available)
en: (turn on|activate|requires) javascript; (verify|verifying|confirm|prove) (|that )(you are|you're) (a |not a |human)
en: are you a robot; not a robot; unusual (traffic|activity) from; access (|to this page |to this site )(|has been |is )denied
en: captcha; (don't|do not) have permission to (access|view); request (unsuccessful|blocked|could not be satisfied); incident id
en: ray id; ddos protection; security (check to|service to protect|of your connection); (you have|you've) been blocked
en: (site|browser|your) connection is secure; automated (access|requests|queries|traffic)
en: (disable|turn off|pause|whitelist) (your|any|the) (ad blocker|adblocker|vpn); pardon our interruption; press (&|and) hold
de: (aktivieren|erlauben) sie (|bitte )javascript; javascript (aktivieren|ist deaktiviert|einschalten); kein roboter
de: ein mensch sind; zugriff (|wurde )(verweigert|blockiert|gesperrt); (sicherheitsüberprüfung|sicherheitsprüfung) (läuft|wird)
fr: (activer|activez|autoriser) (|le )javascript; pas un robot; accès (refusé|bloqué|interdit à); vérification de sécurité
es: (habilite|habilitar|active|activar|activa) (|el )javascript; no (eres|es|soy) un robot; acceso (denegado|bloqueado)
es: comprobación de seguridad
pt: (ative|habilite|ativar|habilitar) (|o )javascript; não (é|sou) um (robô|robot); acesso (negado|bloqueado)
pt: verificação de segurança
it: (abilita|abilitare|attiva|attivare) (|il )javascript; non sei un robot; accesso (negato|bloccato); controllo di sicurezza
nl: javascript (in te schakelen|inschakelen|aan te zetten); schakel javascript; geen robot; toegang (geweigerd|geblokkeerd)
nl: beveiligingscontrole
pl: (włącz|włączyć) (|obsługę )javascript; nie jesteś robotem; (odmowa|brak) dostępu; dostęp (zablokowany|zabroniony)
ru: включите javascript; (вы |что вы )не робот; доступ (запрещен|запрещён|ограничен|заблокирован|к сайту); проверка безопасности
ru: проверяем ваш браузер
uk: (увімкніть|ввімкніть) javascript; (ви |що ви )не робот; доступ (заборонено|обмежено|заблоковано)
tr: javascript'i (etkin|aç); robot olma; erişim (engellen|reddedil); güvenlik kontrol
ar: لست روبوت; (تفعيل|تمكين) (جافا|javascript); (رفض|حظر) الوصول
id: aktifkan javascript; bukan robot; akses (ditolak|diblokir)
sv: aktivera javascript; inte (|är )en robot; åtkomst nekad
zh: (启用|啟用|开启|開啟)(| )javascript; (人机|人機|真人|安全)(验证|驗證); 不是机器人; 不是機器人; (访问|存取)被拒; 拒绝访问
ja: javascript(を|が)(有効|無効); ロボットでは; アクセスが(拒否|制限); 人間であること
ko: (자바스크립트|javascript)(를|가) (활성화|사용|허용); 로봇이 아닙니다; (접근|접속|액세스)(이|가|)(| )(거부|차단|제한)
"""

_ERROR = """
en: page (|you requested |you are looking for |you were looking for )(was not|is not|could not be|cannot be) (found|available)
en: page (|you requested |you are looking for |you were looking for )(can't be|isn't|doesn't) (found|available|exist)
en: page not found; (page|article|link|content) (is|may be) no longer (available|exists)
en: page (you are|you were|you're) looking for; no longer (available|exists) (on|at) (this|our); internal server error
en: bad gateway; gateway timeout; service (is |)(temporarily |)unavailable; something went wrong
en: (not|un)available (for legal reasons|in your (country|region|location)); not available in your (country|region|location)
en: unavailable (for legal reasons|in your country|in your region); (go |)back to (|the |our )(homepage|home page)
de: seite (|wurde |konnte )(|leider )nicht gefunden; diese seite existiert nicht; interner serverfehler; wartungsarbeiten
fr: page (introuvable|non trouvée|n'existe); cette page n'est (plus|pas) disponible
es: página no (encontrada|existe|está disponible); no (hemos |se ha )encontrado la página
pt: página não (encontrada|existe|está disponível)
it: pagina non (trovata|disponibile|esiste)
nl: pagina (|is )niet (gevonden|beschikbaar)
pl: (strona|strony) nie (została znaleziona|znaleziono|istnieje|można znaleźć)
ru: страница (|была )(не найдена|не существует|удалена)
uk: (сторінку|сторінка) не (знайдено|знайдена|існує)
tr: sayfa bulunamadı; aradığınız sayfa
ar: الصفحة (غير موجودة|المطلوبة غير|التي تبحث)
id: halaman (tidak ditemukan|yang anda cari)
sv: sidan (kunde inte|finns inte|hittades inte)
zh: (页面|頁面|网页|網頁)(不存在|未找到|找不到); 找不到(页面|頁面|网页|網頁)
ja: ページ(が|は)(見つかり|存在し|表示でき)
ko: 페이지를 찾을 수 없; 존재하지 않는 페이지
"""

_TABLES: dict[Kind, str] = {"consent": _CONSENT, "paywall": _PAYWALL, "robot": _ROBOT, "error": _ERROR}

# Words of these languages are not found by their borders: they have none, or (Korean) particles grow onto them.
_UNSPACED = frozenset({"zh", "ja", "ko", "th"})
_UNSPACED_LETTER = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d[\d.,]*\s?")


def kind(folded: str) -> Kind | None:
    """What sort of notice a folded sentence or line belongs to; None for anything a reporter may have written."""
    text = _NUMBER.sub("", folded)
    by_word, unspaced = _phrases()
    for word in _WORD.finditer(text):
        for phrase, name in by_word.get(word[0], ()):
            if text.startswith(phrase, word.start()):
                return name
    if not _UNSPACED_LETTER.search(text):
        return None
    return next((name for phrase, name in unspaced if phrase in text), None)


Phrases: TypeAlias = list[tuple[str, Kind]]


@cache
def _phrases() -> tuple[dict[str, Phrases], Phrases]:
    """The tables spelled out, folded as the text will be: by their first word, and those that may stand anywhere."""
    by_word: defaultdict[str, Phrases] = defaultdict(list)
    unspaced: Phrases = []
    for name, table in _TABLES.items():
        for line in table.strip().splitlines():
            language, _, phrases = line.partition(": ")
            for phrase in itertools.chain.from_iterable(map(_spelled_out, phrases.split("; "))):
                first = _WORD.search(phrase)
                if language in _UNSPACED or first is None:
                    unspaced.append((phrase, name))
                else:
                    by_word[first[0]].append((phrase[first.start() :], name))
    return dict(by_word), unspaced


def _spelled_out(phrase: str) -> Iterator[str]:
    parts = [part.split("|") for part in re.split(r"[()]", phrase)]
    return (fold.fold("".join(choice)).text for choice in itertools.product(*parts))
