"""What every figure of a column must be, computed by DuckDB from the same files.

A figure is (name, value, how it is compared). Nothing here reads limn's figures, except the edges of its histogram,
whose counts are checked bin by bin.
"""

import math
from decimal import Decimal, localcontext
from fractions import Fraction

from tables import quote_name
from text_figures import text_figures

QUANTILES = {"p01": 10, "p05": 50, "p25": 250, "median": 500, "p75": 750, "p95": 950, "p99": 990}
TOP_COUNT = 25
TEXT_LIMIT = 4096
# More different texts than this are not walked in Python.
MOST_TEXTS = 5_000_000


class Column:
    """One column, grouped: every value with its count, in a temporary table `g`."""

    def __init__(self, db, name, kind, family, rows):
        self.db, self.name, self.kind, self.family, self.rows = db, name, kind, family, rows
        column = quote_name(name)
        if family == "X":
            self.nulls = rows - self.one(f"select count({column}) from data")[0]
            self.values = rows - self.nulls
            return
        self.is_float = kind in ("DOUBLE", "FLOAT")
        db.execute("drop table if exists g")
        cast = f"cast({column} as varchar)" if family == "A" else column
        db.execute(f"create temp table g as select {cast} as v, count(*)::bigint as n from data where {column} is not null group by 1")
        self.values, self.distinct, self.unique = self.one("select coalesce(sum(n), 0)::bigint, count(*), count(*) filter (n = 1) from g")
        self.nulls = rows - self.values

    def one(self, sql, *binds):
        return self.db.execute(sql, list(binds)).fetchone()

    def text(self, value):
        """The canonical text of a value that DuckDB gave (times come as text)."""
        if value is None:
            return None
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, Decimal):
            return format(value, "f")
        if isinstance(value, float):
            return real_text(value)
        if self.family == "D":
            return time_text(value)
        return str(value)

    def selected(self, expression="v"):
        """How a value is fetched: times as text, so that no year is out of Python's range."""
        return f"cast({expression} as varchar)" if self.family == "D" else expression


def real_text(value):
    """The shortest digits that give the double back, without an exponent."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    # There is one zero: -0.0 is written as it.
    text = format(Decimal(repr(value + 0.0)), "f")
    return text[:-2] if text.endswith(".0") else text


def time_text(text):
    """DuckDB's `2013-01-01 05:00:00.5+00` as `2013-01-01T05:00:00.5Z`."""
    if len(text) <= 10 or " " not in text:
        return text
    text = text.replace(" ", "T", 1)
    zone = ""
    if text.endswith("+00"):
        text, zone = text[:-3], "Z"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text + zone


def cut(text):
    return text if text is None or len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT] + "…"


def expected_figures(column, given):
    """All figures of a column as {name: value}. `given` lends its histogram's edges."""
    figures = {"row_count": column.rows, "null_count": column.nulls, "non_null_count": column.values}
    if column.rows:
        figures["null_ratio"] = column.nulls / column.rows
    if column.family == "X":
        return figures
    figures["distinct_count"] = column.distinct
    figures["unique_count"] = column.unique
    if column.values:
        figures["distinct_ratio"] = column.distinct / column.values
    figures["top_values"] = top_values(column)
    if column.values:
        figures.update({"A": text_family, "N": number_family, "D": time_family, "B": truth_family}[column.family](column))
    elif column.family == "A":
        figures.update(text_figures([], column.rows, column.nulls))
    figures["histogram"] = histogram_counts(column, given.get("histogram") or [])
    return figures


def top_values(column):
    found = column.db.execute(f"select {column.selected()}, n from g order by n desc, v limit {TOP_COUNT}").fetchall()
    return [(cut(column.text(value)), count) for value, count in found]


def text_family(column):
    figures = dict(zip(("min_value", "max_value"), map(cut, column.one("select min(v), max(v) from g"))))
    if column.distinct <= MOST_TEXTS:
        figures.update(text_figures(column.db.execute("select v, n from g").fetchall(), column.rows, column.nulls))
        figures["min_text"], figures["max_text"] = cut(figures["min_text"]), cut(figures["max_text"])
        shapes = figures["patterns"]
        figures["patterns"] = [(cut(shape), count) for shape, count in shapes[:TOP_COUNT]]
    return figures


