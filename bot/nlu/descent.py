"""L-BFGS: finds where a smooth convex function is least.

SciPy's own turns the bounds of every variable into Python objects, whether there are any or not:
with two million weights that takes longer than the search.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Singles = npt.NDArray[np.float32]

#: A function's value and its gradient at a place.
Function = Callable[[Singles], tuple[float, Singles]]

#: Earlier steps kept in mind. Each costs two arrays as large as the place.
_STEPS_REMEMBERED = 8

#: A step must gain at least this share of what the slope promises (Armijo's condition).
_SUFFICIENT = 1e-4

#: A step that gains too little is halved this often; then the digits are used up.
_HALVINGS = 20


@dataclass
class _Memory:
    """The latest steps, how the gradient changed over each, and the product of the two."""

    steps: deque[tuple[Singles, Singles, float]] = field(
        default_factory=lambda: deque(maxlen=_STEPS_REMEMBERED)
    )

    def add(self, step: Singles, change: Singles) -> None:
        """Keep a step, unless rounding left nothing of how the function bends along it."""
        product = float(np.vdot(step, change))
        if product > 0:
            self.steps.append((step, change, product))

    def direction(self, gradient: Singles) -> Singles:
        """Where the least value is expected, by the two-loop recursion (Nocedal 1980)."""
        ahead = -gradient
        if not self.steps:
            length = float(np.linalg.norm(gradient))
            return ahead / np.float32(length or 1.0)
        shares = []
        for step, change, product in reversed(self.steps):
            share = np.float32(np.vdot(step, ahead) / product)
            shares.append(share)
            ahead -= share * change
        _, change, product = self.steps[-1]
        ahead *= np.float32(product / np.vdot(change, change))
        for (step, change, product), share in zip(self.steps, reversed(shares), strict=True):
            ahead += (share - np.float32(np.vdot(change, ahead) / product)) * step
        return ahead


def descend(function: Function, start: Singles, *, steps: int, flat: float) -> Singles:
    """Where `function` is least, as far as `steps` steps from `start` lead.

    Args:
        flat: the search ends where no part of the gradient is larger than this.
    """
    place, memory = start, _Memory()
    value, gradient = function(place)
    for _ in range(steps):
        if float(np.abs(gradient).max()) <= flat:
            break
        direction = memory.direction(gradient)
        slope = float(np.vdot(gradient, direction))
        share = np.float32(1)
        for _ in range(_HALVINGS):
            ahead = place + share * direction
            value_ahead, gradient_ahead = function(ahead)
            if value_ahead <= value + _SUFFICIENT * float(share) * slope:
                break
            share /= 2
        else:
            break
        memory.add(ahead - place, gradient_ahead - gradient)
        place, value, gradient = ahead, value_ahead, gradient_ahead
    return place
