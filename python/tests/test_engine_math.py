"""The vector arithmetic that compiled cells use, as it is compiled for this processor.

Swift's tests have it as it is compiled for every processor.
"""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from neuron_reduce._engine import compiler

SOURCE = """
#include "vector_math.h"
void exponentials(const double *x, double *values, int64_t count) {
  for (int64_t i = 0; i < count; i += NR_LANES) {
    nr_vector each;
    memcpy(&each, x + i, sizeof each);
    each = nr_exp(each);
    memcpy(values + i, &each, sizeof each);
  }
}
"""


def exponentials(x: np.ndarray) -> np.ndarray:
    """``nr_exp`` of a multiple of eight numbers."""
    values = np.empty_like(x)
    compiler.load(SOURCE).exponentials(
        x.ctypes.data_as(ctypes.c_void_p),
        values.ctypes.data_as(ctypes.c_void_p),
        ctypes.c_int64(len(x)),
    )
    return values


@pytest.mark.skipif(np.finfo(np.longdouble).eps > 1e-18, reason="there is nothing more exact")
def test_exponentials_are_exact() -> None:
    """To 1.25 units in the last place, wherever NEURON's are not cut off."""
    random = np.random.default_rng(1)
    x = np.concatenate([random.uniform(-700, 700, 400_000), random.normal(0, 1, 400_000)])
    exact = np.exp(x.astype(np.longdouble))
    units = np.abs(exponentials(x) - exact) / np.spacing(exact.astype(float))
    assert units.max() <= 1.25


def test_exponentials_beyond_the_range() -> None:
    """0 below -700, e^700 above 700, nothing of what is no number, and no trap."""
    x = np.array([-700.5, -1e300, -np.inf, 800, 1e300, np.inf, np.nan, 0])
    most = np.exp(700)
    expected = [0, 0, 0, most, most, most, np.nan, 1]
    np.testing.assert_allclose(exponentials(x), expected, rtol=3e-16, atol=0)
