"""Installs the pinned npm servers once, into the user's cache.

The lock file has versions and hashes but no registry: npm's own settings say where to get them.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import platformdirs
import pytest

_HERE = Path(__file__).parent / "node"
_FILES = ("package.json", "package-lock.json", ".npmrc")


@cache
def installed() -> Path:
    """The folder whose `node_modules` holds the servers; skips the test, loudly, without npm."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        pytest.skip("NOT TESTED: node and npm are missing, so no tus server and no s3rver")
    digest = hashlib.sha256(b"".join((_HERE / name).read_bytes() for name in _FILES)).hexdigest()
    cache_folder = Path(platformdirs.user_cache_dir("gantry-tests"))
    target = cache_folder / f"node-{digest[:16]}"
    if not target.exists():
        cache_folder.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix="node-", dir=cache_folder))
        for name in _FILES:
            shutil.copy(_HERE / name, fresh)
        done = subprocess.run(
            [npm, "ci", "--ignore-scripts"], cwd=fresh, capture_output=True, timeout=300
        )
        if done.returncode:
            shutil.rmtree(fresh)
            pytest.skip(f"NOT TESTED: npm can't install the servers: {done.stderr.decode()[-300:]}")
        try:
            fresh.rename(target)
        except OSError:  # another test process was quicker
            shutil.rmtree(fresh)
    return target


def node_command(script: str, *arguments: str) -> list[str]:
    """A command that runs `node/<script>` with the installed modules in reach."""
    target = installed()
    # Node looks for modules beside the script, so the script runs from the installed folder.
    copy = target / script
    text = (_HERE / script).read_text("utf-8")
    if not copy.exists() or copy.read_text("utf-8") != text:
        handle, fresh = tempfile.mkstemp(dir=target)
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(fresh).replace(copy)
    return ["node", str(copy), *arguments]
