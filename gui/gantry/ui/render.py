"""Grey values to a picture on the screen; numpy is imported by the thread that draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from gantry.engine.preview.contents import Picture


def render(picture: Picture, centre: float, width: float) -> QImage:
    """The picture through a window (linear, PS3.3 §C.11.2.1.2.1). For worker threads."""
    if picture.colour:
        line = picture.width * 3
        return QImage(
            picture.data, picture.width, picture.height, line, QImage.Format.Format_RGB888
        ).copy()
    import numpy as np

    values = np.frombuffer(picture.data, dtype="<f4").reshape(picture.height, picture.width)
    if width > 1:
        centre, width = centre - 0.5, width - 1
    shade = (values - centre) * (255.0 / max(width, 1e-6)) + 127.5
    grey = np.clip(shade, 0.0, 255.0).astype(np.uint8)
    if picture.inverted:
        grey = 255 - grey
    data = np.ascontiguousarray(grey).tobytes()
    return QImage(
        data, picture.width, picture.height, picture.width, QImage.Format.Format_Grayscale8
    ).copy()
