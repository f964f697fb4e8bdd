"""The only random arithmetic: keyed uniforms, draws and order keys (semantics 8 and 9).

A draw is a function of seed, replication, step label, item name and visit, never of the order
of events. Everything is compiled once by numba and called by every engine, which so agree to the
bit; logarithms and the like are those of `desim.elementary`, so machines agree as well. It is all
in one file because numba's cache on disk does not notice a change in another.

Quantiles are monotone in the uniform, so that common random numbers stay positively correlated
when a parameter changes (Law 2015, chapter 11).

Keys are 64-bit words mixed by the finaliser of splitmix64 (Steele, Lea & Flood 2014, OOPSLA,
doi:10.1145/2660193.2660195). One visit of an item to a label may need several numbers; they are
told apart by an index: 0 for a duration, choice or deadline; 4j, 4j+1 and 4j+2 for delay, loss
and resend of the j-th attempt to send; 3 for an error of reading or transmission.
"""

from __future__ import annotations

import hashlib
import math
from functools import lru_cache

import numpy as np
from numba import njit

from desim.elementary import exp, log, log1p, log_gamma, power

CONSTANT, UNIFORM, TRIANGULAR, EXPONENTIAL, GAMMA, LOGNORMAL, WEIBULL, EMPIRICAL, MIXTURE = range(9)

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S12 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(12)
_TWO52 = 2.0**-52
_DAY = np.uint64(int.from_bytes(hashlib.blake2b(b"day", digest_size=8).digest(), "little"))
_MEMBER = np.uint64(1 << 32)

LAW_WORDS = 6
"""Numbers a row of a program's table of distributions, see `sample`."""

ERROR = 3
"""Index of the number that decides an error."""


@lru_cache(maxsize=1 << 14)
def name_key(name: str) -> int:
    """A 64-bit key for a name, the same on every machine and in every process."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def run_key(seed: int, replication: int) -> int:
    """The key of one replication under a seed; hashed, so that no two are related.

    Parameters
    ----------
    seed, replication
        Non-negative whole numbers below 2**63.
    """
    return int(mix(mix(name_key("desim run"), seed), replication))


@njit("uint64(uint64)", cache=True)
def _finalise(word):
    word = (word ^ (word >> _S30)) * _M1
    word = (word ^ (word >> _S27)) * _M2
    return word ^ (word >> _S31)


@njit("uint64(uint64, uint64)", cache=True)
def mix(key, word):
    """Mix one more word into a key; the order of the words matters."""
    return _finalise(key ^ _finalise(word + _GOLDEN))


@njit("uint64(uint64, uint64, uint64)", cache=True)
def child_key(parent, branch, visit):
    """The key of a child item: its parent, the branch and how often the parent forked there."""
    return mix(mix(parent, branch), visit)


@njit("float64(uint64, uint64, uint64, uint64)", cache=True)
def uniform(stem, item, visit, index):
    """A number in (0, 1): the `index`-th of this item's visit to a label in a run.

    Parameters
    ----------
    stem
        ``mix(run, label)``: the same for all items that come to the label, so mixed only once.
    item, visit, index
        The rest of the key (uint64).
    """
    key = mix(mix(mix(stem, item), visit), index)
    # The cast is exact below 2**63, and signed numbers become floats in one instruction.
    return (float(np.int64(key >> _S12)) + 0.5) * _TWO52


_CENTRE_TOP = (
    2509.0809287301226727,
    33430.575583588128105,
    67265.770927008700853,
    45921.953931549871457,
    13731.693765509461125,
    1971.5909503065514427,
    133.14166789178437745,
    3.387132872796366608,
)
_CENTRE_BOTTOM = (
    5226.495278852854561,
    28729.085735721942674,
    39307.89580009271061,
    21213.794301586595867,
    5394.1960214247511077,
    687.1870074920579083,
    42.313330701600911252,
    1.0,
)
_SIDE_TOP = (
    7.7454501427834140764e-4,
    0.0227238449892691845833,
    0.24178072517745061177,
    1.27045825245236838258,
    3.64784832476320460504,
    5.7694972214606914055,
    4.6303378461565452959,
    1.42343711074968357734,
)
_SIDE_BOTTOM = (
    1.05075007164441684324e-9,
    5.475938084995344946e-4,
    0.0151986665636164571966,
    0.14810397642748007459,
    0.68976733498510000455,
    1.6763848301838038494,
    2.05319162663775882187,
    1.0,
)
_TAIL_TOP = (
    2.01033439929228813265e-7,
    2.71155556874348757815e-5,
    0.0012426609473880784386,
    0.026532189526576123093,
    0.29656057182850489123,
    1.7848265399172913358,
    5.4637849111641143699,
    6.6579046435011037772,
)
_TAIL_BOTTOM = (
    2.04426310338993978564e-15,
    1.4215117583164458887e-7,
    1.8463183175100546818e-5,
    7.868691311456132591e-4,
    0.0148753612908506148525,
    0.13692988092273580531,
    0.59983220655588793769,
    1.0,
)


@njit(cache=True)
def _polynomial(x, c):
    """A polynomial of degree 7, highest power first, by Estrin's scheme: short chains of steps."""
    x2 = x * x
    low = (c[7] + c[6] * x) + (c[5] + c[4] * x) * x2
    high = (c[3] + c[2] * x) + (c[1] + c[0] * x) * x2
    return low + high * (x2 * x2)


