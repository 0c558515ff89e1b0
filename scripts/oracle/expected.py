"""What every figure of a column must be, computed by DuckDB from the same files.

A figure is (name, value, how it is compared). Nothing here reads limn's figures, except the edges of its histogram,
whose counts are checked bin by bin.
"""

import math
import os
from decimal import Decimal, localcontext
from fractions import Fraction

from tables import quote_name
from text_figures import text_figures

QUANTILES = {"p01": 10, "p05": 50, "p25": 250, "median": 500, "p75": 750, "p95": 950, "p99": 990}
TOP_COUNT = 25
TEXT_LIMIT = 4096
# Doubles do not tell all numbers of so many digits apart.
WIDE_DIGITS = 16
# More different texts than this are not walked in Python, unless more patience is asked for; the statements hold them alone.
MOST_TEXTS = int(os.environ.get("ORACLE_MOST_TEXTS") or 60_000)


class Column:
    """One column, grouped: every value with its count, in a temporary table `g`."""

    def __init__(self, db, name, kind, family, rows):
        self.db, self.name, self.kind, self.family, self.rows = db, name, kind, family, rows
        self.is_zoned = kind in ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS")
        self.is_fine = kind in ("TIMESTAMP_NS", "TIMESTAMPTZ_NS")
        self.is_time_of_day = kind in ("TIME", "TIME_NS")
        column = quote_name(name)
        if family == "X":
            self.nulls = rows - self.one(f"select count({column}) from data")[0]
            self.values = rows - self.nulls
            return
        self.is_float = kind in ("DOUBLE", "FLOAT")
        db.execute("drop table if exists g")
        cast = f"cast({column} as varchar)" if family == "A" else f"{column} at time zone 'UTC'" if self.is_zoned else column
        db.execute(f"create temp table g as select {cast} as v, count(*)::bigint as n from data where {column} is not null group by 1")
        self.values, self.distinct, self.unique = self.one("select coalesce(sum(n), 0)::bigint, count(*), count(*) filter (n = 1) from g")
        self.nulls = rows - self.values

    def one(self, sql, *binds):
        return self.db.execute(sql, list(binds)).fetchone()

    def is_wide(self, least, greatest):
        """Whether there are whole numbers or decimals that doubles do not tell apart."""
        if self.is_float:
            return False
        return any(len(format(Decimal(value), "f").replace(".", "").lstrip("-0")) >= WIDE_DIGITS for value in (least, greatest))

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
            return time_text(value, self.is_zoned)
        return str(value)

    def selected(self, expression="v"):
        """How a value is fetched: times as text, so that no year is out of Python's range."""
        return f"cast({expression} as varchar)" if self.family == "D" else expression


def real_text(value):
    """The shortest digits that give the double back; an exponent only beyond 21 digits, as JSON has it."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    # There is one zero: -0.0 is written as it.
    number = Decimal(repr(value + 0.0))
    if value != 0 and not 1e-6 <= abs(value) < 1e21:
        sign, digits, exponent = number.normalize().as_tuple()
        digits = "".join(map(str, digits))
        fraction = "." + digits[1:] if len(digits) > 1 else ""
        return f"{'-' if sign else ''}{digits[0]}{fraction}e{exponent + len(digits) - 1}"
    text = format(number, "f")
    return text[:-2] if text.endswith(".0") else text


def time_text(text, is_zoned=False):
    """DuckDB's text of a day, an instant or a time of day as ISO 8601: `2013-01-01T05:00:00.5Z`, `-0043-03-15`, `+12024-01-02`."""
    is_before = text.endswith((" (BC)", " BC")) or " (BC) " in text
    day, _, time = text.removesuffix(" BC").replace(" (BC)", "").partition(" ")
    if "-" in day:
        year, rest = day.split("-", 1)
        # There is a year 0 in ISO 8601: 1 BC.
        number = 1 - int(year) if is_before else int(year)
        day = f"{number:04d}-{rest}" if 0 <= number <= 9999 else f"{number:+05d}-{rest}"
    else:
        day, time = "", day
    if "." in time:
        time = time.rstrip("0").rstrip(".")
    return day + ("T" if day and time else "") + time + ("Z" if is_zoned else "")


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
    """Lengths of the canonical text of every different value."""
    if column.distinct > MOST_TEXTS:
        return {}
    values = column.db.execute(f"select {column.selected('v::double') if column.is_float else column.selected()}, n from g").fetchall()
    lengths = [(len(column.text(value)), count) for value, count in values]
    total = sum(length * count for length, count in lengths)
    return {"min_length": min(lengths)[0], "max_length": max(lengths)[0], "avg_length": total / column.values}


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
        total, mean = real_sum(column, finite, count)
        figures["sum"] = total
    else:
        mean = float(exact / count)
        figures["sum"] = exact
    figures["avg_value"] = mean
    # A decimal's digits after the point are taken as a decimal: of a large one, its double has lost some.
    part = "abs(v::double - trunc(v::double))" if column.is_float else "abs(v - trunc(v))::double"
    fraction = column.one(f"select fsum({part} * n), bool_and(v = trunc(v)) from g where {finite}")
    figures["integer_valued"] = fraction[1]
    if column.is_float or column.kind.startswith("DECIMAL"):
        figures["fractional_sum"] = fraction[0]
    # What doubles do not tell apart is taken by its exact distances.
    wide = WideNumbers(column) if column.is_wide(least, greatest) else None
    if wide:
        second, third, fourth = wide.powers(exact / count)
    else:
        # Two passes: DuckDB's own skewness subtracts large powers.
        second, third, fourth = column.one(
            "select fsum(n * pow(v::double - $1, 2)), fsum(n * pow(v::double - $1, 3)), fsum(n * pow(v::double - $1, 4)) "
            f"from g where {finite}",
            mean,
        )
    if least == greatest:
        second = 0.0
    if not math.isfinite(second):
        second = third = fourth = None
    if second is not None and count > 1:
        figures["variance"] = second / (count - 1)
        figures["stddev_value"] = math.sqrt(figures["variance"])
    # Their powers may be beyond doubles, or too small for them.
    if second and math.isfinite(third) and math.isfinite(fourth) and (second / count) ** 2 > 0:
        figures["skewness"] = (third / count) / (second / count) ** 1.5
        figures["kurtosis"] = (fourth / count) / (second / count) ** 2 - 3
    quantiles = discrete_quantiles(column, finite, count)
    figures.update(quantiles)
    if wide:
        figures["iqr"], figures["outlier_low_count"], figures["outlier_high_count"] = wide.beyond_quartiles(count)
    else:
        iqr = quantiles["p75"] - quantiles["p25"]
        figures["iqr"] = iqr
        figures["outlier_low_count"], figures["outlier_high_count"] = column.one(
            f"select coalesce(sum(n) filter (v::double < $1), 0)::bigint, coalesce(sum(n) filter (v::double > $2), 0)::bigint from g where {finite}",
            quantiles["p25"] - 1.5 * iqr,
            quantiles["p75"] + 1.5 * iqr,
        )
    figures["mode"] = column.text(column.one(f"select v from g where {finite} order by n desc, v limit 1")[0])
    return figures


