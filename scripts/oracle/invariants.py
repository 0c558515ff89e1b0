"""What must hold inside limn's JSON, whatever the data: the invariants of the definitions, checked on the text it printed."""

from decimal import Decimal

from compare import as_float

RATIOS = ("null_ratio", "distinct_ratio", "standard_pattern_ratio")
ORDER = ("p01", "p05", "p25", "median", "p75", "p95", "p99")


def check_column(tally, table, given):
    """Adds a difference for every invariant that a column breaks."""
    name = given.get("column_name")

    def hold(invariant, *figures):
        """A rule over figures; it is skipped where one of them is absent."""
        values = [given.get(figure) for figure in figures]
        if any(value is None for value in values):
            return
        tally.figures += 1
        if not RULES[invariant](*values):
            tally.differ(table, name, invariant, ", ".join(f"{figure} = {value}" for figure, value in zip(figures, values)), "must hold")

    for invariant, figures in INVARIANTS:
        hold(invariant, *figures)
    check_lists(tally, table, name, given)
    check_order(tally, table, name, given)
    for ratio in RATIOS:
        value = given.get(ratio)
        if value is not None and not 0 <= value <= 1:
            tally.differ(table, name, f"{ratio} in 0..1", value, "must hold")
    for broken in given.get("broken_invariants") or []:
        tally.differ(table, name, "broken_invariants", broken, "none")


RULES = {
    "nulls + values = rows": lambda nulls, values, rows: nulls + values == rows,
    "distinct <= values": lambda distinct, values: distinct <= values,
    "distinct = 0 iff values = 0": lambda distinct, values: (distinct == 0) == (values == 0),
    "unique <= distinct": lambda unique, distinct: unique <= distinct,
    "zero + negative <= values": lambda zero, negative, values: zero + negative <= values,
    "iqr = p75 - p25": lambda iqr, high, low: abs(as_float(iqr) - (as_float(high) - as_float(low))) <= 1e-12 * (abs(as_float(high)) + abs(as_float(low))),
    "true + false = values": lambda true, false, values: true + false == values,
    "case counts = non-empty texts": lambda upper, lower, mixed, none, empty, values: upper + lower + mixed + none + empty == values,
    "missing = null + empty + blank + dummy": lambda missing, nulls, empty, blank, dummy: missing == nulls + empty + blank + dummy,
    "shortest <= mean <= longest": lambda shortest, mean, longest: shortest <= as_float(mean) + 1e-9 and as_float(mean) <= longest + 1e-9,
}

INVARIANTS = [
    ("nulls + values = rows", ("null_count", "non_null_count", "row_count")),
    ("distinct <= values", ("distinct_count", "non_null_count")),
    ("distinct = 0 iff values = 0", ("distinct_count", "non_null_count")),
    ("unique <= distinct", ("unique_count", "distinct_count")),
    ("zero + negative <= values", ("zero_count", "negative_count", "non_null_count")),
    ("iqr = p75 - p25", ("iqr", "p75", "p25")),
    ("true + false = values", ("true_count", "false_count", "non_null_count")),
    ("case counts = non-empty texts", ("upper_case_count", "lower_case_count", "mixed_case_count", "non_alpha_count", "zero_length_count", "non_null_count")),
    ("missing = null + empty + blank + dummy", ("missing_count", "null_count", "zero_length_count", "blank_count", "dummy_count")),
    ("shortest <= mean <= longest", ("min_length", "avg_length", "max_length")),
]


def check_lists(tally, table, name, given):
    values = given.get("non_null_count") or 0
    for figure in ("top_values", "patterns"):
        counts = [entry["count"] for entry in given.get(figure) or []]
        if counts:
            tally.figures += 2
        if counts != sorted(counts, reverse=True):
            tally.differ(table, name, f"{figure} descend", counts[:8], "must hold")
        if sum(counts) > values:
            tally.differ(table, name, f"sum of {figure} <= values", sum(counts), values)
    rows = max(given.get("row_count") or 0, 1)
    for entry in given.get("top_values") or []:
        if abs(as_float(entry["ratio"]) - entry["count"] / rows) > 1e-12:
            tally.differ(table, name, "ratio of a top value = count / rows", entry["ratio"], entry["count"] / rows)
    bins = given.get("histogram") or []
    if bins:
        tally.figures += 1
        apart = (given.get("nan_count") or 0) + (given.get("infinite_count") or 0)
        if sum(bin["count"] for bin in bins) + apart != values:
            tally.differ(table, name, "histogram adds up to the values", sum(bin["count"] for bin in bins) + apart, values)
        if len(bins) > 48:
            tally.differ(table, name, "at most 48 bins", len(bins), 48)
        edges = [bin.get(edge) for bin in bins for edge in ("lower", "upper") if bin.get(edge) is not None]
        if edges != sorted(edges):
            tally.differ(table, name, "edges ascend", edges[:8], "must hold")


def check_order(tally, table, name, given):
    """min <= p01 <= ... <= p99 <= max, min <= mean <= max, spread = 0 iff min = max."""
    if given.get("general_type") != "N" or given.get("median") is None:
        return
    least, greatest, mean = (as_float(given.get(figure)) for figure in ("min_value", "max_value", "avg_value"))
    if least is None or greatest is None or mean is None:
        return
    ladder = [least] + [as_float(given[figure]) for figure in ORDER if given.get(figure) is not None] + [greatest]
    tally.figures += 3
    if ladder != sorted(ladder):
        tally.differ(table, name, "min <= p01 <= ... <= p99 <= max", ladder, "must hold")
    slack = 1e-9 * max(abs(least), abs(greatest))
    if not least - slack <= mean <= greatest + slack:
        tally.differ(table, name, "min <= mean <= max", mean, f"{least}..{greatest}")
    spread = given.get("stddev_value")
    # The square of a distance below 1e-150 is no double.
    if spread is not None and (as_float(spread) == 0) != (Decimal(str(given["min_value"])) == Decimal(str(given["max_value"]))) and not 0 < greatest - least < 1e-150:
        tally.differ(table, name, "stddev = 0 iff min = max", spread, f"{least}..{greatest}")
