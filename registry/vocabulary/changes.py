"""Words of change sets and their changes."""

from registry.vocabulary.assets import Accuracy, AssetState
from registry.vocabulary.word_list import Vocabulary


class SetKind(Vocabulary):
    """Where a change set comes from (`change_set.kind`)."""

    IMPORT = "import", "导入", "Import"
    EDIT = "edit", "编辑", "Edit"
    UNDO = "undo", "撤销", "Undo"
    PHOTOS = "photos", "照片", "Photos"
    WORK = "work", "作业", "Work"


class SetStatus(Vocabulary):
    """How far a change set is (`change_set.status`)."""

    PROPOSED = "proposed", "待审核", "Awaiting review"
    APPLIED = "applied", "已应用", "Applied"
    REJECTED = "rejected", "已拒绝", "Rejected"
    EMPTY = "empty", "没有变更", "No changes"
    FAILED = "failed", "失败", "Failed"


class Action(Vocabulary):
    """What a change does to its asset (`change.action`)."""

    ADD = "add", "新增", "Added"
    UPDATE = "update", "属性变更", "Changed"
    MOVE = "move", "位置变更", "Moved"
    RETIRE = "retire", "移除", "Retired"
    CONFLICT = "conflict", "冲突", "Conflict"


class RowKind(Vocabulary):
    """The rows of a set as its review tells them apart, in the order of the numbers that tiles carry.

    Each is of one kind: what it does, or doubtful while it is not decided which asset it is.
    """

    ADD = "add", Action.ADD.zh, Action.ADD.en
    UPDATE = "update", Action.UPDATE.zh, Action.UPDATE.en
    MOVE = "move", Action.MOVE.zh, Action.MOVE.en
    RETIRE = "retire", Action.RETIRE.zh, Action.RETIRE.en
    CONFLICT = "conflict", Action.CONFLICT.zh, Action.CONFLICT.en
    DOUBTFUL = "doubtful", "存疑", "Uncertain"


class Decision(Vocabulary):
    """What has been decided of a row, in the order of the numbers that tiles carry; a conflict has nothing to decide."""

    ACCEPTED = "accepted", "将应用", "To be applied"
    REJECTED = "rejected", "已拒绝", "Rejected"
    UNDECIDED = "undecided", "待判断", "To be decided"


class MatchedBy(Vocabulary):
    """How a delivered row was matched with an asset (`change.matched_by`)."""

    CODE = "code", "编码", "Code"
    ALIAS = "alias", "旧编码", "Former code"
    KEY = "key", "供图单位编号", "Supplier's key"
    RULE = "rule", "方案的规则", "Rule of the profile"
    SAME = "same", "完全相同", "Identical"
    PLACE = "place", "位置与分类", "Position and class"
    PERSON = "person", "人工判断", "Decided by a person"


class Reason(Vocabulary):
    """Why a row is a conflict (`change.reason`), or why it keeps its set from being applied (`Stale.reason`)."""

    # found by the diff, or by an undo: a conflict, which is never applied
    TWO_ROWS_ONE_ASSET = "two_rows_one_asset", "文件中另有一行是这项资产", "Another row of the file is this asset"
    KEY_OF_OTHER_ASSET = (
        "key_of_other_asset",
        "供图单位编号属于另一项资产",
        "The supplier's key belongs to another asset",
    )
    OTHER_LAYER = "other_layer", "编码属于另一图层的资产", "The code belongs to an asset of another layer"
    EDITED_SINCE = "edited_since", "之后又改动过，保留现状", "Changed again since: kept as it is"
    # found by apply: the register went on since the proposal
    VERSION = "version", "已被别人改动", "Changed meanwhile"
    CODE = "code", "编码已被另一项资产使用", "The code is another asset's by now"
    EXTERNAL_KEY = "external_key", "供图单位编号已被另一项资产使用", "The supplier's key is another asset's by now"
    ADDED = "added", "同类同位置的资产已由别的变更新增", "An asset of this class was added at this position meanwhile"
    CLASS = "class", "分类已不存在", "The class no longer exists"


class Severity(Vocabulary):
    """Whether a problem keeps its row out (`problem.severity`)."""

    ERROR = "error", "错误", "Error"
    WARNING = "warning", "警告", "Warning"


COLUMNS = {
    "change_set.kind": SetKind,
    "change_set.status": SetStatus,
    "change.action": Action,
    "change.state": AssetState,
    "change.accuracy": Accuracy,
    "change.matched_by": MatchedBy,
    "change.reason?": Reason,
    "problem.severity": Severity,
}
IN_BROWSER = (RowKind, Decision)
