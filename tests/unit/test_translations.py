"""The English catalogue: complete, fillable, English, and spoken.

When a test here names a missing text, `registry/translations/babel.cfg` says what to do.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from registry import i18n as language
from registry.i18n import _, current_language, in_language, set_language
from registry.translations.extract import from_python

ROOT = Path(__file__).parents[2]
SOURCES = ("registry", "importers", "demo", "web")
MAPPING = ROOT / "registry" / "translations" / "babel.cfg"
ENGLISH = ROOT / "registry" / "translations" / "en" / "LC_MESSAGES" / "messages.po"

CHINESE = re.compile("[⺀-鿿豈-﫿\N{IDEOGRAPHIC SPACE}-〿！-｠]")
# Texts that quote a value as the file or the form must hold it.
QUOTES_CHINESE = {
    "数据来源“%(value)s”不在 实测、地形图、普查、上报 之列",
}
PLACEHOLDER = re.compile(r"%%|%\((\w+)\)[sd]|(?<!%)\{(\w+)\}")


@cache
def extracted() -> dict[str, str]:
    """Every text in the sources as they are now, with the file it stands in."""
    with MAPPING.open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found: dict[str, str] = {}
    for folder in SOURCES:
        for name, _line, message, *_rest in extract_from_dir(ROOT / folder, methods, options):
            for text in (message,) if isinstance(message, str) else message:
                found.setdefault(text, f"{folder}/{name}")
    return found


@cache
def catalogue() -> Catalog:
    """The English catalogue as it stands in the repository."""
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


def entries() -> list[Message]:
    """The catalogue's messages, without its header."""
    return [message for message in catalogue() if message.id]


def translations(message: Message) -> list[tuple[str, str]]:
    """Pairs of Chinese and English; several where a message has a plural."""
    if isinstance(message.id, str):
        return [(message.id, str(message.string))]
    singular, plural = message.id
    return [(singular, message.string[0]), *((plural, text) for text in message.string[1:])]


def placeholders(text: str) -> list[str]:
    """What is filled in, `%(name)s` and `{name}` and the doubled per cent sign alike; sorted, as English orders anew."""
    return sorted(match.group() for match in PLACEHOLDER.finditer(text))


def test_every_text_of_the_sources_is_in_the_catalogue():
    known = {text for message in entries() for text, _english in translations(message)}
    assert not {text: file for text, file in extracted().items() if text not in known}


def test_the_catalogue_has_no_text_that_the_sources_lost():
    assert not [message.id for message in entries() if translations(message)[0][0] not in extracted()]
    assert not catalogue().obsolete


def test_extraction_sees_python_templates_tables_and_javascript_words():
    files = extracted()
    assert len(files) > 400
    assert files["没有图层“%(layer)s”。"].startswith("registry/")
    assert files["登录"] == "web/templates/security/login_user.html"
    assert files["“%(value)s”不是日期"] == "importers/problems/texts.py"
    assert files["量距离"] == "web/map/words.py"


def test_a_message_inside_an_f_string_is_found():
    source = io.BytesIO(
        """x = f"{n} {_('表格')}" + _(table[n]) + N_("线") + other("面") + ngettext("一", "多", n)""".encode()
    )
    found = [(name, texts) for _line, name, texts, _comments in from_python(source, ("_", "N_", "ngettext"), ())]
    assert sorted(found, key=str) == [
        ("N_", ("线",)),
        ("_", ("表格",)),
        ("_", (None,)),
        ("ngettext", ("一", "多", None)),
    ]


def test_every_text_is_translated():
    untranslated = [m.id for m in entries() if not all(english.strip() for _chinese, english in translations(m))]
    assert not untranslated
    assert not [message.id for message in entries() if message.fuzzy]


def test_english_asks_for_the_same_values():
    pairs = [pair for message in entries() for pair in translations(message)]
    assert not [(chinese, english) for chinese, english in pairs if placeholders(chinese) != placeholders(english)]
    assert placeholders("%(change)s %% {zoom}") == ["%%", "%(change)s", "{zoom}"]


def test_no_chinese_in_the_english():
    left = {zh: en for m in entries() for zh, en in translations(m) if CHINESE.search(en) and zh not in QUOTES_CHINESE}
    assert not left
    assert {message.id for message in entries()} >= QUOTES_CHINESE


def test_punctuation_follows_the_original():
    ends = {"。": ".", "：": ":", "…": "…", "？": "?"}
    pairs = [(zh, en) for m in entries() for zh, en in translations(m) if len(zh) > 1]
    assert not [(zh, en) for zh, en in pairs if en[-1:] != ends.get(zh[-1], en[-1:])]
    assert not [(zh, en) for zh, en in pairs if en[-1:] in (".", ",") and zh[-1] not in "。，"]
    assert not [(zh, en) for zh, en in pairs if zh.count("%(") and "”" in zh and ("“" in en) != ("“" in zh)]


def test_the_catalogue_does_not_change_by_itself():
    """No line numbers, no dates of extraction, no paths of a machine: a commit shows what was translated, no more."""
    text = ENGLISH.read_text(encoding="utf-8")
    places = [line for line in text.splitlines() if line.startswith("#:")]
    assert places
    assert not [line for line in places if re.search(r":\d|(^|\s)/|\.\.", line.removeprefix("#: "))]
    assert '"POT-Creation-Date: 2026-01-01 00:00+0000\\n"' in text


@pytest.fixture
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The repository's catalogue, compiled now: what lies compiled beside it may be older."""
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalogue())
    monkeypatch.setattr(language, "FOLDER", tmp_path)
    before = current_language()
    language._catalogue.cache_clear()
    yield
    set_language(before)
    language._catalogue.cache_clear()


@pytest.mark.usefixtures("compiled")
def test_speaking_english_and_chinese():
    set_language("en")
    assert _("没有图层“%(layer)s”。", layer="lamp") == "There is no layer “lamp”."
    assert _("密码") == "Password"
    assert in_language("道路", "Road") == "Road"
    set_language("zh")
    assert _("没有图层“%(layer)s”。", layer="lamp") == "没有图层“lamp”。"
    set_language("fr")
    assert _("密码") == "密码"


@pytest.mark.usefixtures("compiled")
def test_every_text_can_be_filled_in_both_languages():
    class Anything(dict[str, str]):
        def __missing__(self, key: str) -> str:
            return f"<{key}>"

    for tongue in language.LANGUAGES:
        set_language(tongue)
        for message in entries():
            if "python-format" in message.flags:
                filled = _(str(message.id)) % Anything()
                assert "%(" not in filled, (tongue, message.id)
