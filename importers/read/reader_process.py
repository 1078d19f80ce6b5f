"""Reading in a child process with limits, so that a crash in a native library costs one delivery and not the server.

The child holds the readers, GDAL and the file; it has no network of ours and no database. Its answers come over a pipe as
JSON and Arrow, never as pickled objects, so that a file which takes over the reader gains nothing beyond it. Reading runs
beside checking and staging, which on two cores pays for the pipe.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import select
import signal
import struct
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from importers.errors import DamagedFile, SourceError, as_json, of_json
from importers.read.ipc import pack_rows, source_layer, unpack_rows
from importers.read.temporary import scratch
from importers.records import Rows, SourceLayer
from registry.database.processes import die_with_parent
from registry.errors import RegistryError, Unavailable
from registry.settings import Settings

MEGABYTE = 1 << 20
HEADER = struct.Struct("<cQ")
LOOK, BATCH, END, FAILED, FAULT = b"L", b"B", b"E", b"F", b"X"


@dataclass(frozen=True)
class ReaderLimits:
    """What a reader may take: memory in megabytes, and seconds without a sign of life."""

    megabytes: int = 1024
    seconds: float = 120.0

    @classmethod
    def of(cls, settings: Settings) -> ReaderLimits:
        """As the operator has set them."""
        return cls(settings.reader_megabytes, settings.reader_seconds)


USUAL = ReaderLimits()


class ReaderProcess:
    """A reader in a child process: `inspect`, then `read`, as `importers.read.reader` has them. Used as a context.

    Raises what they raise; DamagedFile also where the child crashed, ran out of its memory or gave no sign of life for
    `seconds`. Fork it before threads and connections of the parent matter: the child uses none of them.
    """

    def __init__(self, path: str | Path, megabytes: int = 1024, seconds: float = 120.0) -> None:
        self._path, self._megabytes, self._seconds = Path(path), megabytes, seconds

    def __enter__(self) -> ReaderProcess:
        self._scratch = scratch()
        folder = self._scratch.__enter__()
        asked_r, asked_w = os.pipe()
        told_r, told_w = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self._child = os.fork()
        if not self._child:
            os.close(asked_w)
            os.close(told_r)
            tempfile.tempdir = str(folder)
            _serve(self._path, asked_r, told_w, self._megabytes)
        os.close(asked_r)
        os.close(told_w)
        self._ask, self._hear = os.fdopen(asked_w, "wb"), told_r
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._ask.close()
        os.close(self._hear)
        if self._child:
            with suppress(ProcessLookupError):
                os.kill(self._child, signal.SIGKILL)
            os.waitpid(self._child, 0)
        self._scratch.__exit__(kind, error, trace)

    def inspect(self, encoding: str | None = None, header_row: int | None = None) -> list[SourceLayer]:
        """`importers.read.reader.inspect` of the file."""
        self._request("inspect", encoding=encoding, header_row=header_row)
        return [source_layer(payload) for payload in json.loads(self._answer(LOOK))]

    def read(
        self, layer: str | None = None, encoding: str | None = None, header_row: int | None = None
    ) -> Iterator[Rows]:
        """`importers.read.reader.read` of the file; the child is one batch ahead."""
        self._request("read", layer=layer, encoding=encoding, header_row=header_row)
        while (body := self._answer(BATCH, END)) is not None:
            yield unpack_rows(body)

    def first(self, layer: str, encoding: str | None = None, header_row: int | None = None) -> Rows | None:
        """The first batch of a layer alone, None for an empty one."""
        self._request("first", layer=layer, encoding=encoding, header_row=header_row)
        body = self._answer(BATCH, END)
        return None if body is None else unpack_rows(body)

    def _request(self, what: str, **how: Any) -> None:
        try:
            self._ask.write(json.dumps({"what": what, **how}).encode() + b"\n")
            self._ask.flush()
        except BrokenPipeError:
            raise self._death() from None

    def _answer(self, wanted: bytes, end: bytes | None = None) -> Any:
        """The body of the next message. Raises what the child raised, or what its death means."""
        kind, size = HEADER.unpack(self._exactly(HEADER.size))
        body = self._exactly(size)
        if kind == FAILED:
            raise of_json(json.loads(bytes(body)))
        if kind == FAULT:
            raise RuntimeError(bytes(body).decode())
        assert kind in (wanted, end), kind
        return None if kind == end else body

    def _exactly(self, size: int) -> bytearray:
        body, view = bytearray(size), 0
        deadline = time.monotonic() + self._seconds
        while view < size:
            if not select.select([self._hear], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise self._too_slow()
            count = os.readv(self._hear, [memoryview(body)[view : view + (4 * MEGABYTE)]])
            if not count:
                raise self._death()
            view += count
            deadline = time.monotonic() + self._seconds
        return body

    def _too_slow(self) -> SourceError:
        return DamagedFile("reader.stalled", name=self._path.name, seconds=round(self._seconds))

    def _death(self) -> RegistryError:
        """What the child's end means; the same answer however often it is asked."""
        if self._child:
            _pid, self._status = os.waitpid(self._child, 0)
            self._child = 0
        ended_by = os.WTERMSIG(self._status) if os.WIFSIGNALED(self._status) else 0
        if ended_by in (signal.SIGTERM, signal.SIGINT):
            return Unavailable("reader.stopped")
        return DamagedFile("reader.crashed", name=self._path.name, number=ended_by or os.WEXITSTATUS(self._status))  # fmt: skip


