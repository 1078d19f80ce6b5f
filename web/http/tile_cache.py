"""Tiles that were cut before, in memory. The key is the ETag, which holds the scope: nobody gets another's bytes.

Kept as they are sent: squeezed (a tile that is asked for again would be squeezed again).
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from threading import Lock

from registry.tiles.sending import Cut
from web.http.compression import gzip_body

OVERHEAD = 100  # an empty tile takes room as well


class TileCache:
    """The least recently used goes first when `capacity` bytes are full. Safe among the threads of one process."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._size = 0
        self._kept: OrderedDict[str, Cut] = OrderedDict()
        self._lock = Lock()

    def get(self, tag: str) -> Cut | None:
        """The tile of this tag, squeezed, or None."""
        with self._lock:
            found = self._kept.get(tag)
            if found is not None:
                self._kept.move_to_end(tag)
            return found

    def put(self, tag: str, cut: Cut) -> Cut:
        """Keep a tile, and give it back squeezed; what is larger than a tenth of the whole is not worth its neighbours."""
        squeezed = replace(cut, body=gzip_body(cut.body) if cut.body else b"")
        if _size(squeezed) <= self._capacity // 10:
            with self._lock:
                self._keep(tag, squeezed)
        return squeezed

    def _keep(self, tag: str, cut: Cut) -> None:
        before = self._kept.pop(tag, None)
        self._size += _size(cut) - (_size(before) if before else 0)
        self._kept[tag] = cut
        while self._size > self._capacity:
            _oldest, gone = self._kept.popitem(last=False)
            self._size -= _size(gone)


def _size(cut: Cut) -> int:
    return len(cut.body) + OVERHEAD
