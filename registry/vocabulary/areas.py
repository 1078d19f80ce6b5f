"""Words of areas."""

from registry.vocabulary.word_list import Vocabulary


class AreaKind(Vocabulary):
    """The kinds of areas, each within the one before (`area.kind`)."""

    DISTRICT = "district", "行政区", "District"
    SUBDISTRICT = "subdistrict", "街道", "Subdistrict"
    COMMUNITY = "community", "社区", "Community"
    GRID = "grid", "单元网格", "Unit grid"


COLUMNS = {"area.kind": AreaKind}
