"""The second opinion: the same figures from our own formulation in Python and DuckDB, with types found here and not taken from limn.

It knows nothing of the statements that limn prints. What both say is said twice, independently.
"""

import math
import re

import duckdb

from compare import Tally, as_float, compare_column
from expected import Column, expected_figures
from hostile import FACTS
from invariants import check_column
from tables import list_data_files, open_table, quote_name


def compare_profile(profile, folder):
    """Compares all tables of a profile with the files of the folder."""
    tally = Tally()
    check_files(tally, profile["tables"], folder)
    for table in profile["tables"]:
        add_opinion(tally, table, folder)
    return tally


def reads_otherwise(table):
    """JSON lines with nested values, texts in an encoding that DuckDB does not read, columns of several files that it takes for one."""
    names = {column["column_name"].lower() for column in table["columns"]}
    if len(table["snapshot"]["files"]) > 1 and len(names) < len(table["columns"]) and table.get("format") != "jsonl":
        return True
    if table.get("format") == "jsonl" and any(column["general_type"] == "X" or "." in column["column_name"] for column in table["columns"]):
        return True
    dialects = [table["snapshot"].get("dialect") or {}, *(reading["dialect"] for reading in table["snapshot"].get("readings", ()))]
    readable = ("utf-8",) if table.get("format") == "jsonl" else ("utf-8", "utf-16")
    return any(dialect.get("encoding", "utf-8") not in readable for dialect in dialects)


def check_files(tally, tables, folder):
    """Every file belongs to one table."""
    seen = [file for table in tables for file in table["snapshot"]["files"]]
    for file in sorted(set(list_data_files(folder)) - set(seen)):
        tally.differ(file, "", "profiled", "no", "yes")
    for file in sorted({file for file in seen if seen.count(file) > 1}):
        tally.differ(file, "", "profiled", "more than once", "once")


def table_label(table):
    """Schema and name."""
    return table["table_name"] if table["schema_name"] in ("", "-") else f"{table['schema_name']}/{table['table_name']}"


def is_same_name(given, known_as):
    """DuckDB numbers the names that differ by capitals alone, and names what has none."""
    if given.startswith("column") and known_as.startswith("column"):
        return True
    return given in (known_as, "") or re.fullmatch(re.escape(given.lower()) + "(_[0-9]+)+", known_as.lower()) is not None


def add_opinion(tally, table, folder):
    """Compares one table with its files."""
    name = table_label(table)
    db = duckdb.connect()
    db.execute("set timezone = 'UTC'; set enable_progress_bar = false; set threads = 1")
    if table_label(table) in FACTS:
        rows, rejected, names = FACTS[table_label(table)]
        for figure, limn, known in (
            ("row_count", table["row_count"], rows), ("rejected", (table.get("rejected") or {"count": 0})["count"], rejected),
            ("columns", [column["column_name"] for column in table["columns"]], names),
        ):
            tally.figures += 1
            if limn != known:
                tally.differ(name, "", figure, limn, known)
    if any(column.get("invalid_utf8_count") for column in table["columns"]) or table.get("rejected") or reads_otherwise(table):
        # Held by what is known of the file (see `hostile.py`): our reader leaves out other records, or opens no nested JSON.
        tally.tables += 1
        return
    columns = open_table(db, folder, table["snapshot"]["files"], table["snapshot"].get("dialect"), table["snapshot"].get("readings", ()))
    rows = db.execute("select count(*) from data").fetchone()[0]
    tally.tables += 1
    for figure, expected in (("row_count", rows), ("rows_scanned", rows), ("column_count", len(columns))):
        tally.figures += 1
        if table.get(figure, expected) != expected:
            tally.differ(name, "", figure, table.get(figure), expected)
    given_names = [column["column_name"] for column in table["columns"]]
    is_named = (table["snapshot"].get("dialect") or {}).get("has_header", True)
    if len(given_names) != len(columns) or is_named and not all(is_same_name(*pair) for pair in zip(given_names, (column[0] for column in columns))):
        tally.differ(name, "", "columns", given_names, [column[0] for column in columns])
        return
    for place, (given, found) in enumerate(zip(table["columns"], columns), start=1):
        known_as, kind, family = found
        tally.columns += 1
        tally.figures += 2
        if given.get("ordinal_position", place) != place:
            tally.differ(name, given["column_name"], "ordinal_position", given["ordinal_position"], place)
        if given.get("general_type") != family:
            tally.differ(name, given["column_name"], "general_type", f"{given.get('general_type')} ({given.get('data_type')})", f"{family} ({kind})")
            continue
        column = Column(db, known_as, kind, family, rows)
        compare_column(tally, name, given, expected_figures(column, given), column)
        check_column(tally, name, given)
    check_whole(tally, db, name, table, columns)
    db.close()


