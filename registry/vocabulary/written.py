"""The vocabularies as SQL and the browser need them: `python -m registry.vocabulary.written`, or `make vocabulary`, writes both
files; a test finds them as they would be written."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap

from registry.vocabulary import modules
from registry.vocabulary.word_list import Vocabulary

ROOT = Path(__file__).resolve().parents[2]
SQL = ROOT / "sql" / "functions" / "005_vocabulary.sql"
WIDTH = 128
# Text of a file that is committed and read, never a statement that is executed from here.
RULE = "SELECT registry.hold_to_words('{table}', '{name}', ARRAY[{listed}]);"
BROWSER = ROOT / "web" / "browser" / "vocabulary.js"


def columns() -> dict[str, type[Vocabulary]]:
    """Every column that holds a word of a vocabulary, as `table.column`; with `?` where it may be blank ('') too."""
    return {name: words for module in modules() for name, words in getattr(module, "COLUMNS", {}).items()}


def in_browser() -> list[type[Vocabulary]]:
    """The vocabularies that the browser's files compare with; tiles carry the place of a word in its vocabulary."""
    return [words for module in modules() for words in getattr(module, "IN_BROWSER", ())]


def sql() -> str:
    """The rules that hold the columns to their words."""
    rules = [_rule(column, words) for column, words in columns().items()]
    return "\n".join(
        [
            "-- Written by `make vocabulary` from registry/vocabulary: change the words there.",
            *rules,
            "",
        ]
    )


def _rule(column: str, words: type[Vocabulary]) -> str:
    table, name = column.removesuffix("?").split(".")
    listed = ", ".join(_quoted(word) for word in ([*words, ""] if column.endswith("?") else words))
    rule = RULE.format(table=table, name=name, listed=listed)
    return "\n".join(wrap(rule, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False))


def _quoted(word: str) -> str:
    escaped = word.replace("'", "''")
    return f"'{escaped}'"


def javascript() -> str:
    """The words as frozen objects, their order kept."""
    head = ["/** Written by `make vocabulary` from registry/vocabulary: change the words there. */", ""]
    return "\n".join([*head, *(_object(words) for words in in_browser())])


def _object(words: type[Vocabulary]) -> str:
    members = "".join(f'  {word.name}: "{word.value}",\n' for word in words)
    return f"/** {(words.__doc__ or '').splitlines()[0]} */\nexport const {words.__name__} = Object.freeze({{\n{members}}});\n"


if __name__ == "__main__":
    SQL.write_text(sql(), encoding="utf-8")
    BROWSER.write_text(javascript(), encoding="utf-8")
