"""Proves the oracle itself: a profile written by hand passes, and every tampered figure is caught.

The hand-made profile is worked out on paper for seven rows, so it checks the oracle's definitions and not only its
agreement with itself. The larger one is filled from the oracle and then spoilt, one figure at a time.
"""

import copy
import json
import os
import tempfile
from decimal import Decimal, localcontext
from fractions import Fraction

import duckdb

from compare import Tally, list_distance
from expected import TOP_COUNT, Column, Either, expected_figures, histogram_counts
from second_opinion import compare_profile
from statements import Answers, figures_of, judge_column, judge_table
from tables import family_of, open_table, quote_text

HAND_ROWS = """amount,city,seen,paid
1,Oslo,2024-01-01,true
2,oslo,2024-01-31,false
2, Oslo,2024-02-01,true
4,N/A,2024-02-01,true
,,,
10,"O""S",2025-02-01,false
-1,12,2024-02-01,true
"""

# Worked out by hand: amounts -1 1 2 2 4 10, sum 18, mean 3; squares of the distances 16 4 1 1 1 49 = 72.
HAND_COLUMNS = [
    {
        "column_name": "amount", "general_type": "N", "row_count": 7, "null_count": 1, "non_null_count": 6, "null_ratio": 1 / 7,
        "distinct_count": 5, "unique_count": 4, "distinct_ratio": 5 / 6, "min_value": "-1", "max_value": "10", "min_length": 1, "max_length": 2,
        "avg_length": 8 / 6, "avg_value": 3, "sum": 18, "variance": 14.4, "stddev_value": 3.7947331922020551, "zero_count": 0,
        "negative_count": 1, "min_positive_value": 1, "integer_valued": True, "p01": -1, "p05": -1, "p25": 1, "median": 2, "p75": 4, "p95": 10,
        "p99": 10, "iqr": 3, "mode": "2", "outlier_low_count": 0, "outlier_high_count": 1,
        "skewness": (-64 - 8 - 1 - 1 + 1 + 343) / 6 / 12**1.5, "kurtosis": (256 + 16 + 1 + 1 + 1 + 2401) / 6 / 144 - 3,
        "top_values": [["2", 2], ["-1", 1], ["1", 1], ["4", 1], ["10", 1]],
        "histogram": [[-1, 0, 1], [0, 5, 4], [5, 10, 1]],
    },
    {
        "column_name": "city", "general_type": "A", "row_count": 7, "null_count": 1, "non_null_count": 6, "null_ratio": 1 / 7, "distinct_count": 6,
        "unique_count": 6, "distinct_ratio": 1, "min_value": " Oslo", "max_value": "oslo", "min_text": " Oslo", "max_text": "oslo", "min_length": 2,
        "max_length": 5, "avg_length": 21 / 6, "zero_length_count": 0, "blank_count": 0, "dummy_count": 1, "missing_count": 2, "lead_space_count": 1,
        "trail_space_count": 0, "embedded_space_count": 0, "avg_embedded_spaces": 0, "quoted_count": 0, "upper_case_count": 2,
        "lower_case_count": 1, "mixed_case_count": 2, "non_alpha_count": 1, "includes_digit_count": 1, "numeric_count": 1, "date_count": 0,
        "boolean_text_count": 0, "non_ascii_count": 0, "non_printing_count": 0, "invalid_utf8_count": 0, "standardised_distinct_count": 4,
        "distinct_pattern_count": 6, "entropy_bits": 2.584962500721156, "length_histogram": [[2, 1], [3, 2], [4, 2], [5, 1]],
        "patterns": [[" Aaaa", 1], ["99", 1], ["A\"A", 1], ["A/A", 1], ["Aaaa", 1], ["aaaa", 1]],
        "top_values": [[" Oslo", 1], ["12", 1], ["N/A", 1], ["O\"S", 1], ["Oslo", 1], ["oslo", 1]],
    },
    {
        "column_name": "seen", "general_type": "D", "row_count": 7, "null_count": 1, "non_null_count": 6, "null_ratio": 1 / 7, "distinct_count": 4,
        "unique_count": 3, "distinct_ratio": 4 / 6, "min_value": "2024-01-01", "max_value": "2025-02-01", "min_date": "2024-01-01",
        "max_date": "2025-02-01", "min_length": 10, "max_length": 10, "avg_length": 10, "date_span_days": 397, "days_present": 4,
        "weeks_present": 3, "months_present": 3, "weekday_counts": [1, 0, 1, 3, 0, 1, 0],
        "before_20yr_count": 0, "before_100yr_count": 0, "within_1mo_count": 0, "future_count": 0, "distant_future_count": 0,
        "top_values": [["2024-02-01", 3], ["2024-01-01", 1], ["2024-01-31", 1], ["2025-02-01", 1]],
        "histogram": [[1704067200, 1706745600, 2], [1706745600, 1738454400, 4]],
    },
    {
        "column_name": "paid", "general_type": "B", "row_count": 7, "null_count": 1, "non_null_count": 6, "null_ratio": 1 / 7, "distinct_count": 2,
        "unique_count": 0, "distinct_ratio": 2 / 6, "true_count": 4, "false_count": 2, "top_values": [["true", 4], ["false", 2]],
    },
]
# They move with the calendar, so no hand can write them down.
MOVING = ("before_1yr_count", "before_5yr_count", "within_1yr_count")

