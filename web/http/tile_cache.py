"""Tiles that were cut before, in memory. The key is the ETag, which holds the scope: nobody gets another's bytes."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock


class TileCache:
    """The least recently used goes first when `capacity` bytes are full. Safe among the threads of one process."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._size = 0
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> bytes | None:
        """The bytes under this key, or None."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: str, tile: bytes) -> None:
        """Keep the bytes; what is larger than a tenth of the whole is not worth its neighbours."""
        if len(tile) > self._capacity // 10:
            return
        with self._lock:
            self._size += len(tile) - len(self._kept.pop(key, b""))
            self._kept[key] = tile
            while self._size > self._capacity:
                _oldest, gone = self._kept.popitem(last=False)
                self._size -= len(gone)
