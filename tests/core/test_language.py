"""Telling the language of a text."""

from __future__ import annotations

import pytest

from bot.core import language

TEXTS = [
    ("en", "OpenAI is considering a contract for the alliance's unclassified networks, a person familiar with the matter said."),
    ("de", "Das Bündnis prüft, ob es die Sprachmodelle des amerikanischen Konzerns einsetzen will, sagte eine Sprecherin."),
    ("fr", "L’Alliance étudie la possibilité d’utiliser les modèles de l’entreprise américaine, a déclaré un porte-parole."),
    ("ru", "Альянс изучает возможность использования моделей американской компании, сообщил представитель."),
    ("ar", "يدرس الحلف إمكانية استخدام نماذج الشركة الأمريكية، حسبما قال متحدث باسمه."),
    ("zh", "一位知情人士表示，该公司正在考虑为北约的非机密网络提供服务。"),
    ("ja", "同社は北大西洋条約機構の非機密ネットワーク向けの契約を検討していると関係者が語った。"),
    ("ko", "회사는 북대서양조약기구의 비기밀 네트워크 계약을 검토하고 있다고 관계자가 말했다."),
]


@pytest.mark.parametrize(("code", "text"), TEXTS, ids=[row[0] for row in TEXTS])
def test_the_language_of_a_text(code: str, text: str) -> None:
    assert language.of(text) == code


@pytest.mark.parametrize(
    "text", ["", " ", "42", "\ud800", "\x00\x01", "NATO"], ids=["empty", "space", "digits", "surrogate", "controls", "a name"]
)
def test_no_language_is_better_than_a_guess(text: str) -> None:
    assert language.of(text) is None


def test_a_long_text_costs_no_more_than_its_beginning() -> None:
    assert language.of("The council met and decided nothing. " * 200_000) == "en"