TYPED_ROWS = """
    select i as id, (i % 7)::tinyint as small, case when i % 5 = 0 then null else i * 3 end as gaps,
        ((i % 1000) / 8.0)::decimal(12, 2) as price, i / 7.0 as share, ('a' || (i % 40)) as code,
        case i % 6 when 0 then 'N/A' when 1 then ' lead' when 2 then 'Two Words' when 3 then '"quoted"' when 4 then '2024-02-29' else 'naïve' || chr(160) end as mess,
        date '2020-01-01' + (i % 900)::int as day, timestamp '2020-01-01' + to_minutes(i * 37) as moment,
        timestamptz '2020-01-01 00:00:00+00' + to_hours(i) as instant, i % 3 = 0 as flag, null::varchar as nothing,
        170141183460469231731687303715884105::decimal(38, 0) + i * 1000000000000000000000000000000000::decimal(38, 0) as wide, 1.5::double as constant,
        case i % 50 when 0 then 'nan' when 1 then 'inf' when 2 then '-inf' when 3 then '-0.0' else (i / 8.0)::varchar end::double as odd
    from range(3000) t(i)
"""


def run_self_test(profile_of):
    """`profile_of` has limn profile a folder, with its statements."""
    failures = []
    with tempfile.TemporaryDirectory(prefix="limn-oracle-") as scratch:
        hand = os.path.join(scratch, "hand")
        os.makedirs(hand)
        with open(os.path.join(hand, "visits.csv"), "w", encoding="utf-8") as file:
            file.write(HAND_ROWS)
        profile = hand_profile(hand)
        # JSON text and back, as it comes from the program.
        failures += [f"hand-made profile: {difference}" for difference in compare_text(profile, hand).differences]
        caught, missed = spoil_each_figure(profile, hand)
        failures += missed
        typed = os.path.join(scratch, "typed")
        os.makedirs(typed)
        duckdb.connect().execute(f"copy ({TYPED_ROWS}) to {quote_text(os.path.join(typed, 'values.parquet'))} (format parquet)")
        profile = filled_profile(typed, "values", ["values.parquet"])
        failures += [f"filled profile: {difference}" for difference in compare_text(profile, typed).differences]
        more, missed = spoil_each_figure(profile, typed)
        failures += missed
        failures += check_estimates(profile, typed)
        for folder in (hand, typed):
            found, missed = spoil_what_statements_say(profile_of(folder))
            more += found
            failures += missed
    for failure in failures[:60]:
        print(failure)
    print(f"{caught + more} tampered figures caught, {len(failures)} failures")
    return 1 if failures else 0


def compare_text(profile, folder):
    return compare_profile(json.loads(json.dumps(profile, default=plain), parse_float=Decimal), folder)


def plain(value):
    if isinstance(value, Fraction):
        # As limn does: text where a JSON number would lose a digit.
        if value.denominator == 1:
            return int(value) if abs(value) < 2**53 else str(int(value))
        with localcontext(prec=80):
            return format(Decimal(value.numerator) / value.denominator, "f")
    if isinstance(value, Either):
        return min(value.values)
    return float(value)


def as_json_column(figures):
    column = dict(figures)
    rows = max(column["row_count"], 1)
    column["top_values"] = [{"value": value, "count": count, "ratio": count / rows} for value, count in column.get("top_values") or []]
    for figure, key in (("patterns", "pattern"), ("length_histogram", "length")):
        if figure in column:
            column[figure] = [{key: value, "count": count} for value, count in column[figure]]
    if column.get("histogram"):
        column["histogram"] = [{"label": "", "lower": lower, "upper": upper, "count": count} for lower, upper, count in column["histogram"]]
    return {figure: value for figure, value in column.items() if value is not None}


def table_json(name, files, columns):
    rows = columns[0]["row_count"]
    return {"tables": [{
        "table_name": name, "schema_name": "-", "row_count": rows, "rows_scanned": rows, "column_count": len(columns),
        "snapshot": {"files": files}, "columns": columns, "table_unknown": {"duplicate_row_count": "by hand", "pairwise": "by hand"},
    }]}


