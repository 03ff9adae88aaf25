"""The camera over one panel: pyqtgraph's ViewBox pans, zooms and maps the mouse; it draws nothing.

Invariant: cameras of panels that are linked show the same ranges of what they share at every moment.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pyqtgraph as pg

from trajecta.stats.charts.axes import panel_at
from trajecta.stats.charts.direct import followed
from trajecta.stats.figure import Figure, Panel


class Camera(pg.ViewBox):  # type: ignore[misc]  # pyqtgraph is untyped
    """Moves over one panel; its menu and with it pyqtgraph's exporters, which are broken for print, stay off."""

    def __init__(self, panel: Panel) -> None:
        super().__init__(enableMenu=False, border=None, defaultPadding=0.0)
        self.home = panel
        self.setMouseEnabled(panel.moves, panel.moves)
        (x0, x1), (y0, y1) = panel.x.range, panel.y.range
        wide, high = x1 - x0, y1 - y0
        # Half a panel of air on every side: the data cannot be lost from sight. Zooming out ends at the whole, since on
        # less room than it was laid out for one text would lie on another.
        self.setLimits(
            xMin=x0 - wide / 2,
            xMax=x1 + wide / 2,
            yMin=y0 - high / 2,
            yMax=y1 + high / 2,
            maxXRange=wide,
            maxYRange=high,
            minXRange=wide / 200,
            minYRange=high / 200,
        )
        self.fit()

    def fit(self) -> None:
        """Back to the ranges of the figure."""
        self.setRange(xRange=self.home.x.range, yRange=self.home.y.range, padding=0, disableAutoRange=True)

    @property
    def moved(self) -> bool:
        """True if the camera does not show the panel as the figure has it."""
        (x0, x1), (y0, y1) = self.viewRange()
        home = (*self.home.x.range, *self.home.y.range)
        return not np.allclose((x0, x1, y0, y1), home, rtol=1e-9, atol=1e-9)

    def mouseDoubleClickEvent(self, event: object) -> None:
        """Qt's double click is handled by the view."""


def link(cameras: Iterable[Camera]) -> None:
    """Tie the ranges that cameras share to the first of those whose panels are linked."""
    first: dict[str, Camera] = {}
    for camera in cameras:
        name = camera.home.linked
        if name and name in first:
            camera.setXLink(first[name])
            if camera.home.linked_y and camera.home.linked_y == first[name].home.linked_y:
                camera.setYLink(first[name])
            else:
                camera.setMouseEnabled(True, False)
        elif name:
            first[name] = camera


def seen(figure: Figure, cameras: Mapping[str, Camera]) -> Figure:
    """The figure, or another one of the same panels, under the cameras as they stand."""

    def under(number: int, panel: Panel) -> Panel:
        camera = cameras.get(panel.key or str(number))
        if camera is None or not panel.moves or not camera.moved:
            return panel
        (x0, x1), (y0, y1) = camera.viewRange()
        return panel_at(panel, (x0, x1), (y0, y1), figure.width)

    panels = tuple(under(number, panel) for number, panel in enumerate(figure.panels))
    if all(a is b for a, b in zip(panels, figure.panels, strict=True)):
        return figure
    return followed(replace(figure, panels=panels))
