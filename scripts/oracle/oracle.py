#!/usr/bin/env python3
"""Holds every figure of `limn profile DIR --format json --sql` against what two others say: the statements that limn prints
beside it, run on DuckDB, and a second opinion of our own in Python. All metrics of all tables; what SQL cannot say is skipped by name.

    oracle.py --limn target/release/limn             all collections of test tables (written first)
    oracle.py --limn target/release/limn DIR         any folder of Parquet, CSV, JSON lines
    oracle.py --json profile.json DIR                a profile that was printed before
    oracle.py --limn target/release/limn --self-test proves that a tampered figure is caught

Exit code 0: nothing differs; 1: something differs; 2: it could not be compared.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal

import duckdb

from collections_of_tables import COLLECTIONS
from compare import Tally
from databases import DATABASES, Database
from second_opinion import add_opinion, check_files, table_label
from statements import compare_with_statements

MOST_SHOWN = 200


def main():
    parser = argparse.ArgumentParser(description="Compares limn's figures with its own statements on DuckDB, and with a second opinion.")
    parser.add_argument("dir", nargs="?", help="folder of files; the collections of test tables when absent")
    parser.add_argument("--limn", default=os.environ.get("LIMN_BIN"), help="the program to test (or LIMN_BIN)")
    parser.add_argument("--json", help="a profile already printed, instead of running the program")
    parser.add_argument("--scale", type=float, default=float(os.environ.get("SCALE") or 1), help="size of the test tables; 1 takes about a minute")
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED") or 1), help="which tables are drawn by lot: the first one's number")
    parser.add_argument("--only", choices=[name for name, _ in COLLECTIONS + DATABASES], help="one collection of test tables")
    parser.add_argument("--self-test", action="store_true", help="prove that tampered figures are caught")
    options = parser.parse_args()
    if not options.limn and not options.json:
        parser.error("give --limn PROGRAM or --json FILE")
    if options.self_test:
        from selftest import run_self_test

        return run_self_test(lambda folder: load_profile(options, folder))
    tallies = []
    with tempfile.TemporaryDirectory(prefix="limn-oracle-") as scratch:
        if options.dir:
            folders = [(os.path.basename(os.path.abspath(options.dir)), lambda: options.dir)]
        else:
            # `write` is bound now: each collection is written just before it is profiled.
            folders = [
                (name, lambda name=name, write=write: write(os.path.join(scratch, name), scratch, options))
                for name, write in COLLECTIONS + DATABASES
                if options.only in (None, name)
            ]
        for name, write in folders:
            folder = write()
            began = time.monotonic()
            if isinstance(folder, Database):
                try:
                    profile = load_profile(options, folder.address)
                    profiled = time.monotonic()
                    tally = compare_database(profile, folder)
                finally:
                    folder.close()
            else:
                profile = load_profile(options, folder)
                profiled = time.monotonic()
                tally = compare_folder(profile, folder)
            tally.seconds = (profiled - began, *tally.seconds[1:])
            tallies.append((name, tally))
    return report(tallies)


def load_profile(options, folder):
    if options.json:
        with open(options.json, encoding="utf-8") as file:
            text = file.read()
    else:
        command = [options.limn, "profile", folder, "--format", "json", "--sql"]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        # 3: some tables failed; the others were printed, and the missing ones are differences.
        if done.returncode not in (0, 3):
            print(f"oracle: {' '.join(command)} ended with {done.returncode}: {done.stderr.decode('utf-8', 'replace')[-500:]}", file=sys.stderr)
            sys.exit(2)
        text = done.stdout.decode("utf-8")
    # Decimals keep every digit that was printed.
    return json.loads(text, parse_float=Decimal)


def compare_folder(profile, folder):
    """Both comparisons of all tables of one profile, as many tables at a time as there are cores; the largest first."""
    tables = profile.get("tables", [])
    tally = Tally()
    check_files(tally, tables, folder)
    order = sorted(tables, key=lambda table: -table["row_count"] * table["column_count"])
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for part in pool.map(compare_table, order, [folder] * len(order)):
            tally.add(part)
    place = {table_label(table): place for place, table in enumerate(tables)}
    tally.differences.sort(key=lambda difference: place.get(difference[0], -1))
    return tally


def compare_database(profile, database):
    """Every statement of every table, run on the database that was profiled."""
    tally = Tally()
    began = time.monotonic()
    source = database.connect()
    for table in profile.get("tables", []):
        tally.tables += 1
        compare_with_statements(tally, table_label(table), table, source)
    source.close()
    tally.seconds = (0.0, 0.0, time.monotonic() - began)
    return tally


def compare_table(table, folder):
    """What the two others say of one table."""
    tally = Tally()
    began = time.monotonic()
    add_opinion(tally, table, folder)
    between = time.monotonic()
    tally.opinion_figures, tally.figures, tally.columns = tally.figures, 0, 0
    db = duckdb.connect()
    db.execute("set enable_progress_bar = false; set threads = 1")
    compare_with_statements(tally, table_label(table), table, db)
    tally.seconds = (0.0, between - began, time.monotonic() - between)
    return tally


def report(tallies):
    """Prints what differs, what was skipped by which name, and a line for each collection."""
    differences = [(name, *difference) for name, tally in tallies for difference in tally.differences]
    for name, tally in tallies:
        allowed = max(2, tally.estimates // 20)
        if len(tally.beyond_stated) > allowed:
            differences.append((name, "", "", "estimates beyond their 95 % error", len(tally.beyond_stated), f"at most {allowed} of {tally.estimates}"))
    if differences:
        print_table([("tables", "table", "column", "figure", "limn", "other"), *differences[:MOST_SHOWN]])
        if len(differences) > MOST_SHOWN:
            print(f"... and {len(differences) - MOST_SHOWN} more")
        print()
    skipped = {}
    for _, tally in tallies:
        for (metric, why), count in tally.skipped.items():
            metrics = skipped.setdefault(why, {})
            metrics[metric] = metrics.get(metric, 0) + count
    for why, metrics in skipped.items():
        names = ", ".join(sorted(metrics)) if len(metrics) <= 20 else f"all {len(metrics)} figures of those columns"
        print(f"skipped by name, {sum(metrics.values())} figures: {names}\n    for {why}")
    absent = {}
    for _, tally in tallies:
        for figure, count in tally.absent.items():
            absent[figure] = absent.get(figure, 0) + count
    for figure, count in sorted(absent.items()):
        print(f"not given by limn where values are only estimated: {figure} in {count} columns")
    print()
    rows = [("tables", "number", "columns", "statements", "figures by SQL", "by the second opinion", "estimates", "beyond 95 %", "skipped", "differences", "seconds: profile, opinion, SQL")]
    for name, tally in tallies:
        rows.append((
            name, tally.tables, tally.columns, tally.statements, tally.figures, tally.opinion_figures, tally.estimates, len(tally.beyond_stated),
            sum(tally.skipped.values()), len(tally.differences), "{:.1f} + {:.1f} + {:.1f}".format(*tally.seconds),
        ))
    sums = [sum(row[place] for row in rows[1:]) for place in range(1, len(rows[0]) - 1)]
    rows.append(("together", *sums, "{:.1f} + {:.1f} + {:.1f}".format(*(sum(tally.seconds[part] for _, tally in tallies) for part in (0, 1, 2)))))
    print_table(rows)
    compared = sums[3] + sums[4]
    print(f"\n{compared} figures compared in {sums[1]} columns of {sums[0]} tables, {len(differences)} differ")
    if compared == 0:
        return 2
    return 1 if differences else 0


def print_table(rows):
    widths = [max(len(str(row[place])) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip())


if __name__ == "__main__":
    sys.exit(main())
