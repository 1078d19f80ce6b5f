"""A verdict as a page that stands alone: no scripts, nothing from elsewhere, and nothing of the file but as text."""

from __future__ import annotations

from html import escape

from importers.check import Verdict
from importers.pack import Pack
from importers.problems import Group
from registry.language import _, spoken

STYLE = (
    "body{font:16px/1.6 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}"
    "td,th{border:1px solid #bbb;padding:.3rem .5rem;text-align:left;vertical-align:top}.error{color:#a40000}"
    ".warning{color:#7a5200}"
)


def page(verdict: Verdict, name: str, pack: Pack) -> str:
    """The whole page, in the language of this context. `name` is that of the file."""
    title = _("检查报告：%(name)s", name=name)
    good = verdict.rows - verdict.rows_in_error
    facts = [
        (_("行数"), verdict.rows),
        (_("可以导入"), good),
        (_("有错误待修"), verdict.rows_in_error),
        (_("坐标系"), verdict.crs),
        (_("编码"), verdict.source.encoding.name),
        (_("检查包版本"), pack.version),
    ]
    rows = "".join(f"<tr><th>{escape(str(fact))}<td>{escape(str(value))}" for fact, value in facts)
    left = "".join(f"<li>{escape(text)}" for text in verdict.left_out)
    heads = "".join(f"<th>{escape(text)}" for text in (_("代码"), _("列"), _("数量"), _("例"), _("行")))
    return (
        f'<!doctype html><html lang="{spoken()}"><meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
        f"<h1>{escape(title)}</h1><table>{rows}</table>"
        f"<h2>{escape(_('问题'))}</h2><table><tr>{heads}{''.join(map(_row, verdict.groups))}</table>"
        f"<h2>{escape(_('未检查'))}</h2><ul>{left}</ul></html>\n"
    )


def _row(group: Group) -> str:
    examples = "<br>".join(escape(f"{p.message}；{p.remedy}") for p in group.examples)
    rows = escape(", ".join(map(str, group.rows)) + (" …" if group.count > len(group.rows) and group.rows else ""))
    cells = "".join(f"<td>{cell}" for cell in (group.code, escape(group.field), group.count, examples, rows))
    return f'<tr class="{group.severity}">{cells}'
