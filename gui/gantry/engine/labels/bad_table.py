"""The error for a table of labels that can't be used, with line and column."""

from __future__ import annotations

from gantry.engine.errors import ErrorCode, Fact, GantryError


def bad_table(
    reason: str, *, line: int = 0, column: int = 0, header: str = "", value: str = "", **facts: Fact
) -> GantryError:
    """LABEL_TABLE. What is in the table may be patient data, even its first row.

    Args:
        line, column: as spreadsheets count them, from 1; 0: the table as a whole.
    """
    private: dict[str, Fact] = {"header": header, "value": value[:80]}
    numbers: dict[str, Fact] = {"line": line, "column": column}
    return GantryError(
        ErrorCode.LABEL_TABLE,
        facts={"reason": reason, **{k: n for k, n in numbers.items() if n}, **facts},
        private={key: text for key, text in private.items() if text},
    )