def length_figures(column):
    if column.is_float:
        if column.distinct > MOST_TEXTS:
            return {}
        lengths = [(len(real_text(value)), count) for value, count in column.db.execute("select v::double, n from g").fetchall()]
        total = sum(length * count for length, count in lengths)
        shortest, longest = min(lengths)[0], max(lengths)[0]
    else:
        form = "length(cast(v as varchar))"
        if column.kind == "TIMESTAMP WITH TIME ZONE":
            form = f"({form} - 2)"  # `Z` for `+00`
        shortest, longest, total = column.one(f"select min({form}), max({form}), sum({form} * n)::hugeint from g")
    return {"min_length": shortest, "max_length": longest, "avg_length": total / column.values}


def number_family(column):
    figures = length_figures(column)
    finite = "isfinite(v::double)" if column.is_float else "true"
    if column.is_float:
        figures["nan_count"], figures["infinite_count"] = column.one(
            "select coalesce(sum(n) filter (isnan(v)), 0)::bigint, coalesce(sum(n) filter (isinf(v)), 0)::bigint from g"
        )
    count, least, greatest = column.one(f"select coalesce(sum(n), 0)::bigint, min(v), max(v) from g where {finite}")
    if count == 0:
        return figures
    figures["min_value"], figures["max_value"] = column.text(least), column.text(greatest)
    figures["zero_count"], figures["negative_count"], positive = column.one(
        f"select coalesce(sum(n) filter (v = 0), 0)::bigint, coalesce(sum(n) filter (v < 0), 0)::bigint, min(v) filter (v > 0) from g where {finite}"
    )
    figures["min_positive_value"] = None if positive is None else float(positive)
    exact = exact_sum(column)
    if exact is None:
        total = column.one(f"select fsum(v::double * n) from g where {finite}")[0]
        mean = total / count
        figures["sum"] = total
    else:
        mean = float(exact / count)
        figures["sum"] = exact
    figures["avg_value"] = mean
    fraction = column.one(f"select fsum(abs(v::double - trunc(v::double)) * n), bool_and(v = trunc(v)) from g where {finite}")
    figures["integer_valued"] = fraction[1]
    if column.is_float or column.kind.startswith("DECIMAL"):
        figures["fractional_sum"] = fraction[0]
    # Two passes: DuckDB's own skewness subtracts large powers.
    second, third, fourth = column.one(
        "select fsum(n * pow(v::double - $1, 2)), fsum(n * pow(v::double - $1, 3)), fsum(n * pow(v::double - $1, 4)) "
        f"from g where {finite}",
        mean,
    )
    if least == greatest:
        second = 0.0
    if count > 1:
        figures["variance"] = second / (count - 1)
        figures["stddev_value"] = math.sqrt(figures["variance"])
    if second > 0:
        figures["skewness"] = (third / count) / (second / count) ** 1.5
        figures["kurtosis"] = (fourth / count) / (second / count) ** 2 - 3
    quantiles = discrete_quantiles(column, finite, count)
    figures.update(quantiles)
    iqr = quantiles["p75"] - quantiles["p25"]
    figures["iqr"] = iqr
    figures["outlier_low_count"], figures["outlier_high_count"] = column.one(
        f"select coalesce(sum(n) filter (v::double < $1), 0)::bigint, coalesce(sum(n) filter (v::double > $2), 0)::bigint from g where {finite}",
        quantiles["p25"] - 1.5 * iqr,
        quantiles["p75"] + 1.5 * iqr,
    )
    figures["mode"] = column.text(column.one(f"select v from g where {finite} order by n desc, v limit 1")[0])
    return figures


def exact_sum(column):
    """The sum of whole numbers and decimals as a fraction, exact at any size; None for doubles."""
    if column.is_float:
        return None
    with localcontext(prec=200):
        total = sum((value * count for value, count in column.db.execute("select v, n from g").fetchall()), Decimal(0))
        return Fraction(total)


