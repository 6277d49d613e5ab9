"""Reading in a process of its own: one core reads while another one writes.

The process is small, because nothing that reads needs models, settings or the database. It reads some lots ahead of
whoever takes them, and ends when nobody does.
"""

import contextlib
import gc
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import IO, cast

from catalog.imports.errors import UnreadableRest
from catalog.imports.files import ImportFile
from catalog.imports.onix.messages import Message, Product
from catalog.imports.onix.product import needs_the_shop, read_product
from catalog.imports.onix.reading import Circumstances, no_blocks
from catalog.imports.record import Record
from catalog.imports.rows import BadRow

Told = Record | BadRow | Product
Lot = tuple[int, list[Told]]  # how many bytes of the file have been read by now, and what was in them

LOT = 50  # records
AHEAD = 6  # lots
PROJECT = Path(__file__).resolve().parents[3]


def lots(file: ImportFile, about: Circumstances) -> Generator[Lot]:
    """What the message tells, lot by lot. Raises UnreadableRest after what stands before."""
    with Message(file) as message:
        lot: list[Told] = []
        try:
            for product in message:
                lot.append(product if needs_the_shop(product) else read_product(product, about))
                if len(lot) == LOT:
                    yield message.bytes_read, lot
                    lot = []
        except UnreadableRest:
            yield message.bytes_read, lot
            raise
        yield message.bytes_read, lot


def lots_read_apart(file: ImportFile, about: Circumstances) -> Generator[Lot]:
    """The same, read by another process."""
    order = (replace(file, path=file.path.absolute()), replace(about, blocks_of=no_blocks))
    command = [sys.executable, "-m", "catalog.imports.onix.apart"]
    with (
        subprocess.Popen(  # noqa: S603 - our own module
            command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        ) as reader,
        ThreadPoolExecutor(1) as thread,
    ):
        asked, told = cast("IO[bytes]", reader.stdin), cast("IO[bytes]", reader.stdout)
        try:
            pickle.dump(order, asked)
            asked.close()
            coming = deque(thread.submit(pickle.load, told) for _ in range(AHEAD))
            while lot := coming.popleft().result():
                if isinstance(lot, Exception):
                    raise lot
                coming.append(thread.submit(pickle.load, told))
                yield lot
        except (EOFError, BrokenPipeError, pickle.UnpicklingError) as error:
            raise ChildProcessError(f"The process that read the file ended with code {reader.wait()}.") from error
        finally:
            reader.kill()


def main() -> None:
    """The process: the order comes by standard input, what is read goes by standard output."""
    gc.set_threshold(200_000)
    file, about = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started this one
    with contextlib.suppress(BrokenPipeError):
        try:
            for lot in lots(file, about):
                tell(lot)
            tell(None)
        except BrokenPipeError:
            raise
        except Exception as error:
            tell(error)


def tell(told: Lot | Exception | None) -> None:
    pickle.dump(told, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
