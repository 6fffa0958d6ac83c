"""`replace` for settings and saved destinations, with the names and types of fields checked.

mypy accepts any keyword in `msgspec.structs.replace`. In `dataclasses.replace` it checks the
fields, even of structs: so it is shown that function, while msgspec's runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import replace
else:
    from msgspec.structs import replace

__all__ = ["replace"]