# The child --------------------------------------------------------------------------------------------------------


def _serve(path: Path, asked: int, answer_pipe: int, megabytes: int) -> None:
    """The child's life: answer requests until the parent is gone. Never returns."""
    code = 1
    try:
        _cut_loose()
        limit_memory(megabytes)
        with os.fdopen(asked, "rb") as requests, os.fdopen(answer_pipe, "wb", buffering=0) as answers:
            for line in requests:
                _reply(path, json.loads(line), answers)
        code = 0
    except BrokenPipeError:
        code = 0
    finally:
        os._exit(code)


def _cut_loose() -> None:
    """Nothing of the parent's that would outlive it: no signal handlers, and above all no database connection, which the
    server would believe alive for as long as the child is. The child goes when the parent goes.

    Files stay open: a library that has one open, such as PROJ its database, would go on reading whatever gets its number.
    """
    for caught in (signal.SIGINT, signal.SIGTERM):
        signal.signal(caught, signal.SIG_DFL)
    for number in os.listdir("/proc/self/fd") if sys.platform == "linux" else ():
        with suppress(OSError):
            if os.readlink(f"/proc/self/fd/{number}").startswith("socket:"):
                os.close(int(number))
    die_with_parent(signal.SIGKILL)


def limit_memory(megabytes: int) -> None:
    """Give this process so much memory more, and no core file: what a damaged file asks for is refused instead of taking the
    machine along."""
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())  # the others set a gigabyte aside, which would count as used
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What the parent had at the fork counts too, but is shared with it.
    resource.setrlimit(resource.RLIMIT_DATA, (_data_now() + megabytes * MEGABYTE,) * 2)


def _data_now() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[5]) * resource.getpagesize()


def _reply(path: Path, request: Mapping[str, Any], answers: Any) -> None:
    try:
        how = {name: value for name, value in request.items() if name != "what"}
        if request["what"] == "inspect":
            _look(path, how, answers)
        elif request["what"] == "first":
            _first(path, how, answers)
        else:
            _read(path, how, answers)
    except RegistryError as error:
        _send(answers, FAILED, json.dumps(as_json(error)).encode())
    except MemoryError:
        _send(answers, FAILED, json.dumps(as_json(_too_large(path))).encode())
    except BrokenPipeError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            _send(answers, FAILED, json.dumps(as_json(_no_room())).encode())
        elif type(error).__name__ == "ArrowMemoryError":
            _send(answers, FAILED, json.dumps(as_json(_too_large(path))).encode())
        else:
            import traceback

            _send(answers, FAULT, traceback.format_exc().encode())


def _no_room() -> Unavailable:
    return Unavailable("reader.disk_full")


def _too_large(path: Path) -> SourceError:
    return DamagedFile("reader.memory", name=path.name)


def _look(path: Path, how: dict[str, Any], answers: BinaryIO) -> None:
    from importers.read.reader import inspect

    layers = inspect(path, how["encoding"], how["header_row"])
    _send(answers, LOOK, json.dumps([asdict(layer) for layer in layers]).encode())


def _read(path: Path, how: dict[str, Any], answers: BinaryIO) -> None:
    from importers.read.reader import read

    for rows in read(path, how["layer"], how["encoding"], header_row=how["header_row"]):
        _send(answers, BATCH, pack_rows(rows))
    _send(answers, END, b"")


def _first(path: Path, how: dict[str, Any], answers: BinaryIO) -> None:
    from importers.read.reader import read

    rows = next(iter(read(path, how["layer"], how["encoding"], header_row=how["header_row"])), None)
    _send(answers, *((END, b"") if rows is None else (BATCH, pack_rows(rows))))


def _send(answers: Any, kind: bytes, body: Any) -> None:
    for part in (HEADER.pack(kind, len(body)), body):
        view = memoryview(part)
        while view:
            view = view[answers.write(view) :]