@njit(cache=True)
def _ratio(x, top, bottom):
    return _polynomial(x, top) / _polynomial(x, bottom)


@njit("float64(float64)", cache=True)
def normal_quantile(u):
    """Standard normal quantile (Wichura 1988, AS 241, PPND16: about 16 digits)."""
    q = u - 0.5
    if abs(q) <= 0.425:
        return q * _ratio(0.180625 - q * q, _CENTRE_TOP, _CENTRE_BOTTOM)
    r = math.sqrt(-log(u if q < 0.0 else 1.0 - u))
    if r <= 5.0:
        value = _ratio(r - 1.6, _SIDE_TOP, _SIDE_BOTTOM)
    else:
        value = _ratio(r - 5.0, _TAIL_TOP, _TAIL_BOTTOM)
    return -value if q < 0.0 else value


@njit("float64(float64, float64, float64)", cache=True)
def _gamma_excess(shape, x, u):
    """Regularised lower incomplete gamma less `u` (series, or Lentz's fraction for the upper one,
    taken from 1 - u so that the far tail keeps its digits; Abramowitz & Stegun 6.5)."""
    scale = exp(-x + shape * log(x) - log_gamma(shape))
    if x < shape + 1.0:
        term = 1.0 / shape
        total = term
        n = shape
        for _ in range(1000):
            n += 1.0
            term *= x / n
            total += term
            if term < total * 1e-16:
                break
        return total * scale - u
    b = x + 1.0 - shape
    c = 1e300
    d = 1.0 / b
    h = d
    for i in range(1, 1000):
        an = -i * (i - shape)
        b += 2.0
        d = an * d + b
        d = 1.0 / (d if abs(d) > 1e-300 else 1e-300)
        c = b + an / c
        if abs(c) < 1e-300:
            c = 1e-300
        step = d * c
        h *= step
        if abs(step - 1.0) < 1e-15:
            break
    return (1.0 - u) - scale * h


@njit("float64(float64, float64)", cache=True)
def gamma_quantile(shape, u):
    """Quantile of a gamma with scale 1: Wilson and Hilferty's start, then guarded Newton steps."""
    if shape == 1.0:
        return -log(1.0 - u)
    low, high = 0.0, shape + 60.0 * math.sqrt(shape) + 800.0
    z = normal_quantile(u)
    root = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * math.sqrt(shape))
    x = shape * root * root * root
    if not 0.0 < x < high:
        x = exp((log(u) + log_gamma(shape + 1.0)) / shape)
    x = min(max(x, 1e-300), 0.5 * high)
    for _ in range(200):
        error = _gamma_excess(shape, x, u)
        if error > 0.0:
            high = x
        else:
            low = x
        slope = exp((shape - 1.0) * log(x) - x - log_gamma(shape))
        guess = x - error / slope if slope > 0.0 else -1.0
        # Before the guard: rounding alone may put a last step on the wrong side of a bound.
        if abs(guess - x) <= 1e-13 * max(1.0, 1.0 / shape) * x:
            return guess
        if not low < guess < high:
            guess = 0.5 * (low + high)
        x = guess
    return x


def prepared(kind: int, a: float, b: float, c: float) -> tuple[float, float, float]:
    """What `quantile` wants of a distribution's parameters, computed once for all draws.

    Parameters
    ----------
    kind
        One of the codes of this module.
    a, b, c
        Its parameters in the order of `desim.distribution.KINDS`, then zeros.

    Returns
    -------
    tuple
        The same, but for a lognormal its mean, and the standard deviation and half the variance
        of its logarithm.
    """
    if kind == LOGNORMAL:
        variance = _log_variance(b)
        return a, math.sqrt(variance), 0.5 * variance
    return a, b, c


@njit("float64(float64)", cache=True)
def _log_variance(cv):
    """Variance of the logarithm of a lognormal with a coefficient of variation."""
    return log1p(cv * cv)


@njit("float64(int64, float64, float64, float64, float64)", cache=True)
def quantile(kind, a, b, c, u):
    """The value below which a draw falls with probability `u`, for the simple kinds.

    Parameters
    ----------
    kind
        One of the codes of this module, neither ``EMPIRICAL`` nor ``MIXTURE``.
    a, b, c
        The distribution's parameters as `prepared` gives them.
    u
        A number in (0, 1) such as `uniform` gives: an odd multiple of 2**-53, of which 1 - u is
        exact, so that a logarithm of it needs no more care (`log1p` takes three times as long).
    """
    if kind == CONSTANT:
        return a
    if kind == EXPONENTIAL:
        return -a * log(1.0 - u)
    if kind == LOGNORMAL:
        return a * exp(b * normal_quantile(u) - c)
    if kind == UNIFORM:
        return a + (b - a) * u
    if kind == TRIANGULAR:
        width = c - a
        if width <= 0.0:
            return a
        if u * width < b - a:
            return a + math.sqrt(u * width * (b - a))
        return c - math.sqrt((1.0 - u) * width * (c - b))
    if kind == GAMMA:
        return a / b * gamma_quantile(b, u)
    return a * power(-log(1.0 - u), 1.0 / b)


