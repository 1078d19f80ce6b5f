"""What a verdict on a file rests on besides the file and its profile: layers, district, box, outline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
import shapely

from importers.errors import ProfileMismatch
from importers.normalise.normaliser import Normaliser
from importers.profiles.profile import Profile
from importers.records import Box, SourceLayer
from importers.validate.validator import Validator
from registry.areas.areas import district_outline
from registry.areas.districts import read_district
from registry.catalogue.layers import Layer, reference_layers, stored_layers


@dataclass(frozen=True)
class ValidationContext:
    """The same context gives the same verdict, beside the register and far from it.

    `district` is the six-digit code that asset codes begin with, `box` and `outline` are degrees; what is None is not checked.
    """

    layers: Mapping[str, Layer]
    district: str | None = None
    box: Box | None = None
    outline: shapely.Geometry | None = None

    @classmethod
    def of_district(cls, connection: psycopg.Connection[Any], district: str) -> ValidationContext:
        """Those of a district of the register. Raises NotFound."""
        box = read_district(connection, district).box
        return cls(stored_layers(connection), district, box, district_outline(connection, district))

    @classmethod
    def without_register(cls) -> ValidationContext:
        """The layers that a new register starts with, and no district."""
        return cls(reference_layers())

    def layer(self, code: str) -> Layer:
        """A layer by its code. Raises ProfileMismatch."""
        if code not in self.layers:
            raise ProfileMismatch("profile.layer_unknown", layer=code, names=list(self.layers))
        return self.layers[code]

    def normaliser(self, profile: Profile, source: SourceLayer) -> Normaliser:
        """Raises what `Normaliser` raises."""
        return Normaliser(profile, self.layer(profile.layer), source, self.layers, self.box)

    def validator(self, profile: Profile) -> Validator:
        """A validator for one delivery by this profile."""
        layer = self.layer(profile.layer)
        return Validator(layer, self.district, self.box, self.outline, profile.accept_repairs)
