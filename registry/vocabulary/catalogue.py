"""Words of the catalogue of layers and classes."""

from registry.vocabulary.word_list import Vocabulary


class LayerGeometry(Vocabulary):
    """What the assets of a layer, or of a class, are on the map (`layer.geometry`, `asset_class.geometry`)."""

    POINT = "point", "点", "Point"
    LINE = "line", "线", "Line"
    POLYGON = "polygon", "面", "Polygon"


COLUMNS = {"layer.geometry": LayerGeometry, "asset_class.geometry": LayerGeometry}