def hand_profile(folder):
    columns = [as_json_column(column) for column in HAND_COLUMNS]
    filled = filled_profile(folder, "visits", ["visits.csv"])["tables"][0]["columns"]
    for column, other in zip(columns, filled):
        column.update({figure: other[figure] for figure in MOVING if figure in other})
    return table_json("visits", ["visits.csv"], columns)


def filled_profile(folder, name, files):
    """A profile whose figures are the oracle's own, with bins made here."""
    db = duckdb.connect()
    db.execute("set timezone = 'UTC'")
    opened = open_table(db, folder, files)
    rows = db.execute("select count(*) from data").fetchone()[0]
    columns = []
    for name_, kind, _ in opened:
        family = family_of(kind)
        column = Column(db, name_, kind, family, rows)
        bins = make_bins(column) if family in "ND" and column.values else []
        figures = expected_figures(column, {"histogram": bins})
        if bins:
            figures["histogram"] = [(bin["lower"], bin["upper"], count) for bin, count in zip(bins, figures["histogram"])]
        columns.append(as_json_column({"column_name": name_, "general_type": family, **figures}))
    return table_json(name, files, columns)


def make_bins(column):
    """Five bins, the outer ones open."""
    place = "v::double" if column.family == "N" else "epoch(v::date::timestamp)"
    low, high = column.one(f"select min({place}), max({place}) from g where isfinite({place})")
    edges = [low + (high - low) * step / 5 for step in range(1, 5)]
    return [{"lower": lower, "upper": upper} for lower, upper in zip([None, *edges], [*edges, None])]


def spoil_each_figure(profile, folder):
    """Changes one figure at a time, by as little as must still be seen; every change must be reported."""
    caught, missed = 0, []
    for place, column in enumerate(profile["tables"][0]["columns"]):
        for figure, value in column.items():
            for spoilt in spoilt_values(figure, value):
                tampered = copy.deepcopy(profile)
                target = tampered["tables"][0]["columns"][place]
                if spoilt is None:
                    del target[figure]
                else:
                    target[figure] = spoilt
                # The other columns were compared before; only the tampered one is read again.
                if compare_one_column(tampered, folder, place):
                    caught += 1
                else:
                    missed.append(f"not caught: {column['column_name']}.{figure}: {value!r:.80} -> {spoilt!r:.80}")
    return caught, missed


COLUMNS = {}


def compare_one_column(profile, folder, place):
    """Whether comparing the column reports a difference; the grouped columns are kept between calls."""
    from compare import compare_column
    from invariants import check_column

    table = profile["tables"][0]
    given = json.loads(json.dumps(table["columns"][place], default=plain), parse_float=Decimal)
    key = (folder, place)
    if key not in COLUMNS:
        db = duckdb.connect()
        db.execute("set timezone = 'UTC'")
        opened = open_table(db, folder, table["snapshot"]["files"])
        name, kind, family = opened[place]
        column = Column(db, name, kind, family, table["row_count"])
        COLUMNS[key] = column, expected_figures(column, {})
    column, figures = COLUMNS[key]
    if given.get("column_name") != column.name or given.get("general_type") != column.family:
        return True
    tally = Tally()
    figures = {**figures, "histogram": histogram_counts(column, given.get("histogram") or [])}
    compare_column(tally, "", given, figures, column)
    check_column(tally, "", given)
    return bool(tally.differences)


def spoil_what_statements_say(profile):
    """Limn's own statements agree with its figures, and with no figure that was changed by as little as must be seen."""
    caught, missed = 0, []
    db = duckdb.connect()
    table = profile["tables"][0]
    tally = Tally()
    judge_table(tally, "", table, db)
    missed += [f"statements of the table: {difference}" for difference in tally.differences]
    for figure in ("duplicate_row_count", "pairwise"):
        value = table.get(figure)
        for spoilt in [value + 1, None] if isinstance(value, int) else spoilt_pairs(value or []):
            tally = Tally()
            judge_table(tally, "", {**table, figure: spoilt}, db)
            if tally.differences:
                caught += 1
            else:
                missed.append(f"not caught by the statements: {figure}: {value!r:.80} -> {spoilt!r:.80}")
    for column in table["columns"]:
        tally = Tally()
        answers = Answers(tally, "", column, db)
        judge_column(tally, "", column, answers)
        missed += [f"statements: {difference}" for difference in tally.differences]
        unsaid = {entry["metric"] for entry in column["unsaid"]}
        for figure, value in figures_of(column).items():
            if figure in unsaid:
                continue
            for spoilt in spoilt_values(figure, value):
                tampered = {**column, figure: spoilt}
                if spoilt is None:
                    del tampered[figure]
                tally = Tally()
                judge_column(tally, "", tampered, answers)
                if tally.differences:
                    caught += 1
                else:
                    missed.append(f"not caught by the statements: {column['column_name']}.{figure}: {value!r:.80} -> {spoilt!r:.80}")
        # A statement that is no longer printed leaves its figures unsaid.
        for gone in column["sql"]:
            tally = Tally()
            alone = Answers(tally, "", {**column, "sql": [gone]}, db)
            if not any(alone.lists.values()) and all(value is None for value in alone.figures.values()):
                continue
            fewer = {**column, "sql": [statement for statement in column["sql"] if statement is not gone]}
            judge_column(tally, "", fewer, Answers(tally, "", fewer, db))
            if tally.differences:
                caught += 1
            else:
                missed.append(f"not caught: no statement for {gone['panel']} of {column['column_name']}")
    return caught, missed


