"""Words of assets."""

from registry.vocabulary.word_list import Vocabulary


class AssetState(Vocabulary):
    """The states of GB/T 30428.2 (`asset.state`), in the order of the numbers that tiles carry."""

    INTACT = "intact", "完好", "Intact"
    DAMAGED = "damaged", "破损", "Damaged"
    MISSING = "missing", "丢失", "Missing"
    ABANDONED = "abandoned", "废弃", "Abandoned"
    RETIRED = "retired", "移除", "Retired"


class Accuracy(Vocabulary):
    """The classes of positional accuracy (`asset.accuracy`)."""

    A = "A", "A 级（≤ 0.5 米）", "A (≤ 0.5 m)"
    B = "B", "B 级（≤ 1 米）", "B (≤ 1 m)"
    C = "C", "C 级（≤ 10 米）", "C (≤ 10 m)"


class PartyRole(Vocabulary):
    """What a department or a company is to an asset: the columns that name one."""

    MANAGER = "manager", "主管部门", "Managing department"
    OWNER = "owner", "权属单位", "Owner"
    MAINTAINER = "maintainer", "养护单位", "Maintainer"


COLUMNS = {
    "asset.state": AssetState,
    "asset.accuracy": Accuracy,
    "asset_version.state": AssetState,
    "asset_version.accuracy": Accuracy,
}
IN_BROWSER = (AssetState,)
