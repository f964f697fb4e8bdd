"""Logarithm, exponential, power and the logarithm of the gamma function, the same on every machine.

The C library's own differ in the last bit between systems, and with them digests of runs. These
are made of operations that IEEE 754 defines to the bit: sums, products, quotients, and the
splitting of a number into its mantissa and exponent. numba contracts no product and sum into one
rounding unless it is allowed to (`fastmath`), and it is not.

Method: reduction of the argument to an interval around 0 (Muller 2016, Elementary Functions, 3rd
edition, chapter 11), then Taylor's series in Horner's form, as long as its terms count. The last
bit may be wrong; it is the same wrong bit everywhere.

numba's cache on disk does not notice a change in another file: who changes this one has to remove
what was compiled from it (`__pycache__`).
"""

from __future__ import annotations

import math

from numba import njit

_LN2_HIGH = float.fromhex("0x1.62e42feep-1")
"""The first 32 bits of log 2: a product with any exponent is exact."""
_LN2_LOW = 1.9082149292705877e-10
"""log 2 less its first 32 bits."""
_LOG2_E = 1.4426950408889634
_ROOT_HALF = 0.7071067811865476
_LARGEST, _SMALLEST = 709.782712893384, -745.1332191019412
"""Beyond these an exponential is infinite, or 0."""
_ATANH = tuple(2.0 / (2 * k + 1) for k in range(12, 0, -1))
"""Coefficients of 2 (atanh(s) / s - 1) in powers of s^2, from the highest."""
_EXPONENTIAL = tuple(1.0 / math.factorial(k) for k in range(14, 1, -1))
"""Coefficients of (exp(r) - 1 - r) / r^2, from the highest."""
_STIRLING = tuple(
    top / (bottom * 2 * k * (2 * k - 1))
    for k, (top, bottom) in reversed(
        list(enumerate(((1, 6), (-1, 30), (1, 42), (-1, 30), (5, 66), (-691, 2730), (7, 6)), 1))
    )
)
"""Coefficients of Stirling's series in powers of 1/x^2, from Bernoulli's numbers, from the highest
(Abramowitz & Stegun 6.1.40)."""
_FAR = 9.0
"""From here on seven terms of Stirling's series are exact to rounding."""
_HALF_LOG_TWO_PI = 0.9189385332046728


@njit("float64(float64)", cache=True)
def log(x):
    """Natural logarithm; -inf at 0 and NaN below."""
    if not 0.0 < x < math.inf:
        return x if x > 0.0 else (-math.inf if x == 0.0 else math.nan)
    mantissa, exponent = math.frexp(x)
    if mantissa < _ROOT_HALF:
        mantissa *= 2.0
        exponent -= 1
    f = mantissa - 1.0
    s = f / (2.0 + f)
    z = s * s
    rest = 0.0
    for c in _ATANH:
        rest = rest * z + c
    rest *= z
    # log(1 + f) = f - f^2/2 + s (f^2/2 + rest): all but the first two terms are small.
    square = 0.5 * f * f
    small = s * (square + rest) + exponent * _LN2_LOW
    return exponent * _LN2_HIGH - ((square - small) - f)


@njit("float64(float64)", cache=True)
def exp(x):
    """The exponential; infinite and 0 where it does not fit into a number."""
    if not _SMALLEST < x < _LARGEST:
        return x if x != x else (math.inf if x > 0.0 else 0.0)
    k = math.floor(x * _LOG2_E + 0.5)
    high = x - k * _LN2_HIGH
    low = k * _LN2_LOW
    r = high - low
    rest = 0.0
    for c in _EXPONENTIAL:
        rest = rest * r + c
    # What was rounded off in r is put back where it counts.
    return math.ldexp(1.0 + (r + (r * r * rest + ((high - r) - low))), int(k))


@njit("float64(float64, float64)", cache=True)
def power(x, y):
    """``x ** y`` for x >= 0; its relative error is that of the exponent ``y log x``."""
    if y == 0.0:
        return 1.0
    return exp(y * log(x))


@njit("float64(float64)", cache=True)
def log1p(x):
    """``log(1 + x)`` for x > -1, also where x is small (Kahan's correction)."""
    u = 1.0 + x
    if u == 1.0:
        return x
    return log(u) - ((u - 1.0) - x) / u


@njit("float64(float64)", cache=True)
def log_gamma(x):
    """Logarithm of the gamma function for x > 0: Stirling's series, high up the recurrence."""
    product = 1.0
    while x < _FAR:
        product *= x
        x += 1.0
    z = 1.0 / (x * x)
    series = 0.0
    for c in _STIRLING:
        series = series * z + c
    return (x - 0.5) * log(x) - x + _HALF_LOG_TWO_PI + series / x - log(product)
