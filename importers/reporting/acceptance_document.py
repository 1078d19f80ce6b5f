"""The acceptance record on paper: one HTML page without anything from elsewhere, and the same as PDF."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from importers.reporting.acceptance import ProblemSummary, Record
from importers.reporting.acceptance_map import drawn
from registry.errors import Invalid
from registry.i18n import _, current_language
from registry.messages import Message
from registry.vocabulary.changes import Action, SetStatus
from registry.vocabulary.word_list import labels

if TYPE_CHECKING:
    from jinja2 import Template

TEMPLATES = Path(__file__).parent / "templates"
LONGEST_REMINDER = 40


def render_html(record: Record) -> str:
    """The record as a page to print, in the language of this context: styles and map are inside, nothing is fetched."""
    return _template().render(
        record=record, _=_, language=current_language(), verdict=_verdict(record), map=drawn(record.places), words=_words,
        remedy=_remedy, example=_example, taken=_TAKEN(), status=_STATUS(), basis=_BASIS(), time=_time, number=_number,
        short=_short,
    )  # fmt: skip


def render_pdf(record: Record) -> bytes:
    """The same as PDF, A4 with page numbers."""
    from weasyprint import HTML

    pdf: bytes = HTML(string=render_html(record), url_fetcher=_nothing_from_elsewhere).write_pdf()
    return pdf


def write(record: Record, path: Path) -> None:
    """Write the record as the name says, `.html` or `.pdf`. Raises Invalid for another name."""
    suffix = path.suffix.lower()
    if suffix in (".html", ".htm"):
        path.write_text(render_html(record), encoding="utf-8")
    elif suffix == ".pdf":
        path.write_bytes(render_pdf(record))
    else:
        raise Invalid("record.suffix_unknown", file=path.name)


def _nothing_from_elsewhere(url: str, *_more: Any, **_named: Any) -> dict[str, Any]:
    raise ValueError(url)


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("acceptance.html")


def _verdict(record: Record) -> str:
    """The outcome in a sentence."""
    return {
        "accepted": _("全部验收合格"),
        "partly": _("部分验收合格；未进入登记册的行见下"),
        "waiting": _("尚待审核：以下为提出的变更，登记册未改动"),
        "undone": _("已撤销：登记册恢复原状"),
        "nothing": _("没有行进入登记册"),
        "passed": _("检查通过：没有待修的行"),
        "failed": _("检查未通过：有 %(n)s 行待修", n=record.quarantined),
    }[record.verdict]


def _TAKEN() -> Mapping[str, str]:  # noqa: N802 - a table in the language of the context
    return {action: name for action, name in labels(Action) if action != Action.CONFLICT}


def _STATUS() -> Mapping[str, str]:  # noqa: N802
    return {**dict(labels(SetStatus)), "": _("仅检查")}


def _BASIS() -> Mapping[str, str]:  # noqa: N802
    return {"option": _("按指定"), "prj": _("按 .prj"), "file": _("按文件"), "format": _("按格式规定"),
            "detected": _("按数据推定")}  # fmt: skip


def _words(finding: ProblemSummary) -> str:
    """What is wrong, whatever the row."""
    return Message(finding.code).message


def _example(record: Record, finding: ProblemSummary) -> str:
    """The first row's complaint with the value in it, for the supplier's own eyes; a record that is filed quotes none."""
    return "" if record.of_register or finding.message == _words(finding) else finding.message


def _remedy(finding: ProblemSummary) -> str:
    return Message(finding.code).hint


def _time(at: datetime | None) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M}" if at is not None else "—"


def _short(name: str) -> str:
    """A name where it only reminds of one that stands in full elsewhere."""
    return name if len(name) <= LONGEST_REMINDER else f"{name[: LONGEST_REMINDER - 13]}…{name[-12:]}"


def _number(count: int | None) -> str:
    return f"{count:,}" if count is not None else "—"
