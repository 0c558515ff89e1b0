"""Runs the very statements that limn prints beside its figures, and holds each figure against what they yield.

What limn names as unsaid is skipped by that name and nothing else: a figure that no statement says is a difference.
"""

import decimal
import json

from compare import NEEDS_EXACT_VALUES, as_float, as_fraction, gave_up_values, is_close, list_distance, magnitude
from expected import QUANTILES, real_text, time_text

BOOKKEEPING = {"column_name", "ordinal_position", "data_type", "general_type", "estimates", "broken_invariants", "query_error", "sql", "unsaid", "anomalies"}
LIST_KEYS = {"top_values": "value", "patterns": "pattern", "length_histogram": "length", "histogram": "label"}


def compare_with_statements(tally, name, table, db):
    """Every statement of the table and of its columns."""
    judge_table(tally, name, table, db)
    for column in table["columns"]:
        if column.get("query_error"):
            tally.differ(name, column["column_name"], "query_error", column["query_error"], "no error")
            continue
        compare_column(tally, name, column, db)


TABLE_FIGURES = ("row_count", "duplicate_row_count", "pairwise")


def judge_table(tally, name, table, db):
    """The figures of the table as a whole: each is said by a statement, or named as unsaid, or limn says why it was not counted."""
    unsaid = {entry["metric"]: entry["why"] for entry in table.get("unsaid", [])}
    estimates = table.get("table_estimates") or {}
    said = set()
    for statement in table.get("sql", []):
        figures, rows = run(tally, db, name, "", statement)
        if rows is not None:
            said.add(statement["list"])
            hold_pairs(tally, name, table.get(statement["list"]) or [], rows)
        for figure, value in (figures or {}).items():
            said.add(figure)
            if table.get(figure) is None:
                # Not counted: the statement may still say it, and limn says why it does not.
                why = (table.get("table_unknown") or {}).get(figure)
                if why:
                    skip(tally, figure, "limn says why it did not count it in this table")
                else:
                    tally.differ(name, "", figure, "absent", f"SQL: {value}")
            elif figure in estimates:
                # Of rows: the error is relative to all of them.
                tally.figures += 1
                tally.estimates += 1
                away = abs(float(table[figure]) - value) / max(table["row_count"], 1)
                if away > 2 * float(estimates[figure]["error"]):
                    tally.differ(name, "", figure, table[figure], f"SQL: {value}")
            else:
                hold(tally, name, {"column_name": "", "general_type": ""}, figure, table[figure], value, {})
    for figure in TABLE_FIGURES:
        if table.get(figure) not in (None, []) and figure not in said:
            why = unsaid.get(figure) or unsaid.get("*")
            if why:
                skip(tally, figure, why)
            else:
                tally.differ(name, "", figure, table[figure], "no statement says it")


def hold_pairs(tally, name, pairs, rows):
    """Correlations by pair; of equal strength either may come first."""
    found = {(row["left"], row["right"]): row for row in rows}
    for pair in pairs:
        tally.figures += 1
        other = found.get((pair["left"], pair["right"]))
        label = f"pairwise of {pair['left']} and {pair['right']}"
        if other is None or other["coefficient"] is None or other["row_count"] != pair["row_count"]:
            tally.differ(name, "", label, pair["row_count"], f"SQL: {other}")
        elif abs(as_float(pair["coefficient"]) - other["coefficient"]) > 1e-9:
            tally.differ(name, "", label, pair["coefficient"], f"SQL: {other['coefficient']!r}")
    strengths = [abs(as_float(pair["coefficient"])) for pair in pairs]
    if strengths != sorted(strengths, reverse=True):
        tally.differ(name, "", "pairwise descends", strengths[:8], "must hold")


def compare_column(tally, name, column, db):
    if any(entry["metric"] == "*" for entry in column["unsaid"]):
        why = next(entry["why"] for entry in column["unsaid"] if entry["metric"] == "*")
        for metric in figures_of(column):
            skip(tally, metric, why)
        return
    judge_column(tally, name, column, Answers(tally, name, column, db))
    tally.columns += 1