def spoilt_pairs(pairs):
    """Correlations with a wrong coefficient, or over other rows."""
    for place in range(len(pairs)):
        for key, change in (("coefficient", 1e-7), ("row_count", 1)):
            spoilt = copy.deepcopy(pairs)
            spoilt[place][key] = float(spoilt[place][key]) + change if key == "coefficient" else spoilt[place][key] + change
            yield spoilt


def spoilt_values(figure, value):
    """Slightly wrong values of the same shape."""
    if isinstance(value, list):
        if value and isinstance(value[0], dict):
            for change in (1, -1):
                spoilt = copy.deepcopy(value)
                spoilt[-1]["count"] += change
                yield spoilt
            if len(value) > 1:
                yield value[:-1]
            key = next((key for key in ("value", "pattern", "length") if key in value[0]), None)
            if key:
                spoilt = copy.deepcopy(value)
                spoilt[0][key] = spoilt[0][key] + ("x" if isinstance(spoilt[0][key], str) else 1)
                yield spoilt
        elif value:
            yield [value[0] + 1, *value[1:]]
        return
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, Either):
        yield max(value.values) + 1
    elif isinstance(value, (int, Fraction)):
        yield value + 1
        yield value - 1
    elif isinstance(value, (float, Decimal)):
        yield float(value) * (1 + 2e-7) + 1e-7
    elif isinstance(value, str):
        yield value + "0"
    if figure not in ("column_name", "general_type"):
        yield None


def check_estimates(profile, folder):
    """An estimate inside its stated error passes, one far outside is caught."""
    failures = []
    place = next(index for index, column in enumerate(profile["tables"][0]["columns"]) if column["column_name"] == "id")
    for factor, figure, error, is_wrong in (
        (1.02, "distinct_count", 0.032, False), (1.2, "distinct_count", 0.032, True), (1.01, "median", 0.01, False), (1.3, "median", 0.01, True),
    ):
        tampered = copy.deepcopy(profile)
        column = tampered["tables"][0]["columns"][place]
        column[figure] = int(column[figure] * factor) if figure == "distinct_count" else float(column[figure]) * factor
        column["estimates"] = {figure: {"method": "test", "error": error}}
        if figure == "distinct_count":
            # Clamped as limn's are: never more than the values.
            column[figure] = min(column[figure], 3000) if not is_wrong else 2400
        if compare_one_column(tampered, folder, place) != is_wrong:
            failures.append(f"estimate of {figure} x {factor} with error {error}: {'not caught' if is_wrong else 'refused'}")
    return failures + check_list_distances()


def check_list_distances():
    """A list is held to the other one entry by entry, and to what a full one says of everything it leaves out."""
    full = {f"v{place}": 100 - place for place in range(TOP_COUNT)}
    last = min(full.values())
    changed = {**full, "v0": 90}
    swapped = {value: count for value, count in full.items() if count > last}
    short = {"a": 9, "b": 8}
    cases = (
        ("the same", full, full, 0), ("one count lower", changed, full, 10), ("one count higher", full, changed, 10),
        ("another last one as rare", {**swapped, "other": last}, full, 0), ("another last one too common", {**swapped, "other": last + 7}, full, 7),
        ("a common one missing", {**{v: c for v, c in full.items() if v != "v0"}, "other": last}, full, 100 - last),
        ("a short list without one", {"a": 9}, short, 8), ("a short list with one too many", {**short, "c": 3}, short, 3), ("nothing at all", {}, {}, 0),
    )
    return [f"lists, {what}: {found} rows off, not {off}" for what, limn, expected, off in cases if (found := list_distance(limn, expected)) != off]