def discrete_quantiles(column, finite, count):
    """The smallest value whose rank is at least q times n, by whole-number ranks."""
    ranks = [-(-permille * count // 1000) for permille in QUANTILES.values()]
    picks = ", ".join(f"min(v) filter (seen >= {rank})::double" for rank in ranks)
    found = column.one(f"select {picks} from (select v, sum(n) over (order by v) as seen from g where {finite})")
    return dict(zip(QUANTILES, found))


def rank_range(column, value):
    """The ranks that a value takes among the finite ones, as shares: (below, up to and with)."""
    finite = "isfinite(v::double)" if column.is_float else "true"
    below, upto, count = column.one(
        "select coalesce(sum(n) filter (v::double < $1), 0)::bigint, coalesce(sum(n) filter (v::double <= $1), 0)::bigint, "
        f"sum(n)::bigint from g where {finite}",
        value,
    )
    return below / count, upto / count


def time_family(column):
    figures = length_figures(column)
    least, greatest = column.one("select cast(min(v) as varchar), cast(max(v) as varchar) from g")
    figures["min_value"] = figures["min_date"] = column.text(least)
    figures["max_value"] = figures["max_date"] = column.text(greatest)
    if column.kind == "TIME":
        return figures
    day = "date_diff('day', date '1970-01-01', v::date)"
    found = column.one(
        f"select max({day}) - min({day}), count(distinct {day}), count(distinct floor(({day} + 3) / 7)), "
        f"count(distinct (year(v), month(v))), coalesce(sum(n) filter (v::timestamp = v::date::timestamp), 0)::bigint from g"
    )
    for name, value in zip(("date_span_days", "days_present", "weeks_present", "months_present", "midnight_count"), found):
        figures[name] = value
    if column.kind == "DATE":
        del figures["midnight_count"]
    weekdays = dict(column.db.execute("select isodow(v), sum(n)::bigint from g group by 1").fetchall())
    figures["weekday_counts"] = [weekdays.get(number, 0) for number in range(1, 8)]
    limits = {
        "before_1yr_count": "d < c - interval 12 month", "before_5yr_count": "d < c - interval 60 month",
        "before_20yr_count": "d < c - interval 240 month", "before_100yr_count": "d < c - interval 1200 month",
        "within_1mo_count": "d between c - interval 30 day and c", "within_1yr_count": "d between c - interval 365 day and c",
        "future_count": "d > c", "distant_future_count": "d > c + interval 240 month",
    }
    picks = ", ".join(f"coalesce(sum(n) filter ({limit}), 0)::bigint" for limit in limits.values())
    # The run's clock is today; a run over midnight is told by taking both days.
    found = [
        column.one(f"select {picks} from (select v::date as d, n, (current_timestamp at time zone 'UTC')::date - {back} as c from g)")
        for back in (0, 1)
    ]
    for place, name in enumerate(limits):
        figures[name] = Either({row[place] for row in found})
    return figures


class Either:
    """Any of some values is right."""

    def __init__(self, values):
        self.values = values

    def __repr__(self):
        return " or ".join(str(value) for value in sorted(self.values))


def truth_family(column):
    true, false = column.one("select coalesce(sum(n) filter (v), 0)::bigint, coalesce(sum(n) filter (not v), 0)::bigint from g")
    return {"true_count": true, "false_count": false}


def histogram_counts(column, bins):
    """The count of each of limn's bins: lower <= value < upper; the last bin is closed."""
    if not bins or column.family not in "ND" or column.kind == "TIME":
        return None
    place = "v::double" if column.family == "N" else "epoch(v::date::timestamp)"
    finite = "isfinite(v::double)" if column.family == "N" and column.is_float else "true"
    picks, binds = [], []
    for index, bin in enumerate(bins):
        conditions = []
        if bin.get("lower") is not None:
            binds.append(float(bin["lower"]))
            conditions.append(f"x >= ${len(binds)}::double")
        if bin.get("upper") is not None:
            binds.append(float(bin["upper"]))
            conditions.append(f"x {'<=' if index == len(bins) - 1 else '<'} ${len(binds)}::double")
        picks.append(f"coalesce(sum(n) filter ({' and '.join(conditions) or 'true'}), 0)::bigint")
    return list(column.one(f"select {', '.join(picks)} from (select {place} as x, n from g where {finite})", *binds))
