"""Parses SQL files as Databricks SQL. A statement that sqlglot does not understand, and only passes on, counts as not parsed."""

import logging
import sys

import sqlglot
from sqlglot import exp

# Statements of these scripts that sqlglot cannot parse though Databricks takes them, by their first words. None so far.
ALLOWED = ()


def statements(text):
    """The statements of a script: each ends with `;` at the end of a line."""
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("--"))
    return [part.strip() for part in "\n".join(lines).split(";\n") if part.strip().strip(";")]


def fault(statement):
    """Why a statement does not parse, or None."""
    try:
        parsed = sqlglot.parse(statement.rstrip(";"), dialect="databricks", error_level=sqlglot.ErrorLevel.RAISE)
    except sqlglot.errors.SqlglotError as error:
        return str(error).splitlines()[0]
    if len(parsed) != 1 or parsed[0] is None:
        return f"{len(parsed)} statements in one"
    if any(isinstance(node, exp.Command) for node in parsed[0].walk()):
        return "not understood, only passed on"
    return None


def main(paths):
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    for broken in ("create tabel a (x string)", "create table a (x string not nul)", "alter table a ad columns (x string)", "select a from"):
        if fault(broken) is None:
            sys.exit(f"the check itself is broken: it takes {broken!r}")
    faults, count = [], 0
    for path in paths:
        for statement in statements(open(path, encoding="utf-8").read() + "\n"):
            count += 1
            reason = fault(statement)
            if reason and not statement.startswith(ALLOWED):
                faults.append(f"{path}: {statement.splitlines()[0]} ...: {reason}")
    print("\n".join(faults) or f"{count} Databricks statements parse, {len(ALLOWED)} allowed without")
    sys.exit(bool(faults) or count == 0)


if __name__ == "__main__":
    main(sys.argv[1:])
