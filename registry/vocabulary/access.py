"""Words of who may do what."""

from registry.vocabulary.word_list import Vocabulary


class Role(Vocabulary):
    """What a person is in a district (`role.name`)."""

    ADMINISTRATOR = "administrator", "管理员", "Administrator"
    SURVEYOR = "surveyor", "测绘员", "Surveyor"
    INSPECTOR = "inspector", "巡查员", "Inspector"
    CONTRACTOR = "contractor", "养护单位", "Maintainer"
