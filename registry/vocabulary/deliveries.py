"""Words of deliveries and the steps of their files."""

from registry.vocabulary.changes import SetStatus
from registry.vocabulary.word_list import Vocabulary


class DeliveryStep(Vocabulary):
    """What may be asked for (`delivery_file.step`)."""

    LOOK = "look", "识别", "Inspect"
    CHECK = "check", "检查", "Check"
    APPLY = "apply", "应用", "Apply"
    UNDO = "undo", "撤销", "Undo"


class StepStatus(Vocabulary):
    """How far the step is (`delivery_file.status`)."""

    QUEUED = "queued", "排队中", "Queued"
    RUNNING = "running", "处理中", "Processing"
    DONE = "done", "完成", "Done"
    FAILED = "failed", "失败", "Failed"
    CANCELLED = "cancelled", "已取消", "Cancelled"


class Verb(Vocabulary):
    """What a running step is at, of its verbs those that take long (`delivery_file.verb`)."""

    LOOK = "look", "查看文件", "Inspecting the file"
    READ = "read", "读取与检查", "Reading and checking"
    DIFF = "diff", "与登记册比对", "Comparing with the register"
    APPLY = "apply", "写入登记册", "Writing to the register"
    UNDO = "undo", "撤销", "Undo"


class FileState(Vocabulary):
    """Where a file stands, in one word: its step's status, and then its change set's."""

    QUEUED = "queued", StepStatus.QUEUED.zh, StepStatus.QUEUED.en
    RUNNING = "running", StepStatus.RUNNING.zh, StepStatus.RUNNING.en
    FAILED = "failed", StepStatus.FAILED.zh, StepStatus.FAILED.en
    CANCELLED = "cancelled", StepStatus.CANCELLED.zh, StepStatus.CANCELLED.en
    LOOKED = "looked", "待核对", "To be confirmed"
    REVIEW = "review", "待审核", "Awaiting review"
    EMPTY = "empty", SetStatus.EMPTY.zh, SetStatus.EMPTY.en
    APPLIED = "applied", SetStatus.APPLIED.zh, SetStatus.APPLIED.en
    UNDONE = "undone", "已撤销", "Undone"
    REJECTED = "rejected", SetStatus.REJECTED.zh, SetStatus.REJECTED.en


COLUMNS = {"delivery_file.step": DeliveryStep, "delivery_file.status": StepStatus, "delivery_file.verb?": Verb}
