"""Least squares with standard errors that do not believe in equal variances.

HC3 leaves out one row after the other and looks at how far the coefficients move; where rows belong together (the same
person in several comparisons), all rows of one leave together. With one row each the two are the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import FloatArray, IntArray, frozen
from answerback.stats.special import student_quantile, student_share

_SINGULAR = 1e-6
"""A design whose smallest singular value is this small against its largest one cannot be solved."""


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Coefficients and their covariance.

    Attributes:
        coefficient: Shape (p,).
        covariance: Shape (p, p).
        df: Degrees of freedom: rows (or clusters) less columns.
    """

    coefficient: FloatArray
    covariance: FloatArray
    df: int

    def estimate(self, column: int, *, coverage: float = 0.95) -> Estimate:
        """One coefficient with its t interval.

        >>> line = least_squares(np.column_stack([np.ones(5), np.arange(5)]), [0.0, 1.1, 1.9, 3.2, 3.9])
        >>> round(line.estimate(1).value, 2)
        0.99
        """
        error = float(np.sqrt(max(0.0, self.covariance[column, column])))
        return with_error(float(self.coefficient[column]), error, self.df, coverage=coverage)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its standard error, t interval, two-sided p-value and degrees of freedom."""

    value: float
    error: float
    low: float
    high: float
    p_value: float
    df: float


def with_error(value: float, error: float, df: float, *, coverage: float = 0.95) -> Estimate:
    """An estimate from a value, its standard error and degrees of freedom.

    >>> round(with_error(1.0, 0.5, 30).high, 3)
    2.021
    """
    half = float(student_quantile(df, 0.5 + coverage / 2.0)) * error
    extreme = abs(value) / error if error > 0.0 else (np.inf if value else 0.0)
    return Estimate(value, error, value - half, value + half, float(2.0 * student_share(df, -extreme)), df)


def least_squares(design: ArrayLike, outcome: ArrayLike, *, cluster: ArrayLike | None = None) -> Fitted | None:
    """Least squares with HC3 standard errors, or those of clusters left out one at a time.

    Method: HC3 of MacKinnon & White (1985), Journal of Econometrics 29(3): the sum over rows of (b - b without the
    row)(b - b without the row)'. Clusters: the same sum over clusters (CR3, Bell & McCaffrey 2002, up to (G - 1) / G).
    Checked against sandwich::vcovHC(type = "HC3") in tests/reference/ancova.json.

    Args:
        design: Shape (n, p), a column of ones included where there is one.
        outcome: Shape (n,).
        cluster: Which cluster each row belongs to, numbers from 0; None: each row is its own.

    Returns:
        None where the columns cannot be told apart, whether with all rows or with one row or cluster left out, or where
        there are no more rows (clusters) than columns.

    Raises:
        ValueError: shapes do not fit, or a value is not finite.
    """
    x, y = np.asarray(design, dtype=np.float64), np.asarray(outcome, dtype=np.float64)
    if x.ndim != 2 or y.shape != x.shape[:1] or not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError(f"design and outcome must be finite and fit, not {x.shape} and {y.shape}")
    of = np.arange(len(y)) if cluster is None else np.asarray(cluster, dtype=np.int64)
    groups = int(of.max(initial=-1)) + 1
    if groups <= x.shape[1] or not _solvable(x):
        return None
    moved = _left_out(x, y, of, groups)
    if moved is None:
        return None
    coefficient, away = moved
    return Fitted(frozen(coefficient), frozen(away.T @ away), groups - x.shape[1])


def _solvable(x: FloatArray) -> bool:
    scale = np.sqrt((x**2).sum(axis=0))
    if not scale.all():
        return False
    squares = np.linalg.eigvalsh((x / scale).T @ (x / scale))
    return bool(squares[0] > _SINGULAR**2 * squares[-1])


def _left_out(x: FloatArray, y: FloatArray, of: IntArray, groups: int) -> tuple[FloatArray, FloatArray] | None:
    """The coefficients, and how far they move as each cluster is left out, shape (clusters, p).

    Without cluster g they move by A Xg' (I - Xg A Xg')^-1 e_g, where A is the inverse of X'X and e_g what its rows
    leave: clusters of one size are worked out together.
    """
    scale = np.sqrt((x**2).sum(axis=0))
    x = x / scale
    inverse = np.linalg.inv(x.T @ x)
    coefficient = inverse @ (x.T @ y)
    left, reach = y - x @ coefficient, x @ inverse
    order = np.argsort(of, kind="stable")
    size = np.bincount(of, minlength=groups)
    first = np.cumsum(size) - size
    away = np.zeros((groups, x.shape[1]))
    for rows_each in np.unique(size[size > 0]).tolist():
        chosen = np.flatnonzero(size == rows_each)
        rows = order[first[chosen][:, None] + np.arange(rows_each)]
        own = np.eye(rows_each) - reach[rows] @ np.swapaxes(x[rows], 1, 2)
        try:
            solved = np.linalg.solve(own, left[rows][..., None])
        except np.linalg.LinAlgError:
            return None
        if not np.isfinite(solved).all() or np.abs(solved).max() * _SINGULAR > np.abs(left).max() + _SINGULAR:
            return None
        away[chosen] = np.einsum("grp,gr->gp", reach[rows], solved[..., 0])
    return coefficient / scale, away / scale