class Answers:
    """What the statements of one column yield: figures by name, lists by name, and how its values are ranked."""

    def __init__(self, tally, name, column, db):
        self.db, self.figures, self.lists, self.ranks = db, {}, {}, None
        for statement in column["sql"]:
            figures, rows = run(tally, db, name, column["column_name"], statement)
            self.figures.update(figures or {})
            if rows is not None:
                self.lists[statement["list"]] = rows
            if statement["panel"] == "quantiles":
                self.ranks = statement["sql"]


def figures_of(column):
    """The figures of a column that are there."""
    return {metric: value for metric, value in column.items() if metric not in BOOKKEEPING and value not in (None, [])}


def judge_column(tally, name, column, answers):
    """Holds every figure against the answers; what neither they nor the list of the unsaid name is a difference."""
    unsaid = {entry["metric"]: entry["why"] for entry in column["unsaid"]}
    given = figures_of(column)
    estimates = column.get("estimates") or {}
    for metric, value in given.items():
        if metric in unsaid:
            skip(tally, metric, unsaid[metric])
        elif metric in estimates:
            hold_estimate(tally, name, column, metric, value, answers, estimates[metric])
        elif metric in answers.lists:
            hold_list(tally, name, column, metric, value, answers.lists[metric])
        elif metric in answers.figures:
            hold(tally, name, column, metric, value, answers.figures[metric], answers.figures)
        else:
            tally.differ(name, column["column_name"], metric, value, "no statement says it")
    for metric, value in answers.figures.items():
        if value is not None and metric not in given and metric not in unsaid:
            if metric in NEEDS_EXACT_VALUES and gave_up_values(estimates):
                tally.absent[metric] = tally.absent.get(metric, 0) + 1
            else:
                tally.differ(name, column["column_name"], metric, "absent", value)
    for metric, rows in answers.lists.items():
        if rows and metric not in given and metric not in unsaid:
            if metric in estimates:
                # None is frequent for certain: each must be rarer than the stated error.
                hold_estimate(tally, name, column, metric, [], answers, estimates[metric])
            else:
                tally.differ(name, column["column_name"], metric, "absent", f"{len(rows)} rows")


def run(tally, db, table, column, statement):
    """The figures of a statement, or the rows of its list."""
    try:
        cursor = db.execute(statement["sql"])
        names = [entry[0] for entry in cursor.description]
        rows = cursor.fetchall()
    except Exception as error:  # Whatever DuckDB cannot run is a fault of the statement.
        tally.differ(table, column, f"statement for {statement['panel']}", "does not run", str(error).splitlines()[0])
        return None, None
    tally.statements += 1
    if statement.get("list"):
        return None, [dict(zip(names, row)) for row in rows]
    return dict(zip(names, rows[0] if rows else [None] * len(names))), None


def skip(tally, metric, why):
    key = (metric, why)
    tally.skipped[key] = tally.skipped.get(key, 0) + 1


def hold(tally, table, column, metric, limn, sql, said):
    tally.figures += 1
    if not is_same(column, metric, limn, sql, said):
        tally.differ(table, column["column_name"], metric, limn, f"SQL: {sql!r}")


def is_same(column, metric, limn, sql, said):
    if sql is None:
        return False
    if metric == "weekday_counts":
        # SQLite has no lists, but their JSON text.
        return list(limn) == list(json.loads(sql) if isinstance(sql, str) else sql)
    if column["general_type"] == "D" and isinstance(sql, str):
        return limn == time_text(sql, is_zoned(column))
    if isinstance(limn, bool):
        return sql in (0, 1) and limn == bool(sql)
    if isinstance(sql, bool):
        return limn == str(sql).lower()
    if isinstance(limn, str) and not isinstance(sql, str) and not (metric == "sum" and isinstance(sql, float)):
        return limn == number_text(sql) or isinstance(sql, float) and len(limn) == len(number_text(sql)) and as_float(limn) == sql
    if isinstance(sql, float):
        return is_close(as_float(limn), sql, magnitude(metric, {**said, "non_null_count": column.get("non_null_count", 0)}))
    if isinstance(sql, (int, decimal.Decimal)):
        if isinstance(limn, (float, decimal.Decimal)):
            return is_close(as_float(limn), float(sql), 0.0)
        return as_fraction(limn) == as_fraction(sql)
    return limn == sql


