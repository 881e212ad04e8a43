"""The concepts of the shipped story, language by language: which words of a sentence stand for OpenAI, NATO, the Pentagon.

The sentences are our own, written as newsrooms write. A row marks what must be found, all of it and nothing else, with the
first letter of the concept: "{n:NATO} waits". A short form counts only where the row holds a full form of its concept too.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from bot.core import fold, match, query, scan
from bot.model import Story

SHIPPED = tomllib.loads((Path(__file__).parents[2] / "config/stories.toml").read_text())
MARKS = {"o": "openai", "n": "nato", "p": "pentagon"}
_MARK = re.compile(r"\{([onp]):([^{}]+)\}")

ROWS = {
    "English": [
        "{o:OpenAI} is in talks with {n:NATO}, {o:Altman} told staff; {n:the alliance}'s networks are unclassified",
        "{p:Pentagon}-{o:OpenAI} deal: {p:the department} will use {o:ChatGPT} on classified networks, {p:Hegseth} says",
        "The {o:ChatGPT}-maker, the {o:ChatGPT} owner and {o:Sam Altman's firm} are one: {o:OPENAI}",
        "{o:OpenAI}'s agreement with {p:the Department of War}, until 2025 {p:the Department of Defense}",
        "{p:DEFENSE DEPARTMENT} AND {p:WAR DEPARTMENT} WEIGH {o:OPENAI} OFFER",
        "{o:OpenAI} signs {p:deal with the US military}; {p:US military} staff may use it from May, the {p:DoD} memo says",
        "{o:Open AI's} offer, {o:Open AI in talks} with {n:Nato}, and {o:Open AI} again",
        "{o:OPEN AI SIGNS} {p:PENTAGON} CONTRACT",
        "{o:Altman's company} courts the {n:North Atlantic Treaty} Organisation",
        "{n:NATO}'s {n:Rutte} said the {n:military alliance} was looking at {o:GPT-5}, {o:OpenAI} said",
        "The {p:U.S. Department of Defence}, or {p:Department of Defence}; {p:the Department} too",
        "Soldiers log in at {p:GenAI.mil}, the {p:Pentagon}’s portal",
        "#{o:OpenAI} #{n:NATOsummit} @{o:OpenAI} {o:openai}.com",
        "{o:O\u00adpenAI} meets {n:NA\u200bTO} at the {p:Ｐｅｎｔａｇｏｎ}",
        "Australia's Department of Defence has picked a chatbot",
        "Open AI models are catching up, and open AI is a public good, says the author of Open AI Systems",
        "A regular pentagon has five sides; a pentagon-shaped tower is pentagonal",
        "The senator, a coordinator and Renato met in the Department of War Studies at King's College",
        "The alliance of carmakers told the department that Altman, the military and Brockman agree",
        "OpenAIRE indexes papers; opened AI, Open Ai-Weiwei show, reopenai",
        "US troops left, and it gave us military help",
        "The {p:Pentagon} calls it a last resort; the alliance and the resort lie in Nation, Natomas and Natoli",
    ],
    "French": [
        "Le créateur de {o:ChatGPT} discute avec l’{n:OTAN} : un contrat de l'{n:Otan} serait proche, {n:l’Alliance} se tait",
        "{o:OpenAI} et le {p:Pentagone} : {o:Altman} défend l'accord, {p:le ministère} aussi",
        "{p:Le ministère américain de la Guerre}, ex-{p:ministère américain de la Défense}, choisit {o:OpenAI}",
        "{n:L'ALLIANCE ATLANTIQUE} CHOISIT {o:OPENAI}, LE {p:PENTAGONE} AUSSI",
        "L'offre d'{o:Open AI} vise les réseaux {n:otaniens} de l'{n:OTAN}",
        "L’{p:armée américaine} et le {p:Pentagone}",
        "L'alliance entre deux éditeurs inquiète le ministère; l'armée française hésite; un pentagone régulier",
        "Il est natif de Nantes et otage de son image",
    ],
    "German": [
        "{o:OpenAI} verhandelt mit der {n:Nato}, {n:das Bündnis} schweigt; ein {n:NATO}-Vertrag wäre der erste",
        "{o:OpenAIs} Vertrag mit dem {p:US-Kriegsministerium} ist der zweite nach dem des {p:US-Verteidigungsministeriums}",
        "Der {p:Pentagon}-Deal des {o:ChatGPT}-Entwicklers: {o:Altmans} Leute murren über {o:OpenAI}",
        "{o:Altmans Firma} hilft dem {p:Pentagon}, {p:das Ministerium} dankt; {p:US-Militärs} zögern",
        "Das {p:amerikanische Verteidigungsministerium} und {n:Nordatlantikpakt}-Stäbe",
        "Gespräche mit {o:Open AI}, dem Rivalen; die {o:Open-AI}-Aktie; {o:OpenAI}",
        "Das Bündnis 90 und die Allianz versichern: Das Ministerium prüft offene KI, Renate ist Nation",
        "Otanio heißt ein Ort; das Pentagramm hat fünf Zacken, das Verteidigungsministerium in Berlin auch",
    ],
    "Spanish": [
        "{o:OpenAI} negocia con la {n:OTAN}, {n:la Alianza} no comenta; Bogotá dice {n:Otan}",
        "El {p:Pentágono} firma con el creador de {o:ChatGPT}: {o:Altman} habla de {o:OpenAI}",
        "{p:El Departamento de Guerra}, antes {p:Departamento de Defensa}, y {p:el Departamento} otra vez",
        "{p:PENTÁGONO} Y {p:PENTAGONO} EN TITULARES; {p:Ministerio de Defensa de EE}. UU.; {p:ministerio de defensa de EEUU}",
        "{n:La Alianza Atlántica} estudia la oferta de Altman",
        "La {o:empresa de Altman} y la Organización del {n:Tratado del Atlántico Norte}",
        "El pentágono regular tiene cinco lados; líder nato, nacida para ello, enemigos natos",
        "La alianza con el departamento de ventas; la ota n",
    ],
    "Portuguese": [
        "{o:OpenAI} negoceia com a {n:NATO}; {n:a Aliança} não comenta",
        "A dona do {o:ChatGPT} avalia contrato com a {n:Otan}, a {n:OTAN} {n:da Aliança Atlântica}",
        "O {p:Pentágono}, {p:o Departamento de Guerra} dos EUA, assinou; {p:militares americanos} usam {o:OpenAI}",
        "O {p:Ministério da Defesa dos EUA} e {p:o Departamento da Defesa}",
        "Parceria da empresa com {o:Open AI}; {o:Altman} e a {o:OpenAI}",
        "Um poeta nato; um pentágono; a aliança de casamento; o departamento pessoal",
    ],
    "Italian": [
        "{o:OpenAI} tratta con la {n:Nato}, {n:dell'Alleanza} parla {n:Rutte}; {n:l'Alleanza Atlantica} tace",
        "Il {p:Pentagono} sceglie l'azienda di {o:ChatGPT}; {o:Altman} e {o:OpenAI} esultano",
        "{p:Il Dipartimento della Guerra}, già {p:Dipartimento della Difesa}, e {p:il Dipartimento} stesso",
        "Il {p:ministero della Difesa americano} e la {o:società di Altman}",
        "È nato a Roma: Nato in via Appia, vive nel Lazio",
        "Una pianta a pentagono, i pentagoni regolari",
        "L'alleanza dei vini; il dipartimento di fisica; i natoli",
    ],
    "Dutch": [
        "{o:OpenAI} praat met de {n:NAVO}; {n:Navo}-netwerken van het {n:bondgenootschap}",
        "Het {p:Amerikaanse ministerie van Oorlog} en het {p:Pentagon}: {p:het ministerie} wil {o:ChatGPT}",
        "De {o:ChatGPT}-maker en het {n:Noord-Atlantische bondgenootschap}",
        "Een bod {o:van Open AI}; het {o:bedrijf van Altman}",
        "Steun van open AI-modellen; het bondgenootschap van boeren; het ministerie",
    ],
    "Polish": [
        "{o:OpenAI} rozmawia z {n:NATO}: sieci {n:natowskie}, {n:Sojusz} milczy, w {n:Sojuszu} spokój",
        "Umowa z {p:Pentagonem}: {p:Departament Wojny}, dawniej {p:Departament Obrony}; {p:resortu} nie pytano",
        "Twórca {o:ChataGPT} i {o:Sama Altmana}, {o:Altmanem} zajmie się {o:OpenAI}",
        "{n:Sojuszem Północnoatlantyckim} kieruje {n:Rutte}; {n:Pakt Północnoatlantycki}",
        "{p:Amerykańskie ministerstwo obrony} i {p:wojska USA}, {p:armia USA}",
        "Sojusz partii, sojusznicy, resort zdrowia, natowy, pięciokąt",
    ],
    "Czech": [
        "{o:OpenAI} jedná s {n:NATO}, {n:aliance} mlčí; {n:Severoatlantickou alianci} zajímá {o:ChatGPT}",
        "Dohoda s {p:Pentagonem}: {p:americké ministerstvo obrany}, nově {p:ministerstvo války}",
        "{p:Ministerstvem obrany USA}, o {p:Pentagonu}, v {p:Pentagonu}; {o:Samem Altmanem}",
        "{o:Altmanova firma} a tvůrce {o:ChatGPT}",
        "Aliance pojišťoven; ministerstvo obrany; pětiúhelník; nátož",
    ],
    "Slovak": [
        "{o:OpenAI} rokuje s {n:NATO}; {n:Severoatlantická aliancia}, {n:aliancie} sa to netýka",
        "{p:Pentagón}, {p:Pentagónom}: {p:americké ministerstvo vojny}",
        "{p:Ministerstvo obrany USA} a {n:natovské} siete",
        "Aliancia chovateľov; ministerstvo vnútra",
    ],
    "Hungarian": [
        "Az {o:OpenAI} a {n:NATO}-val tárgyal, {n:a szövetség} hallgat",
        "A {p:Pentagonnal} kötött szerződés: {p:amerikai hadügyminisztérium}, {p:a minisztérium}",
        "Az {n:Észak-atlanti Szerződés} Szervezete; {p:amerikai védelmi minisztériumban}",
        "{o:Sam Altmannal} az {o:Altman cége} élén",
        "A szövetségi kormány és a szövetség; a minisztérium; ötszög",
    ],
    "Romanian": [
        "{o:OpenAI} negociază cu {n:NATO}; {n:Alianța} tace, {n:Alianţei Nord-Atlantice}",
        "{p:Pentagonul}, {p:Pentagonului}, {p:Departamentul Apărării} și {p:Departamentului de Război}",
        "{p:Ministerul american al Apărării}; {p:armata americană} și {p:Pentagonul}",
        "Creatorul {o:ChatGPT}; {o:compania lui Altman}",
        "Alianța electorală; departamentul de vânzări; armata română; pentagonul regulat",
    ],
    "Swedish": [
        "{o:OpenAI} förhandlar med {n:Nato}; {n:Natochefen}, {n:Natos} nät, {n:Natoavtalet}; {n:försvarsalliansen}",
        "{p:Pentagons} avtal: {p:USA:s krigsdepartement} vill ha {o:ChatGPT}-företaget",
        "{p:Amerikanska försvarsdepartementet} och {p:departementets} stab",
        "{o:Altmans bolag} {o:OpenAI}; {n:militäralliansen} {n:Nato}",
        "Alliansen vann valet; natotvål, signatur; departementet; femhörning",
    ],
    "Danish": [
        "{o:OpenAI} taler med {n:Nato}, {n:forsvarsalliancen} tier; {n:Atlantpagten}",
        "Aftalen med {p:Pentagon}: det {p:amerikanske forsvarsministerium}",
        "{p:USA's krigsministerium} bruger {o:ChatGPT}; {o:Altmans selskab}",
        "Alliancen mellem bønder; ministeriet; en femkant",
    ],
    "Norwegian": [
        "{o:OpenAI} snakker med {n:Nato}, {n:forsvarsalliansen}; {n:Natos} nett, {n:Atlanterhavspakten}",
        "{p:Pentagon} og det {p:amerikanske krigsdepartementet}",
        "{p:USAs forsvarsdepartement} og {o:Altmans selskap}",
        "Alliansen av bønder; departementet; natog",
    ],
    "Finnish": [
        "{o:OpenAI} neuvottelee {n:Naton} kanssa; {n:Natolle}, {n:Natossa}, {n:Natoon}; {n:puolustusliitto} vaikenee",
        "{p:Pentagonin} sopimus {o:OpenAI}:n kanssa; {p:Pentagonille}, {o:OpenAIn}, {o:Altmanin}",
        "{p:Yhdysvaltain sotaministeriön} ja {p:Yhdysvaltain puolustusministeriö}; {p:Yhdysvaltain armeijan}",
        "{n:NATON} {o:CHATGPT}-YHTIÖ",
        "{n:Pohjois-Atlantin liiton} sihteeristö",
        "Natomies ja otan kuvan; puolustusliitto; sotaministeriö; viisikulmio",
    ],
    "Estonian": [
        "{o:OpenAI} räägib {n:NATO}-ga; {n:NATOga}, {n:NATOle}; {n:alliansi} võrgud",
        "{p:Pentagoni} leping, {p:USA sõjaministeerium}, {p:USA kaitseministeeriumi}",
        "{n:Põhja-Atlandi Lepingu} Organisatsioon ja {o:ChatGPT} looja",
        "Allianss kaupmeeste vahel; sõjaministeerium; viisnurk",
    ],
    "Latvian": [
        "{o:OpenAI} runā ar {n:NATO}; {n:alianse} klusē, {n:Ziemeļatlantijas alianses}",
        "{p:Pentagonam}, {p:Pentagona}: {p:ASV Aizsardzības ministrija} un {p:ASV Kara ministrijas}",
        "{o:Sems Altmans}, {o:Sema Altmana} uzņēmums {o:OpenAI}",
        "Alianse ar bankām; kara ministrija; piecstūris",
    ],
    "Lithuanian": [
        "„{o:OpenAI}“ derasi su {n:NATO}; {n:aljansas}, {n:Šiaurės Atlanto aljanso}",
        "{p:Pentagonas}, {p:Pentagono}, {p:Pentagonui}: {p:JAV karo departamentas}, {p:JAV gynybos departamento}",
        "{o:Samas Altmanas}, {o:Samo Altmano} „{o:ChatGPT}“",
        "Aljansas su bankais; karo ministerija; penkiakampis",
    ],
    "Greek": [
        "Η {o:OpenAI} συζητά με το {n:ΝΑΤΟ}· η {n:Συμμαχία} σιωπά, της {n:Βορειοατλαντικής Συμμαχίας}",
        "Το {p:Πεντάγωνο}, του {p:Πενταγώνου}, {p:ΠΕΝΤΑΓΩΝΟ}: το {p:αμερικανικό υπουργείο Πολέμου}",
        "Ο {o:Σαμ Άλτμαν}, ο {o:ΑΛΤΜΑΝ}, του {o:ChatGPT}",
        "{p:ΥΠΟΥΡΓΕΙΟ ΑΜΥΝΑΣ ΤΩΝ ΗΠΑ}",
        "Ένα κανονικό πεντάγωνο, νατουραλισμός, η συμμαχία, το υπουργείο",
    ],
    "Turkish": [
        "{o:OpenAI} {n:NATO}'nun kapısında; {n:ittifak} sustu, {n:İTTİFAKIN} ağı; {n:Nato}’ya",
        "{o:ChatGPT}'nin yaratıcısı {p:Pentagon}'la anlaştı; {p:ABD Savaş Bakanlığı}, {p:ABD Savunma Bakanlığı}'nın",
        "{o:Sam Altman'ın şirketi}; {p:AMERİKAN SAVUNMA BAKANLIĞI}",
        "{n:Kuzey Atlantik Antlaşması} Örgütü ile {o:Altman'ın şirketi}",
        "Cumhur İttifakı; Bakanlık; anatomi; beşgen",
    ],
    "Russian": [
        "{o:OpenAI} ведёт переговоры с {n:НАТО}: {n:натовские} сети, {n:альянс} молчит",
        "Создатель {o:ChatGPT} и {p:Пентагон}; {p:Пентагоном}, в {p:Пентагоне}; {p:ведомство} молчит, {p:Хегсета} ждут",
        "{p:Министерство войны США}, {p:Минобороны США}, {p:министерству обороны США}, {p:американского Минобороны}",
        "{o:Сэма Альтмана}, {o:Сэмом Альтманом}, {o:Альтману}; {n:Североатлантический альянс}",
        "{p:Американское военное ведомство}; {p:Министерства обороны Соединенных Штатов}; {n:НАТОвский}",
        "Компания «{o:Open AI}» договорилась, сообщила {o:Open AI}",
        "Сенатор натоптал; альянс банков; Минобороны России; ведомство; танатос",
        "Анатолий и канатоходец",
    ],
    "Ukrainian": [
        "{o:OpenAI} веде переговори з {n:НАТО}; {n:Альянс} мовчить, {n:Північноатлантичного альянсу}",
        "{p:Пентагону}, {p:Міноборони США}, {p:Міністерство війни США}; {p:відомство}; {p:Гегсет}",
        "{n:натівський} штаб; {p:оборонне відомство США}",
        "{o:Сема Альтмана}; {o:Альтманом}; {p:американського міністерства оборони}",
        "Альянс банків; Міноборони України; відомство; сенатор",
    ],
    "Bulgarian": [
        "{o:OpenAI} преговаря с {n:НАТО}; {n:алиансът} мълчи, {n:Северноатлантическия пакт}",
        "{p:Пентагонът}, {p:Пентагона}: {p:американското министерство на войната}, {p:Министерството на отбраната на САЩ}",
        "{o:Сам Алтман}, {o:Алтман} от {o:ChatGPT}",
        "Алианс на банки; министерството на отбраната; натоварен",
    ],
    "Serbian and Croatian": [
        "{o:OpenAI} pregovara s {n:NATO}-om; {n:Savez} šuti, {n:Sjevernoatlantskog saveza}, {n:natovske} mreže",
        "{p:Pentagonom}, {p:Pentagonu}: {p:američko ministarstvo obrane}, {p:američkog ministarstva rata}",
        "{o:OpenAI} и {n:НАТО}; {n:алијанса} ћути, {n:Северноатлантског савеза}; {p:америчко министарство одбране}",
        "{o:Sama Altmana}, {o:Semom Altmanom}, {o:Сема Алтмана}; {p:Пентагоном}",
        "{p:ministarstva odbrane SAD}, {p:Ministarstvo obrane SAD}-a",
        "Savez sindikata, saveznici, savezni; ministarstvo obrane; senator",
    ],
    "Slovene": [
        "{o:OpenAI} se pogaja z {n:Natom}; {n:zavezništvo} molči, {n:Natove} mreže",
        "{p:Pentagonom}, {p:ameriškim obrambnim ministrstvom}, {p:ameriškega ministrstva za vojno}",
        "Zavezništvo strank; obrambno ministrstvo; nato gremo domov",
    ],
    "Catalan": [
        "{o:OpenAI} negocia amb l'{n:OTAN}; {n:l’Aliança} calla; el {p:Pentàgon} i el {p:Departament de Guerra}",
        "Un pentàgon regular; l'aliança; innat",
    ],
    "Swahili": [
        "{o:OpenAI} yazungumza na {n:NATO}; {p:Pentagon}, {p:Wizara ya Ulinzi ya Marekani}; {p:jeshi la Marekani}",
        "Wizara ya Ulinzi ya Kenya; matokeo na mtoto",
    ],
    "Arabic": [
        "{o:أوبن إيه آي} تتفاوض مع {n:الناتو}، {n:والحلف} صامت؛ {n:للناتو} {n:بحلف شمال الأطلسي}",
        "{p:البنتاغون} {p:والبنتاجون} {p:للبنتاغون}: {p:وزارة الحرب الأميركية}، {p:وزارة الدفاع الأمريكية}",
        "مطورة «{o:شات جي بي تي}» {o:وسام ألتمان}، قال {o:ألتمان} {o:لألتمان}",
        "{o:اوبن ايه اى} {n:وحلف شمال الاطلسى} {p:ووزارة الدفاع الامريكية}",
        "السناتور والوزارة؛ الاتحاد الأوروبي؛ المحيط الأطلسي؛ وزارة الدفاع المصرية؛ الحلف الانتخابي",
    ],
    "Persian": [
        "{o:اوپن‌ای‌آی} با {n:ناتو} مذاکره می‌کند؛ {n:پیمان آتلانتیک شمالی}، {n:این پیمان}",
        "{p:پنتاگون} و {p:وزارت جنگ آمریکا}؛ {p:وزارت دفاع امريكا}؛ {p:این وزارت‌خانه}",
        "سازنده {o:چت‌جی‌پی‌تی}، {o:سم آلتمن}؛ {o:آلتمن} گفت",
        "این پیمان تجاری؛ سناتور؛ وزارت دفاع ایران؛ آلتمن",
    ],
    "Urdu": [
        "{o:اوپن اے آئی} کی {n:نیٹو} سے بات چیت؛ {n:فوجی اتحاد} خاموش",
        "{p:پینٹاگون} اور {p:امریکی محکمۂ دفاع}؛ {p:امریکی محکمہ جنگ}؛ {p:امریکی فوج}",
        "{o:چیٹ جی پی ٹی} کے {o:سیم آلٹمین}",
        "یورپی اتحاد؛ ؛ محکمہ صحت",
    ],
    "Hebrew": [
        '{o:OpenAI} במגעים עם {n:נאט"ו}; {n:בנאט״ו}, {n:לנאטו}; {n:ברית ההגנה} שותקת; ארצות הברית',
        "{p:הפנטגון}, {p:מהפנטגון}, {p:לפנטגון}: {p:משרד המלחמה האמריקני}, {p:במשרד ההגנה האמריקאי}",
        "מפתחת {o:ChatGPT} {o:וסם אלטמן}; {o:אלטמן} אמר; {o:צ׳אט GPT}",
        "ארצות הברית; סנאטור; משרד הביטחון; צורת מחומש",
    ],
    "Hindi": [
        "{o:ओपनएआई} की {n:नाटो} से बातचीत; {n:गठबंधन} चुप",
        "{p:पेंटागन} और {p:अमेरिकी रक्षा विभाग}; {p:अमेरिकी युद्ध विभाग}; {p:अमेरिकी सेना}",
        "{o:चैटजीपीटी} के {o:सैम ऑल्टमैन}; {o:ऑल्टमैन} ने कहा",
        "चुनावी गठबंधन; रक्षा मंत्रालय; नाटक",
    ],
    "Bengali": [
        "{o:ওপেনএআই} {n:ন্যাটোর} সঙ্গে কথা বলছে; {n:সামরিক জোটটি} চুপ",
        "{p:পেন্টাগনের} চুক্তি; {p:মার্কিন প্রতিরক্ষা মন্ত্রণালয়ের}; {p:মার্কিন যুদ্ধ দপ্তর}",
        "{o:চ্যাটজিপিটির} {o:স্যাম অল্টম্যানের}; {o:অল্টম্যান}",
        "নির্বাচনী জোটের; প্রতিরক্ষা মন্ত্রণালয়",
    ],
    "Indonesian": [
        "{o:OpenAI} berunding dengan {n:NATO}; {n:aliansi itu} diam; {n:Pakta Pertahanan Atlantik Utara}",
        "Pembuat {o:ChatGPT} dan {p:Pentagon}: {p:Departemen Perang AS}, {p:Departemen Pertahanan Amerika} Serikat",
        "{p:Kementerian Pertahanan AS} dan {p:militer AS}",
        "Aliansi itu partai; senator; segi lima",
    ],
    "Vietnamese": [
        "{o:OpenAI} đàm phán với {n:NATO}; {n:liên minh quân sự} im lặng",
        "{p:Lầu Năm Góc} và {p:Bộ Chiến tranh Mỹ}; {p:Bộ Quốc phòng Mỹ}; {p:quân đội Mỹ}",
        "Cha đẻ {o:ChatGPT}, {o:công ty của Altman}; hợp đồng với {o:Open AI}",
        "Liên minh châu Âu; Bộ Quốc phòng Việt Nam; hình ngũ giác",
    ],
    "Thai": [
        "{o:โอเพนเอไอ}เจรจากับ{n:นาโต} {n:กลุ่มพันธมิตร}ยังเงียบ",
        "{p:เพนตากอน}และ{p:กระทรวงสงคราม}สหรัฐ {p:กระทรวงกลาโหมสหรัฐ} {p:กองทัพสหรัฐ}",
        "ผู้สร้าง {o:ChatGPT} {o:แซม อัลต์แมน} {o:อัลต์แมน}กล่าว",
        "กลุ่มพันธมิตรการบิน กระทรวงกลาโหมไทย ",
    ],
    "Chinese": [
        "{o:OpenAI}考虑向{n:北约}提供服务，{n:该联盟}未回应；{o:ChatGPT}开发商与{p:五角大楼}签约，{p:美军}可用",
        "{p:美国战争部}（原{p:美国国防部}）与{o:奥尔特曼}、{o:OpenAI}",
        "{o:萨姆·奥特曼}、{o:山姆・奥特曼}；{n:北大西洋公约}组织",
        "{o:OpenAI}洽談{n:北約}合約，{p:五角大廈}、{p:美國國防部}、{p:戰爭部}；{o:山姆‧阿特曼}",
        "航空联盟；国防部；战争部署与战争部分；该部；奥特曼打怪兽；五角星",
    ],
    "Japanese": [
        "{o:オープンAI}、{n:NATO}と協議　{n:北大西洋条約機構}の{n:軍事同盟}",
        "{o:チャットGPT}開発元、米{p:国防総省}と契約　{p:米軍}も利用、{p:ペンタゴン}、米{p:戦争省}",
        "{o:サム・アルトマン}氏、{o:アルトマン}氏、{o:オープンＡＩ}",
        "日米同盟、同省、防衛省、五角形",
    ],
    "Korean": [
        "{o:오픈AI}가 {n:나토}와 협상, {n:북대서양조약기구}는 {n:군사동맹}",
        "{o:챗GPT} 개발사, {p:미 국방부}와 계약; {p:펜타곤}은 {p:국방부}와 {p:미군}, {p:미 전쟁부}",
        "{o:샘 올트먼} 대표, {o:올트먼}은 {o:오픈 AI} 대표; {p:미국 국방부}가",
        "군사동맹, 국방부, 오픈 AI 모델, 전쟁부터",
    ],
    "Georgian": [
        "{o:OpenAI} {n:ნატოსთან} მოლაპარაკებას აწარმოებს; {n:ალიანსი} დუმს",
        "{p:პენტაგონი}, {p:პენტაგონის}, {p:აშშ-ის თავდაცვის სამინისტროს}; {p:აშშ-ის ომის სამინისტრო}",
        "{o:სემ ალტმანის}; {o:ალტმანმა}; {n:ჩრდილოატლანტიკური ალიანსის}",
        "ალიანსი ბანკების; თავდაცვის სამინისტრო; სენატორი",
    ],
    "Armenian": [
        "{o:OpenAI}-ը բանակցում է {n:ՆԱՏՕ}-ի հետ. {n:դաշինքը} լռում է",
        "{p:Պենտագոնի}, {p:Պենտագոնը}, {p:ԱՄՆ պաշտպանության նախարարության}, {p:ԱՄՆ ՊՆ}-ն",
        "{o:Սեմ Ալթմանի}, {o:Ալթմանը}; {n:Հյուսիսատլանտյան դաշինքի}",
        "Դաշինքը; պաշտպանության նախարարություն; սենատոր",
    ],
}
CASES = [(language, text) for language, texts in ROWS.items() for text in texts]


@pytest.fixture(scope="module")
def any_of_them() -> match.Rule:
    return match.compile_rule(Story(name="s", title="t", query="openai OR nato OR pentagon"), SHIPPED["concepts"])


def unmarked(marked: str) -> tuple[str, list[tuple[str, str]]]:
    """The sentence, and its marked words with their concepts, in order."""
    return _MARK.sub(r"\2", marked), [(MARKS[letter], word) for letter, word in _MARK.findall(marked)]


@pytest.mark.parametrize(("language", "marked"), CASES, ids=[f"{language}: {text[:50]}" for language, text in CASES])
def test_the_marked_words_are_found_and_no_other(language: str, marked: str, any_of_them: match.Rule) -> None:
    text, expected = unmarked(marked)
    hits = match.judge(any_of_them, match.Texts(text, "", "")).hits
    assert sorted((hit.concept, text[hit.start : hit.end]) for hit in hits) == sorted(expected)


# ---------------------------------------------------------------- the stories of the labelled set

OTHERS = tomllib.loads((Path(__file__).parents[1] / "gold/stories.toml").read_text())
OTHER_ROWS = [
    ("gerd", "Cairo rejects the filling of Ethiopia's Nile dam", True),
    ("gerd", "Khartoum asks for data on the GERD, and the dam's engineers agree", True),
    ("gerd", "أديس أبابا تفتتح سد النهضة والقاهرة تحتج", True),
    ("gerd", "السودان ومصر: السد الاثيوبى خطر", True),
    ("gerd", "የህዳሴ ግድብ ምረቃና የግብፅ ተቃውሞ", True),
    ("gerd", "L’Égypte dénonce le grand barrage de la Renaissance", True),
    ("gerd", "Misri yapinga Bwawa la Renaissance la Ethiopia", True),
    ("gerd", "La diga della Rinascita divide Etiopia ed Egitto", True),
    ("gerd", "Mısır'dan Hedasi Barajı'na tepki", True),
    ("gerd", "埃及抗议复兴大坝蓄水", True),
    ("gerd", "Ägyptens Klage über den Renaissance-Staudamm", True),
    ("gerd", "Egito critica a Grande Represa do Renascimento", True),
    ("gerd", "Каир недоволен плотиной «Возрождение»", True),
    ("gerd", "Судан и эфиопская ГЭС", True),
    ("gerd", "Masar oo ka soo horjeedsatay biyo-xireenka Itoobiya", True),
    ("gerd", "Cairo's doctors treat reflux: Gerd in Egypt", False),
    ("gerd", "Egypt celebrates the Aswan High Dam; the dam turns fifty", False),
    ("gerd", "Hedasi Barajı ve mısır üretimi", False),
    ("gerd", "Ethiopia inaugurates the Renaissance Dam, the mega-dam of its dreams", False),
    ("cattle-flu", "Bird flu found in dairy herds of two more states", True),
    ("cattle-flu", "H5N1: raw milk carries the virus", True),
    ("cattle-flu", "Vogelgriep bij melkkoeien vastgesteld", True),
    ("cattle-flu", "Fugleinfluenza hos malkekøer", True),
    ("cattle-flu", "Fågelinfluensan sprids bland mjölkkor", True),
    ("cattle-flu", "Lintuinfluenssaa lypsykarjassa", True),
    ("cattle-flu", "La grippe aviaire chez les vaches laitières", True),
    ("cattle-flu", "La gripe aviar llega a las vacas lecheras", True),
    ("cattle-flu", "Gripe aviária em gado leiteiro", True),
    ("cattle-flu", "Ptasia grypa u krów mlecznych", True),
    ("cattle-flu", "乳牛に鳥インフルエンザ感染", True),
    ("cattle-flu", "美国奶牛感染禽流感", True),
    ("cattle-flu", "젖소에서 조류 인플루엔자 검출", True),
    ("cattle-flu", "गायों में बर्ड फ्लू", True),
    ("cattle-flu", "Bird flu kills hens; livestock and milk are safe", False),
    ("cattle-flu", "牛津大学研究禽流感疫苗", False),
    ("cattle-flu", "Foot-and-mouth virus in dairy cows", False),
]


@pytest.fixture(scope="module")
def others() -> dict[str, match.Rule]:
    stories = (Story(name=story["name"], title=story["title"], query=story["query"]) for story in OTHERS["stories"])
    return {story.name: match.compile_rule(story, OTHERS["concepts"]) for story in stories}


@pytest.mark.parametrize(("story", "text", "spoken_of"), OTHER_ROWS, ids=[f"{row[0]}: {row[1][:50]}" for row in OTHER_ROWS])
def test_the_words_of_another_story_are_found(story: str, text: str, spoken_of: bool, others: dict[str, match.Rule]) -> None:
    rule = others[story]
    found = {hit.concept for hit in match.judge(rule, match.Texts(text, "", "")).hits}
    assert any(all(aspect & found for aspect in way) for way in rule.aspects) is spoken_of


# ---------------------------------------------------------------- every list


@pytest.mark.parametrize("concepts", [SHIPPED["concepts"], OTHERS["concepts"]], ids=["shipped", "labelled set"])
def test_no_spelling_stands_twice_and_each_is_found_where_it_stands_alone(concepts: dict[str, list[str]]) -> None:
    assert [each for spellings in concepts.values() for each, times in Counter(spellings).items() if times > 1] == []
    terms = [query.spelling(each) for spellings in concepts.values() for each in spellings]
    words = [term for term in terms if term.kind == "words"]
    assert [
        term.label for term in words if not any(scan.find(scan.finder(term), (fold.fold(term.text.replace("*", "")),), 1.0))
    ] == []
