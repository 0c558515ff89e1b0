"""Holds limn's figures against the expected ones: exact is equal, doubles within 1e-9, estimates inside their stated error."""

import math
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from expected import QUANTILES, TOP_COUNT, Either, rank_range, real_text

RELATIVE = 1e-9
# Sums of many terms of either sign: the terms are the measure, not what is left of them.
CANCELLING = {"sum", "avg_value", "skewness", "kurtosis", "fractional_sum", "entropy_bits"}
# What only exact values can tell: it may be left out where they were given up, and nowhere else.
NEEDS_EXACT_VALUES = {"unique_count", "mode", "entropy_bits", "outlier_low_count", "outlier_high_count"}


class Tally:
    """What was compared and what differs."""

    def __init__(self):
        self.figures = 0
        self.columns = 0
        self.tables = 0
        self.differences = []
        self.estimates = 0
        self.beyond_stated = []
        self.absent = {}
        self.statements = 0
        # (figure, why) -> how often: only what limn itself names as unsaid.
        self.skipped = {}
        self.opinion_figures = 0
        # Of profiling, of the second opinion, of the statements.
        self.seconds = (0.0, 0.0, 0.0)

    def add(self, other):
        """Adds what another part of the work found."""
        for name in ("figures", "opinion_figures", "columns", "tables", "estimates", "statements"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.differences += other.differences
        self.beyond_stated += other.beyond_stated
        for mine, theirs in ((self.absent, other.absent), (self.skipped, other.skipped)):
            for key, count in theirs.items():
                mine[key] = mine.get(key, 0) + count
        self.seconds = tuple(map(sum, zip(self.seconds, other.seconds)))

    def differ(self, table, column, figure, limn, oracle):
        self.differences.append((table, column, figure, str(limn)[:90], str(oracle)[:90]))


def compare_column(tally, table, given, figures, column):
    """Compares one column of limn's JSON with the expected figures."""
    name = given.get("column_name")
    estimates = given.get("estimates") or {}
    if given.get("query_error"):
        tally.differ(table, name, "query_error", given["query_error"], "no error")
        return
    for figure, expected in figures.items():
        if expected is None:
            if given.get(figure) not in (None, []):
                tally.differ(table, name, figure, given[figure], "absent")
            continue
        limn = given.get(figure)
        if limn is None:
            if figure in NEEDS_EXACT_VALUES and gave_up_values(estimates):
                tally.absent[figure] = tally.absent.get(figure, 0) + 1
            else:
                tally.differ(table, name, figure, "absent", shown(expected))
            continue
        if figure in estimates:
            compare_estimate(tally, table, name, figure, limn, figures, estimates[figure], column)
        elif figure in LISTS:
            compare_list(tally, table, name, figure, LISTS[figure](limn), expected, figure == "top_values" and column.is_float)
        else:
            tally.figures += 1
            if not is_equal(figure, limn, expected, figures, column):
                tally.differ(table, name, figure, limn, shown(expected))
    unknown = set(estimates) - set(figures) - set(given)
    for figure in sorted(unknown):
        tally.differ(table, name, f"estimates.{figure}", "an estimate of a figure that is not there", "")


def gave_up_values(estimates):
    """Whether the column's values are no longer known one by one: then something of it is an estimate."""
    return any(figure in estimates for figure in ("distinct_count", "top_values", "median"))


def pairs(key):
    return lambda entries: [(entry[key], entry["count"]) for entry in entries]


LISTS = {
    "top_values": pairs("value"),
    "patterns": pairs("pattern"),
    "length_histogram": pairs("length"),
    "histogram": lambda bins: [bin["count"] for bin in bins],
    "weekday_counts": lambda counts: counts,
}


def compare_list(tally, table, name, figure, limn, expected, is_real=False):
    tally.figures += max(len(expected), 1)
    if len(limn) != len(expected):
        tally.differ(table, name, f"{figure} (entries)", len(limn), len(expected))
    for place, (one, other) in enumerate(zip(limn, expected)):
        if not same_entry(one, other) and not (is_real and same_real(one, other)):
            tally.differ(table, name, f"{figure}[{place}]", one, other)


def same_entry(one, other):
    return list(one) == list(other) if isinstance(other, tuple) else one == other


def same_real(one, other):
    """Of two texts of as many digits that read back as the same double, either is the shortest."""
    return one[1] == other[1] and len(one[0]) == len(other[0]) and as_float(one[0]) == as_float(other[0])


def is_equal(figure, limn, expected, figures, column):
    if isinstance(expected, Either):
        return limn in expected.values
    if isinstance(expected, bool) or isinstance(limn, bool):
        return limn is expected
    if isinstance(expected, (int, Fraction)):
        return as_fraction(limn) == expected
    if figure == "stddev_value" and isinstance(expected, float) and max(expected, as_float(limn) or 0.0) < 1e-150:
        # The squares of such distances are no doubles: databases say 0, Limn measures them in another unit.
        return True
    if isinstance(expected, float):
        return is_close(as_float(limn), expected, magnitude(figure, figures))
    return limn == expected


def magnitude(figure, figures):
    """What a rounding error of this figure is measured by."""
    if figure not in CANCELLING:
        return 0.0
    if figure not in ("sum", "avg_value"):
        return float(figures["non_null_count"]) if figure == "fractional_sum" else 1.0
    widest = max((abs(float(figures[edge])) for edge in ("min_value", "max_value") if figures.get(edge) is not None), default=1.0)
    return widest * figures["non_null_count"] if figure == "sum" else widest


def is_close(limn, expected, scale):
    if limn is None:
        return False
    return abs(limn - expected) <= RELATIVE * max(abs(limn), abs(expected)) + 1e-12 * scale


def as_fraction(value):
    try:
        return Fraction(value) if isinstance(value, (int, str, Decimal)) else None
    except (ValueError, InvalidOperation):
        return None


def as_float(value):
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def shown(expected):
    if isinstance(expected, Fraction):
        return str(expected) if expected.denominator == 1 else real_text(float(expected))
    return expected


def compare_estimate(tally, table, name, figure, limn, figures, stated, column):
    """An estimate fails beyond twice its 95 % error; those beyond once are counted, for some must be."""
    expected = figures[figure]
    tally.estimates += 1
    tally.figures += 1
    error = float(stated["error"])
    away = distance(figure, limn, figures, column)
    if away is None or not error > 0 or away > 2 * error:
        tally.differ(table, name, f"{figure} (±{error:.4g})", limn if figure not in LISTS else f"off by {away}", shown_estimate(expected))
    elif away > error:
        tally.beyond_stated.append((table, name, figure))


def shown_estimate(expected):
    return f"{len(expected)} entries" if isinstance(expected, list) else shown(expected)


def distance(figure, limn, figures, column):
    """How far off, in the measure of the stated error: ranks for quantiles, rows for top values, else relative."""
    expected = figures[figure]
    if figure in QUANTILES:
        below, upto = rank_range(column, as_float(limn))
        share = QUANTILES[figure] / 1000
        return max(below - share, share - upto, 0.0)
    if figure in ("top_values", "patterns"):
        return list_distance(dict(LISTS[figure](limn)), dict(expected)) / column.rows
    if figure == "mode":
        # A value outside the commonest is at most as common as the last of them.
        counts = dict(figures["top_values"])
        return (counts[expected] - counts.get(limn, min(counts.values()))) / column.rows if expected in counts else 0.0
    if figure == "iqr":
        # Its parts are held to their ranks, and the invariants hold it to its parts.
        return 0.0
    if isinstance(expected, Either):
        expected = next(iter(expected.values))
    expected, limn = float(expected), as_float(limn)
    if limn is None or math.isnan(limn):
        return None
    return abs(limn - expected) / max(abs(expected), 1e-300)


def list_distance(limn, expected):
    """The most rows by which an entry of either list is off; of what a full list leaves out is known that it is no commoner than its last."""
    left_out, rarest = (min(counts.values()) if len(counts) >= TOP_COUNT else 0 for counts in (limn, expected))
    missed = (abs(count - limn[value]) if value in limn else count - left_out for value, count in expected.items())
    added = (count - rarest for value, count in limn.items() if value not in expected)
    return max([0, *missed, *added])