def is_zoned(column):
    """Whether its instants are in UTC. SQLite has no type for that: its texts say it themselves."""
    if any(statement["dialect"] == "sqlite" for statement in column.get("sql", ())):
        return str(column.get("min_value")).endswith("Z")
    return column["data_type"] == "timestamp" or "with time zone" in column["data_type"]


def number_text(value):
    """The canonical text of a number."""
    if isinstance(value, float):
        return real_text(value)
    return format(value, "f") if isinstance(value, decimal.Decimal) else str(value)


def hold_list(tally, table, column, metric, limn, rows):
    tally.figures += max(len(rows), 1)
    name = column["column_name"]
    if len(limn) != len(rows):
        tally.differ(table, name, f"{metric} (entries)", len(limn), f"SQL: {len(rows)}")
    key = LIST_KEYS[metric]
    for place, (one, other) in enumerate(zip(limn, rows)):
        same = one["count"] == other["count"] and is_same_entry(column, metric, one[key], other[key])
        if same and "ratio" in other:
            same = is_close(as_float(one["ratio"]), other["ratio"], 0.0)
        if not same:
            tally.differ(table, name, f"{metric}[{place}]", (one[key], one["count"]), f"SQL: {(other[key], other['count'])!r}")


def is_same_entry(column, metric, limn, sql):
    if metric == "top_values":
        return is_same(column, "mode", limn, sql, {})
    return limn == sql


def hold_estimate(tally, table, column, metric, limn, answers, stated):
    """An estimate fails beyond twice its 95 % error; those beyond once are counted, for some must be."""
    tally.figures += 1
    tally.estimates += 1
    error = float(stated["error"])
    sql, rows = answers.figures.get(metric), answers.lists.get(metric)
    away = distance(column, metric, limn, sql, rows, answers)
    if away is None or not error > 0 or away > 2 * error:
        tally.differ(table, column["column_name"], f"{metric} (±{error:.4g})", limn if rows is None else "list", f"SQL: {sql if rows is None else 'list'}, off by {away}")
    elif away > error:
        tally.beyond_stated.append((table, column["column_name"], metric))


def distance(column, metric, limn, sql, rows, answers):
    """How far off, in the measure of the stated error: ranks for quantiles, rows for lists, else relative."""
    if metric in QUANTILES:
        if answers.ranks is None:
            return None
        # The statement's own ranking, asked for the rank of limn's value.
        prefix = answers.ranks[: answers.ranks.rindex("\nSELECT")]
        value = f"CAST('{limn}' AS DOUBLE)"
        below, upto, count = answers.db.execute(
            f"{prefix}\nSELECT coalesce(max(seen) FILTER (WHERE x < {value}), 0), coalesce(max(seen) FILTER (WHERE x <= {value}), 0), max(n) FROM ranked"
        ).fetchone()
        share = QUANTILES[metric] / 1000
        return float(max(below / count - share, share - upto / count, 0.0))
    if metric == "iqr":
        # As wide as its two quartiles, which are held themselves.
        return 0.0
    if rows is not None:
        key = LIST_KEYS[metric]
        given, asked = ({text_of(column, entry[key]): entry["count"] for entry in entries} for entries in (limn, rows))
        return list_distance(given, asked) / max(column["non_null_count"], 1)
    if sql is None:
        return None
    if isinstance(limn, str):
        return 0.0 if is_same(column, metric, limn, sql, {}) else None
    return abs(as_float(limn) - float(sql)) / max(abs(float(sql)), 1e-300)


def text_of(column, value):
    if column["general_type"] == "N":
        return as_float(value)
    if column["general_type"] == "D":
        return time_text(value, is_zoned(column)) if " " in str(value) else str(value)
    return str(value)


