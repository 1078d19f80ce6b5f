"""Words of photos."""

from registry.vocabulary.word_list import Vocabulary


class PhotoMatch(Vocabulary):
    """How a photo found its asset (`attachment.matched_by`)."""

    NAME = "name", "文件名", "File name"
    POSITION = "position", "拍摄位置", "Position"
    PERSON = "person", "人工判断", "Decided by a person"


class PhotoReason(Vocabulary):
    """Why a photo has no asset (`attachment.reason`)."""

    SEVERAL_NAMED = "several_named", "文件名指向多个资产", "The file name matches several assets"
    NO_POSITION = (
        "no_position",
        "照片没有位置，文件名也不含资产编码",
        "The photo has no position, and its file name no asset code",
    )
    OUTSIDE = "outside", "拍摄位置不在本区内", "Taken outside the district"
    NOTHING_NEAR = "nothing_near", "15 米内没有该图层的资产", "No asset of the layer within 15 m"
    SEVERAL_NEAR = "several_near", "附近有几个资产，远近相差不大", "Several assets at about the same distance"
    KNOWN = "known", "同一张照片已经在了", "The same photo already exists"
    DROPPED = "dropped", "已由人工判定不采用", "Discarded by a person"


COLUMNS = {"attachment.matched_by": PhotoMatch, "attachment.reason?": PhotoReason}