@njit("float64(int64, float64, float64, float64, uint64, uint64, uint64, uint64)", cache=True)
def draw(kind, a, b, c, stem, item, visit, index):
    """One keyed draw from a simple kind; a constant asks for no random number."""
    if kind == CONSTANT:
        return a
    return quantile(kind, a, b, c, uniform(stem, item, visit, index))


@njit("float64(float64, uint64, uint64, uint64)", cache=True)
def distortion(cv, stem, item, visit):
    """A lognormal factor of mean 1 and the given coefficient of variation."""
    if cv == 0.0:
        return 1.0
    variance = _log_variance(cv)
    u = uniform(stem, item, visit, np.uint64(ERROR))
    return quantile(LOGNORMAL, 1.0, math.sqrt(variance), 0.5 * variance, u)


@njit("float64(uint64, uint64)", cache=True)
def _of_knot(stem, knot):
    """A standard normal number that belongs to a knot in time."""
    return normal_quantile(uniform(stem, knot, np.uint64(0), np.uint64(ERROR)))


@njit("float64(uint64, float64, float64)", cache=True)
def drift(stem, time, apart):
    """A standard normal number for a time, which moves slowly.

    Knots have independent numbers; between two it is their mean by distance, scaled to variance
    1. So numbers an hour apart are nearly equal and those two knots apart are independent.

    Parameters
    ----------
    stem
        Whose number it is.
    time, apart
        The time, and how far apart knots are, hours.
    """
    knot = math.floor(time / apart)
    later = time / apart - knot
    earlier = 1.0 - later
    here, there = _of_knot(stem, np.uint64(knot)), _of_knot(stem, np.uint64(knot + 1.0))
    return (earlier * here + later * there) / math.sqrt(earlier * earlier + later * later)


@njit("float64(float64, float64, float64, uint64, uint64, float64)", cache=True)
def misreading(cv, shared, apart, own, common, time):
    """The factor by which what is read at a time is wrong: lognormal, mean 1 (semantics 8).

    Parameters
    ----------
    cv
        Coefficient of variation.
    shared
        Share of the variance of its logarithm that comes from `common`.
    apart
        How long it persists, see `drift`, hours.
    own, common
        Keys of what is read and of what it shares with other places, mixed with the run's.
    time
        Hours.
    """
    variance = _log_variance(cv)
    z = math.sqrt(1.0 - shared) * drift(own, time, apart)
    if shared > 0.0:
        z += math.sqrt(shared) * drift(common, time, apart)
    return exp(math.sqrt(variance) * z - 0.5 * variance)


@njit("uint64(float64)", cache=True)
def day_key(since):
    """What the draws of items that are keyed by the day are keyed by (semantics 8)."""
    return mix(_DAY, np.uint64(max(0.0, math.floor(since / 24.0))))


@njit(cache=True)
def pick(members, first, count, u):
    """Where in `members` the one stands that `u` chooses from `count` that begin at `first`."""
    last = first + 2 * (count - 1)
    for i in range(first, last, 2):
        if u < members[i]:
            return i
    return last


@njit(cache=True)
def sample(laws, members, law, stem, item, visit, index):
    """One keyed draw from any row of a program's table of distributions.

    Parameters
    ----------
    laws
        float64: for each distribution kind, prepared a, b and c, where its members begin, and
        how many they are (`LAW_WORDS` numbers a row).
    members
        float64: for each member of a list the cumulative share up to it and its value; the value
        of a mixture's member is where its part begins in `laws`.
    law
        Where the distribution's row begins in `laws`.
    stem, item, visit, index
        The key of the draw (uint64), see `uniform`.
    """
    kind = int(laws[law])
    if kind < EMPIRICAL:
        return draw(kind, laws[law + 1], laws[law + 2], laws[law + 3], stem, item, visit, index)
    u = uniform(stem, item, visit, index + _MEMBER)
    value = members[pick(members, int(laws[law + 4]), int(laws[law + 5]), u) + 1]
    if kind == EMPIRICAL:
        return value
    part = int(value)
    kind = int(laws[part])
    if kind == EMPIRICAL:
        u = uniform(stem, item, visit, index + _MEMBER + _MEMBER)
        return members[pick(members, int(laws[part + 4]), int(laws[part + 5]), u) + 1]
    return draw(kind, laws[part + 1], laws[part + 2], laws[part + 3], stem, item, visit, index)
