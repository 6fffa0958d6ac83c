"""The memory of ended threads is not kept for them."""

from __future__ import annotations

import subprocess
import sys

import pytest

POOLS = """
import ctypes, re, sys, tempfile, threading
from gantry.engine.memory import share_memory
if sys.argv[1] == "shared":
    share_memory()
held, together = [], threading.Barrier(6)
def work():
    held.append(bytes(100_000))
    together.wait()
threads = [threading.Thread(target=work) for _ in range(6)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
with tempfile.NamedTemporaryFile() as file:
    stream = ctypes.c_void_p(libc.fopen(file.name.encode(), b"w"))
    libc.malloc_info(0, stream)
    libc.fclose(stream)
    print(len(re.findall("<heap nr", file.read().decode())))
"""


def pools(how: str) -> int:
    ran = subprocess.run(
        [sys.executable, "-c", POOLS, how], capture_output=True, text=True, check=True, timeout=60
    )
    return int(ran.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's")
def test_threads_share_one_pool_of_memory() -> None:
    assert pools("own") > 1
    assert pools("shared") == 1
