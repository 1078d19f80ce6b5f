"""What the pages of deliveries call the states, steps and verbs; and how far a step is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from importers import errors
from registry.changes.change_sets import COUNTED
from registry.deliveries.deliveries import DeliveryFile
from registry.i18n import _
from registry.vocabulary.deliveries import DeliveryStep, FileState, StepStatus, Verb
from registry.vocabulary.word_list import labels

STEP_NAMES = ("upload", "look", "check", "review", "apply")


@dataclass(frozen=True)
class Step:
    """One of the five steps as the page shows it: `mark` is done, now, busy, failed or later."""

    name: str
    label: str
    mark: str


def steps(file: DeliveryFile) -> list[Step]:
    """The five steps of a file with where it is."""
    called = {"upload": _("上传"), "review": _("审核"), **dict(labels(DeliveryStep))}
    return [Step(name, called[name], mark) for name, mark in zip(STEP_NAMES, _marks(file), strict=True)]


def _marks(file: DeliveryFile) -> Iterator[str]:
    """`at` is the step that is under way, or that waits for a person."""
    shown = DeliveryStep.APPLY if file.step == DeliveryStep.UNDO else file.step
    at, mark = {
        FileState.LOOKED: ("check", "now"), FileState.REVIEW: ("review", "now"), FileState.EMPTY: ("check", "done"),
        FileState.APPLIED: ("apply", "done"), FileState.UNDONE: ("apply", "undone"), FileState.REJECTED: ("review", "failed"),
    }.get(file.state, (shown, "busy" if file.is_busy else "failed"))  # fmt: skip
    position = STEP_NAMES.index(at)
    yield from ("done" if n < position else mark if n == position else "later" for n in range(len(STEP_NAMES)))


def working_on(file: DeliveryFile) -> str:
    """What a busy file is at, in words, with how far it is."""
    if file.status == StepStatus.QUEUED:
        return _("排队中，等待处理")
    names = {**dict(labels(DeliveryStep)), **dict(labels(Verb))}
    name = names[file.verb or file.step]
    if file.total:
        return _("%(name)s：%(done)s / %(total)s 行", name=name, done=f"{file.done:,}", total=f"{file.total:,}")
    return _("%(name)s：%(done)s 行", name=name, done=f"{file.done:,}") if file.done else _("%(name)s…", name=name)


def percent(file: DeliveryFile) -> int | None:
    """How far the step is, 0 to 100; None where nobody can say."""
    return min(100, file.done * 100 // file.total) if file.total else None


def progress(file: DeliveryFile, has_worker: bool) -> dict[str, Any]:
    """For the script that shows it live."""
    return {
        "busy": file.is_busy, "state": file.state, "label": file.state.label, "percent": percent(file),
        "text": working_on(file) if file.is_busy else "", "idle": file.status == StepStatus.QUEUED and not has_worker,
    }  # fmt: skip


def counts(file: DeliveryFile) -> list[tuple[str, str, int]]:
    """What the check of a file came to: action, label and number of rows, without what is nought."""
    report: Mapping[str, Any] = file.report or {}
    summary: Mapping[str, Any] = report.get("summary") or {}
    found = [(name, action.label, summary.get(name, 0)) for action, name in COUNTED.items()]
    found += [
        ("unchanged", _("不变"), summary.get("unchanged", 0)),
        ("errors", _("待修"), report.get("rows_in_error", 0)),
    ]
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