# Pairs whose correlation is computed here, by the definition and in Python.
MOST_PAIR_ROWS = 60_000


def check_whole(tally, db, name, table, columns):
    """Duplicate rows and correlations of the table, found in other ways than by limn or its statements."""
    limn = table.get("duplicate_row_count")
    has_nested = any(family == "X" for _, _, family in columns)
    if limn is None and not (table.get("table_unknown") or {}).get("duplicate_row_count"):
        tally.differ(name, "", "duplicate_row_count", "absent", "counted, or the reason")
    elif limn is not None and not has_nested:
        names = ", ".join(quote_name(known_as) for known_as, _, _ in columns)
        expected = db.execute(f"select coalesce(sum(n - 1), 0)::bigint from (select count(*) as n from data group by {names})").fetchone()[0]
        tally.figures += 1
        if limn != expected:
            tally.differ(name, "", "duplicate_row_count", limn, expected)
    numbers = [place for place, (_, _, family) in enumerate(columns) if family == "N"][:64]
    known = {(pair["left"], pair["right"]): pair for pair in table.get("pairwise") or []}
    if len(numbers) < 2 or table["row_count"] > MOST_PAIR_ROWS or (table.get("table_unknown") or {}).get("pairwise"):
        return
    values = []
    for place in numbers:
        value = f"cast({quote_name(columns[place][0])} as double)"
        values.append([row[0] for row in db.execute(f"select case when isfinite({value}) then {value} end from data").fetchall()])
    given = [table["columns"][place]["column_name"] for place in numbers]
    spreads = [spread_of([value for value in column if value is not None]) for column in values]
    for left in range(len(numbers)):
        for right in range(left + 1, len(numbers)):
            shared = [(x, y) for x, y in zip(values[left], values[right]) if x is not None and y is not None]
            expected = pearson(shared, spreads[left], spreads[right])
            pair = known.get((given[left], given[right]))
            tally.figures += 1
            if expected is None:
                # A spread that is all rounding, or no double: either says so in its own way.
                continue
            if pair is None or abs(as_float(pair["coefficient"]) - expected[0]) > 1e-7 or pair["row_count"] != expected[1]:
                tally.differ(name, "", f"pairwise of {given[left]} and {given[right]}", pair and (pair["coefficient"], pair["row_count"]), expected)


def spread_of(values):
    """Standard deviation of the values themselves; infinite where it is no double."""
    try:
        mean = math.fsum(value / len(values) for value in values)
        return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))
    except (OverflowError, ValueError, ZeroDivisionError):
        return math.inf


def pearson(pairs, *spreads):
    """By the definition, in two passes and with sums that lose nothing; nothing where a side does not vary, as doubles near its mean or
    in a column of such spreads can tell."""
    try:
        count = len(pairs)
        if count < 2:
            return None
        left, right = (math.fsum(pair[side] / count for pair in pairs) for side in (0, 1))
        products = math.fsum((x - left) * (y - right) for x, y in pairs)
        squares = [math.fsum((pair[side] - mean) ** 2 for pair in pairs) for side, mean in enumerate((left, right))]
        edges = (1e-6 * max(abs(mean), spread, 1e-140) for mean, spread in zip((left, right), spreads))
        if any(math.sqrt(square / count) < edge for square, edge in zip(squares, edges)) or not math.isfinite(squares[0] * squares[1]):
            return None
        return products / math.sqrt(squares[0]) / math.sqrt(squares[1]), count
    except (OverflowError, ValueError):
        # Powers of such values are no doubles.
        return None
