"""The site's own masks: one file in Gantry's home, the same for all projects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from gantry.engine.deidentify.recipes import Recipe, recipe_as, recipe_from
from gantry.engine.errors import ErrorCode, GantryError
from gantry.store.atomic import read_replaced, write_atomically
from gantry.store.home import Home, make_private

SCHEMA: Final = "gantry.recipes/1"
_PATIENCE: Final = 30  # seconds


def recipes_file(home: Home) -> Path:
    """Where the recipes are."""
    return home.history_file.parent / "recipes.json"


def site_recipes(home: Home) -> tuple[Recipe, ...]:
    """All recipes; none if there is no file.

    Raises:
        GantryError: EXPORT_FAILED, the file can't be read, or holds no recipes. Without them, files
            would be held that need not be, so it is said and not passed over.
    """
    file = recipes_file(home)
    try:
        found = json.loads(read_replaced(file))
        if found.get("schema") != SCHEMA:
            raise ValueError("schema")
        return tuple(recipe_from(entry) for entry in found["recipes"])
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _failed(file, error) from error


def save_recipe(home: Home, recipe: Recipe) -> tuple[Recipe, ...]:
    """Keeps a recipe, instead of the one for the same kind; returns all.

    Raises:
        GantryError: EXPORT_FAILED, the file can't be read or written; it is left as it was.
    """
    file = recipes_file(home)
    try:
        make_private(file.parent)
        with FileLock(file.with_suffix(".lock"), timeout=_PATIENCE):  # two at once lose nothing
            others = [one for one in site_recipes(home) if one.kind != recipe.kind]
            made = (*others, recipe)
            text = json.dumps({"schema": SCHEMA, "recipes": [recipe_as(one) for one in made]})
            write_atomically(file, text.encode())
            return made
    except (OSError, Timeout) as error:
        raise _failed(file, error) from error


def _failed(file: Path, error: Exception) -> GantryError:
    return GantryError(
        ErrorCode.EXPORT_FAILED, private={"path": str(file)}, detail=type(error).__name__
    )
