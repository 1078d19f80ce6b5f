"""The names of everything that can be wrong with a row of a delivery. Their words stand in `importers.problem_texts`."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """An error quarantines the row, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Code(StrEnum):
    """The name of a problem; stable, for scripts and statistics."""

    # reading
    ROW_RAGGED = "row_ragged"
    TEXT_UNDECODABLE = "text_undecodable"
    ELEVATION_DROPPED = "elevation_dropped"
    MEASURE_DROPPED = "measure_dropped"
    # coordinate system
    CRS_OVERRIDDEN = "crs_overridden"
    ZONE_PREFIX_REMOVED = "zone_prefix_removed"
    ZONE_CONTRADICTS = "zone_contradicts"
    CRS_OUT_OF_REACH = "crs_out_of_reach"
    # place
    POSITION_MISSING = "position_missing"
    POSITION_NOT_NUMBER = "position_not_number"
    WKT_BAD = "wkt_bad"
    GEOMETRY_MISSING = "geometry_missing"
    GEOMETRY_EMPTY = "geometry_empty"
    GEOMETRY_NOT_FINITE = "geometry_not_finite"
    GEOMETRY_TYPE = "geometry_type"
    GEOMETRY_MANY_POINTS = "geometry_many_points"
    GEOMETRY_WITHOUT_EXTENT = "geometry_without_extent"
    GEOMETRY_REPAIRED = "geometry_repaired"
    GEOMETRY_INVALID = "geometry_invalid"
    AXES_SWAPPED = "axes_swapped"
    OUTSIDE_DISTRICT = "outside_district"
    COORDINATES_COARSE = "coordinates_coarse"
    COORDINATES_TOO_COARSE = "coordinates_too_coarse"
    # identity
    CODE_MALFORMED = "code_malformed"
    CODE_DAMAGED = "code_damaged"
    CODE_OF_OTHER_DISTRICT = "code_of_other_district"
    CODE_CLASS_DIFFERS = "code_class_differs"
    CODE_REPEATED = "code_repeated"
    KEY_MISSING = "key_missing"
    KEY_REPEATED = "key_repeated"
    # class
    CLASS_MISSING = "class_missing"
    CLASS_UNKNOWN = "class_unknown"
    CLASS_OF_OTHER_LAYER = "class_of_other_layer"
    # fields every asset has
    STATE_UNKNOWN = "state_unknown"
    SOURCE_UNKNOWN = "source_unknown"
    ACCURACY_UNKNOWN = "accuracy_unknown"
    DATE_BAD = "date_bad"
    DATE_IN_FUTURE = "date_in_future"
    DATES_REVERSED = "dates_reversed"
    NAME_TOO_LONG = "name_too_long"
    # attributes of the layer
    NUMBER_BAD = "number_bad"
    NUMBER_NOT_WHOLE = "number_not_whole"
    UNIT_BAD = "unit_bad"
    BOOLEAN_BAD = "boolean_bad"
    ATTRIBUTE_REQUIRED = "attribute_required"
    VALUE_NOT_LISTED = "value_not_listed"
    VALUE_OUT_OF_RANGE = "value_out_of_range"
    VALUE_TOO_LONG = "value_too_long"
    VALUE_PATTERN = "value_pattern"
    VALUE_TYPE = "value_type"
    ATTRIBUTE_INVALID = "attribute_invalid"
