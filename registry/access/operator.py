"""The account of the command line."""

from __future__ import annotations

from typing import Any

import psycopg

# The account of the command line: whoever may reach the database as its owner. It has no password, so that nobody can
# sign in with it, and what it does stands under its own name in the history.
OPERATOR = "operator"

_ADMIT_OPERATOR = """
WITH operator AS (
  INSERT INTO registry.person (username, name) VALUES (%(operator)s, '本机操作员')
  ON CONFLICT (username) DO UPDATE SET username = excluded.username RETURNING id
), member AS (
  INSERT INTO registry.membership (district, person_id, role)
  SELECT d.code, o.id, 'administrator' FROM registry.district d, operator o ON CONFLICT DO NOTHING
)
INSERT INTO registry.layer_grant (district, person_id, layer)
SELECT d.code, o.id, l.code FROM registry.district d, operator o, registry.layer l WHERE l.restricted ON CONFLICT DO NOTHING
"""


def admit_operator(connection: psycopg.Connection[Any]) -> None:
    """The operator of the command line reaches every district and layer. Needs the owner's connection."""
    connection.execute(_ADMIT_OPERATOR.encode(), {"operator": OPERATOR})
