"""`registry photos`: photos become attachments of assets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from registry.commands.options import acting, opened
from registry.i18n import _
from registry.vocabulary.photos import PhotoReason
from registry.vocabulary.word_list import label


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@click.option("--layer", required=True, help="照片属于哪个图层的资产 / of which layer the assets are")
@click.option("--apply", "is_applied", is_flag=True, help="直接应用 / apply at once")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出 / answer in JSON")
@acting
def photos(file: Path, layer: str, is_applied: bool, as_json: bool, district: str | None, username: str | None) -> None:
    """把照片（zip、文件夹或 JPEG）挂到资产上：先看文件名中的编码，再看拍摄位置。

    Attach photos (a zip, a folder or a JPEG) to assets: by the code in the file name, or else by where they were taken.
    """
    from importers.photos import propose
    from importers.read.reader_process import limit_memory
    from registry.changes import change_sets
    from registry.settings import settings

    limit_memory(
        settings().reader_megabytes
    )  # a process of its own: what a damaged picture does to it costs this command
    with opened(district, username) as (connection, scope):
        change_set, proposed, refused = propose(connection, scope, settings().home, layer, file)
        if is_applied:
            change_sets.apply(connection, scope, change_set)
    if as_json:
        answer = {"change_set": change_set, "applied": is_applied, "refused": [_refusal(r) for r in refused],
                "photos": [{**vars(p), "taken_at": p.taken_at and p.taken_at.isoformat()} for p in proposed]}  # fmt: skip
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    kept = [p for p in proposed if p.asset_id is not None]
    click.echo(_("%(n)s 张照片：%(kept)s 张已归入资产，%(lost)s 张待指定，%(refused)s 个文件不能用",
                 n=len(proposed) + len(refused), kept=len(kept), lost=len(proposed) - len(kept),
                 refused=len(refused)))  # fmt: skip
    for photo in proposed:
        click.echo(f"  {photo.name}  {photo.code or label(PhotoReason, photo.reason)}")
    for refusal in refused:
        click.echo(f"  {refusal.why.message}  {refusal.why.hint}")
    if not is_applied:
        click.echo(_("变更集 %(id)s 待应用：registry changes apply %(id)s", id=change_set))


def _refusal(refused: Any) -> dict[str, Any]:
    said = refused.why
    return {"name": refused.name, **said.spoken(), "message": said.message, "remedy": said.hint}
