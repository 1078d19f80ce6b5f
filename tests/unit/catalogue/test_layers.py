"""The reference lists make the layers: each class once, in the layer it belongs to."""

import re
from collections import Counter

from registry.catalogue.layers import reference_layers
from registry.database.statements import reference_rows

SURVEILLANCE = re.compile("监控|摄像|枪机|球机|camera", re.IGNORECASE)


def test_surveillance_cameras_are_in_no_open_layer() -> None:
    """Both national lists count them among the components; there everybody would see them."""
    found = {
        (layer.code, c.scheme, c.code)
        for layer in reference_layers().values()
        for c in layer.classes
        if SURVEILLANCE.search(f"{c.name_zh} {c.name_en}")
    }
    assert {("camera", "CJ/T 214-2007", "0136"), ("camera", "GB/T 30428.2-2013", "0150")} <= found
    assert {layer for layer, _scheme, _code in found} == {"camera"}
    assert reference_layers()["camera"].restricted


def test_every_class_of_the_lists_is_in_one_layer() -> None:
    names = ("component_classes.csv", "road_classes.csv", "green_classes.csv", "local_classes.csv")
    listed = Counter((row["scheme"], row["code"]) for name in names for row in reference_rows(name))
    placed = Counter((c.scheme, c.code) for layer in reference_layers().values() for c in layer.classes)
    assert placed == listed
    assert set(placed.values()) == {1}
    strange = {(row["scheme"], row["code"]) for row in reference_rows("class_layers.csv")} - set(listed)
    assert strange == set()


def test_no_two_classes_of_a_scheme_share_the_digits_inside_a_code() -> None:
    digits = Counter((c.scheme, c.number) for layer in reference_layers().values() for c in layer.classes)
    assert [key for key, n in digits.items() if n > 1] == []


def test_a_layers_own_scheme_comes_first() -> None:
    assert reference_layers()["camera"].schemes[0] == "local camera type"
    assert [c.code for c in reference_layers()["alley"].classes] == ["5"]
