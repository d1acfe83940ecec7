"""Arrays that a statistic may rely on: of the right type and shape, finite, not negative.

A wrong array is a bug of the caller, so it raises ValueError with the argument's name; it never becomes an answer.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


def counts(values: npt.ArrayLike, name: str) -> FloatArray:
    """Values as float64, checked to be finite and >= 0, so that weights and matured exposure are counts too.

    Raises:
        ValueError: a value is negative or not finite; the message gives `name`.

    >>> counts([1, 2.5], "n")
    array([1. , 2.5])
    """
    array = np.asarray(values, dtype=np.float64)
    if not np.all(np.isfinite(array)) or np.any(array < 0.0):
        raise ValueError(f"{name} must be finite and not negative")
    return array


def whole_numbers(values: npt.ArrayLike, name: str) -> IntArray:
    """Values as int64; whole floats are taken, others refused.

    Raises:
        ValueError: a value is not a whole number; the message gives `name`.

    >>> whole_numbers([3.0, 4], "lag_day")
    array([3, 4])
    """
    array = np.asarray(values)
    with np.errstate(invalid="ignore"):
        whole = array.astype(np.int64)
    if not np.array_equal(whole, array):
        raise ValueError(f"{name} must hold whole numbers")
    return whole


def same_shape(**arrays: FloatArray | IntArray) -> None:
    """Check that all arrays are one-dimensional and of one length.

    Raises:
        ValueError: they are not; the message gives their names and shapes.

    >>> same_shape(n=counts([1, 2], "n"), lag_day=whole_numbers([0, 1], "lag_day"))
    """
    shapes = {name: array.shape for name, array in arrays.items()}
    if len(set(shapes.values())) > 1 or any(len(shape) != 1 for shape in shapes.values()):
        raise ValueError(f"one dimension and one length are needed, not {shapes}")


def weighted_count(place: IntArray, weight: FloatArray, places: int) -> FloatArray:
    """The sum of the weights at each place 0, 1, ..., places - 1.

    >>> weighted_count(whole_numbers([1, 1], "place"), counts([2, 0.5], "weight"), 3)
    array([0. , 2.5, 0. ])
    """
    return np.asarray(np.bincount(place, weights=weight, minlength=places), dtype=np.float64)


def frozen(array: FloatArray) -> FloatArray:
    """The same array, no longer writable: for fields of frozen types.

    >>> frozen(counts([1], "n")).flags.writeable
    False
    """
    array.setflags(write=False)
    return array