class WideNumbers:
    """Whole numbers and decimals by their exact distances."""

    def __init__(self, column):
        self.values = [(Fraction(value), number) for value, number in column.db.execute("select v, n from g order by v").fetchall()]

    def powers(self, mean):
        """Sums of the second, third and fourth power of the distances from the mean."""
        distances = [(float(value - mean), number) for value, number in self.values]
        return tuple(math.fsum(number * distance**power for distance, number in distances) for power in (2, 3, 4))

    def beyond_quartiles(self, count):
        """What lies between the quartiles, and how many values lie out of their fences to either side."""
        seen, quartiles = 0, {}
        for value, number in self.values:
            seen += number
            for percent in (25, 75):
                if seen * 100 >= count * percent:
                    quartiles.setdefault(percent, value)
        low, high = quartiles[25], quartiles[75]
        reach = 1.5 * float(high - low)
        below = sum(number for value, number in self.values if float(low - value) > reach)
        return float(high - low), below, sum(number for value, number in self.values if float(value - high) > reach)


def real_sum(column, finite, count):
    """Sum and mean of doubles; the sum may be beyond doubles where the mean is not."""
    total = column.one(f"select fsum(v::double * n) from g where {finite}")[0]
    if math.isfinite(total):
        return total, total / count
    exact = sum(Fraction(value) * number for value, number in column.db.execute(f"select v::double, n from g where {finite}").fetchall())
    try:
        return float(exact), float(exact / count)
    except OverflowError:
        return None, float(exact / count)


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
    figures["min_value"], figures["max_value"] = column.text(least), column.text(greatest)
    if column.is_time_of_day:
        return figures
    figures["min_date"], figures["max_date"] = figures["min_value"], figures["max_value"]
    day = "date_diff('day', date '1970-01-01', v::date)"
    if column.is_fine:
        # DuckDB's cast to a date drops nanoseconds towards 1970.
        column.db.execute(
            "create or replace temp table g as select date '1970-01-01' + ((w - ((w % 86400000000000) + 86400000000000) % 86400000000000) // 86400000000000)::integer as d, "
            "v, n from (select epoch_ns(v)::hugeint as w, v, n from g)"
        )
        return {**figures, **calendar_figures(column, "d", "date_diff('day', date '1970-01-01', d)")}
    return {**figures, **calendar_figures(column, "v::date", day)}


def calendar_figures(column, date, day):
    """Days, weeks, months, weekdays and ages; `date` and `day` are the expressions of the calendar day and of its number."""
    figures = {}
    found = column.one(
        f"select max({day}) - min({day}), count(distinct {day}), count(distinct floor(({day} + 3) / 7)), "
        f"count(distinct (year({date}), month({date}))), coalesce(sum(n) filter (v::varchar like '% 00:00:00'), 0)::bigint from g"
    )
    for name, value in zip(("date_span_days", "days_present", "weeks_present", "months_present", "midnight_count"), found):
        figures[name] = value
    if column.kind == "DATE":
        del figures["midnight_count"]
    weekdays = dict(column.db.execute(f"select isodow({date}), sum(n)::bigint from g group by 1").fetchall())
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
        column.one(f"select {picks} from (select {date} as d, n, (current_timestamp at time zone 'UTC')::date - {back} as c from g)")
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
    if not bins or column.family not in "ND" or column.is_time_of_day:
        return None
    place = "v::double" if column.family == "N" else "epoch(d::timestamp)" if column.is_fine else "epoch(v::date::timestamp)"
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
