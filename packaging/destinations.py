"""Makes the table of docs/destinations.md from the kinds of destination.

python packaging/destinations.py            rewrite the table
python packaging/destinations.py --check    exit with 1 if it is stale
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "destinations.md"
BEGIN, END = "<!-- made by packaging/destinations.py -->", "<!-- end of the table -->"

_HEAD = (
    "destination", "example", "takes", "resumes after a cut at", "proof of arrival",
    "tested against",
)  # fmt: skip


def table() -> str:
    """The table: one row per kind, in the order in which the window offers them."""
    sys.path.insert(0, str(ROOT / "gui"))
    from gantry.engine.transfer.registry import KINDS

    rows = [_HEAD, ("---",) * len(_HEAD)]
    for kind in KINDS:
        row = kind.row
        examples = ", ".join(f"`{example}`" for example in row.examples)
        rows.append((kind.label, examples, row.takes, row.resumes, row.proof, row.tested))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def page() -> str:
    """The page with a new table in it."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main() -> int:
    """Rewrites, or checks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true")
    new = page()
    if parser.parse_args().check:
        return int(PAGE.read_text(encoding="utf-8") != new)
    PAGE.write_text(new, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
