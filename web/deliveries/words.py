"""What the pages of deliveries call the states, steps and verbs; and how far a step is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from importers import errors
from registry.deliveries.deliveries import DeliveryFile
from registry.i18n import _

STEP_NAMES = ("upload", "look", "check", "review", "apply")


@dataclass(frozen=True)
class Step:
    """One of the five steps as the page shows it: `mark` is done, now, busy, failed or later."""

    name: str
    label: str
    mark: str


def state_label(state: str) -> str:
    """Where a file stands, in words."""
    return {
        "queued": _("排队中"), "running": _("处理中"), "failed": _("失败"), "cancelled": _("已取消"), "looked": _("待核对"),
        "review": _("待审核"), "empty": _("没有变更"), "applied": _("已应用"), "undone": _("已撤销"), "rejected": _("已拒绝"),
    }[state]  # fmt: skip


def steps(file: DeliveryFile) -> list[Step]:
    """The five steps of a file with where it is."""
    labels = {"upload": _("上传"), "look": _("识别"), "check": _("检查"), "review": _("审核"), "apply": _("应用")}
    return [Step(name, labels[name], mark) for name, mark in zip(STEP_NAMES, _marks(file), strict=True)]


def _marks(file: DeliveryFile) -> Iterator[str]:
    """`at` is the step that is under way, or that waits for a person."""
    at, mark = {
        "looked": ("check", "now"), "review": ("review", "now"), "empty": ("check", "done"), "applied": ("apply", "done"),
        "undone": ("apply", "undone"), "rejected": ("review", "failed"),
    }.get(file.state, (file.step if file.step != "undo" else "apply", "busy" if file.is_busy else "failed"))  # fmt: skip
    position = STEP_NAMES.index(at)
    yield from ("done" if n < position else mark if n == position else "later" for n in range(len(STEP_NAMES)))


def working_on(file: DeliveryFile) -> str:
    """What a busy file is at, in words, with how far it is."""
    if file.status == "queued":
        return _("排队中，等待处理")
    names = {
        "look": _("查看文件"), "read": _("读取与检查"), "normalise": _("整理"), "validate": _("检查"), "stage": _("暂存"),
        "match": _("认出资产"), "diff": _("与登记册比对"), "apply": _("写入登记册"), "undo": _("撤销"), "report": _("汇总结果"),
        "check": _("检查"),
    }  # fmt: skip
    name = names.get(file.verb) or names[file.step]
    if file.total:
        return _("%(name)s：%(done)s / %(total)s 行", name=name, done=f"{file.done:,}", total=f"{file.total:,}")
    return _("%(name)s：%(done)s 行", name=name, done=f"{file.done:,}") if file.done else _("%(name)s…", name=name)


def percent(file: DeliveryFile) -> int | None:
    """How far the step is, 0 to 100; None where nobody can say."""
    return min(100, file.done * 100 // file.total) if file.total else None


def progress(file: DeliveryFile, has_worker: bool) -> dict[str, Any]:
    """For the script that shows it live."""
    return {
        "busy": file.is_busy, "state": file.state, "label": state_label(file.state), "percent": percent(file),
        "text": working_on(file) if file.is_busy else "", "idle": file.status == "queued" and not has_worker,
    }  # fmt: skip


def counts(file: DeliveryFile) -> list[tuple[str, str, int]]:
    """What the check of a file came to: action, label and number of rows, without what is nought."""
    report: Mapping[str, Any] = file.report or {}
    summary: Mapping[str, Any] = report.get("summary") or {}
    found = [
        ("added", _("新增"), summary.get("added", 0)), ("updated", _("属性变更"), summary.get("updated", 0)),
        ("moved", _("位置变更"), summary.get("moved", 0)), ("retired", _("移除"), summary.get("retired", 0)),
        ("conflicts", _("冲突"), summary.get("conflicts", 0)), ("unchanged", _("不变"), summary.get("unchanged", 0)),
        ("errors", _("待修"), report.get("rows_in_error", 0)),
    ]  # fmt: skip
    return [entry for entry in found if entry[2]]


def would_fail_again(file: DeliveryFile) -> bool:
    """Whether a failed step would fail again as it is: the file is at fault, or what was said of it."""
    return isinstance(getattr(errors, (file.failure or {}).get("kind", ""), None), type)


def size(count: int) -> str:
    """A number of bytes as people say it."""
    for unit, factor in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if count >= factor:
            return f"{count / factor:.1f}".removesuffix(".0") + f" {unit}"
    return f"{count} B"


def upload_words() -> dict[str, str]:
    """The words of the upload's script. `{name}` is filled in the browser."""
    return {
        "sending": _("已传 {done} / {total}，{speed}/秒"),
        "finishing": _("已传完，正在核对…"),
        "waiting": _("连接中断，{seconds} 秒后从 {done} 处继续…"),
        "signed_out": _("登录已过期；重新登录后再拖入同一文件，会从断处继续。"),
        "failed": _("上传失败。"),
        "folder": _("“{name}”是文件夹；请先压缩成 zip 再上传。"),
        "unreadable": _("文件“{name}”读不出来；它可能在上传时被改动了。"),
        "empty": _("文件“{name}”是空的。"),
        "too_large": _("“{name}”有 {size}，超过上限 {most}。"),
        "several": _("{name} 等 {count} 个文件"),
    }
