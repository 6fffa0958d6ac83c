"""Turns grey values into a picture; numpy is imported by the thread that draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from gantry.engine.preview.contents import Shape

if TYPE_CHECKING:
    from gantry.engine.preview.contents import Picture


def render(picture: Picture, window: tuple[float, float] | None) -> QImage:
    """The picture through a window (centre, width), or None: its own VOI LUT. For worker threads.

    Source: PS3.3 §C.11.2.1.
    """
    if picture.colour:
        line = picture.width * 3
        return QImage(
            picture.data, picture.width, picture.height, line, QImage.Format.Format_RGB888
        ).copy()
    import numpy as np  # noqa: PLC0415 - numpy: 60 ms

    values = np.frombuffer(picture.data, dtype="<f4").reshape(picture.height, picture.width)
    if window is None and picture.lut is not None:
        table = np.frombuffer(picture.lut.data, dtype=np.uint8)
        at = np.clip(np.rint(values) - picture.lut.first, 0, len(table) - 1)
        grey = table[at.astype(np.intp)]
    else:
        centre, width = window or (
            (picture.low + picture.high) / 2,
            picture.high - picture.low,
        )
        # In double precision: a map in SI units may have a window of 1e-12.
        exact = values.astype(np.float64)
        if picture.shape is Shape.SIGMOID:
            power = np.clip(-4.0 * (exact - centre) / width, -50.0, 50.0)
            shade = 255.0 / (1.0 + np.exp(power))
        else:
            if picture.shape is Shape.LINEAR and width > 1:
                centre, width = centre - 0.5, width - 1
            shade = (exact - centre) * (255.0 / width) + 127.5
        grey = np.clip(shade, 0.0, 255.0).astype(np.uint8)
    if picture.inverted:
        grey = 255 - grey
    data = np.ascontiguousarray(grey).tobytes()
    return QImage(
        data, picture.width, picture.height, picture.width, QImage.Format.Format_Grayscale8
    ).copy()
