"""Classes of streets and how wide they are: the one table that streets, greens, components and cameras agree on."""

from __future__ import annotations

import numpy as np

EXPRESSWAY, ARTERIAL, SECONDARY, BRANCH, ALLEY = 1, 2, 3, 4, 5

HALF_CARRIAGEWAY = np.array([0.0, 15.5, 12.0, 7.5, 4.5, 2.3])
"""Metres from the centre line to the kerb, by class."""
HALF_WIDTH = np.array([0.0, 25.0, 20.0, 14.0, 9.0, 3.2])
"""Metres from the centre line to the red line 红线, behind the pavement, by class."""
LANES = np.array([0, 8, 6, 4, 2, 1])
