"""What a peer does with one file, as a process of its own: `peers.py PEER FILE [STATEMENTS]`. One thread each."""

import json
import os
import sys


def relation(path):
    return f"read_csv('{path}')" if path.endswith(".csv") else f"read_parquet('{path}')"


def duckdb_connection():
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def summarize(path):
    """DuckDB's own profile: about twelve figures a column, distinct values and quantiles approximate."""
    duckdb_connection().execute(f"SUMMARIZE SELECT * FROM {relation(path)}").fetchall()


def full_work(path, statements):
    """DuckDB with the SQL that `limn profile --sql` prints beside its figures: all of them."""
    connection = duckdb_connection()
    with open(statements) as file:
        tables = json.load(file)["tables"]
    for table in tables:
        for holder in [table, *table["columns"]]:
            for statement in holder.get("sql", []):
                connection.execute(statement["sql"]).fetchall()


def decode(path):
    """Reading into Arrow and nothing else."""
    import pyarrow.csv
    import pyarrow.parquet

    if path.endswith(".csv"):
        options = pyarrow.csv.ReadOptions(use_threads=False)
        for _ in pyarrow.csv.open_csv(path, read_options=options):
            pass
        return
    file = pyarrow.parquet.ParquetFile(path)
    for group in range(file.num_row_groups):
        for column in file.schema_arrow.names:
            file.read_row_group(group, columns=[column], use_threads=False)


def polars(path):
    """Polars: counts, distinct, extremes, moments, quantiles and the 25 commonest values of each column; lengths of texts."""
    os.environ["POLARS_MAX_THREADS"] = "1"
    import polars as pl

    scan = pl.scan_csv(path) if path.endswith(".csv") else pl.scan_parquet(path)
    for name, kind in scan.collect_schema().items():
        column = pl.col(name)
        figures = [column.null_count().alias("nulls"), column.n_unique().alias("distinct"), column.min().alias("min"), column.max().alias("max")]
        if kind.is_numeric():
            figures += [column.mean().alias("mean"), column.std().alias("std"), column.skew().alias("skew"), column.kurtosis().alias("kurtosis")]
            figures += [column.quantile(q).alias(f"q{q}") for q in (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)]
        if kind == pl.String:
            lengths = column.str.len_chars()
            figures += [lengths.min().alias("shortest"), lengths.max().alias("longest"), lengths.mean().alias("mean length")]
            figures += [column.str.contains(r"^\s*$").sum().alias("blank"), column.str.contains(r"\d").sum().alias("digits")]
            shape = column.str.replace_all("[A-Z]", "A").str.replace_all("[a-z]", "a").str.replace_all("[0-9]", "9")
            scan.select(shape.value_counts(sort=True).head(25)).collect()
        scan.select(figures).collect()
        scan.select(column.value_counts(sort=True).head(25)).collect()


def data_profiling(path):
    """fg-data-profiling, the successor of ydata-profiling: its report as JSON, without correlations and interactions."""
    import pandas
    from data_profiling import ProfileReport

    frame = pandas.read_csv(path) if path.endswith(".csv") else pandas.read_parquet(path)
    options = {"correlations": None, "interactions": None, "missing_diagrams": None}
    ProfileReport(frame, minimal=False, progress_bar=False, pool_size=1, **options).to_json()


def whylogs(path):
    """whylogs: its sketches of every column."""
    import numpy
    import pandas

    # A name that whylogs asks for and NumPy 2 no longer has.
    numpy.unicode_ = numpy.str_
    import whylogs as why

    frame = pandas.read_csv(path) if path.endswith(".csv") else pandas.read_parquet(path)
    why.log(frame).view().to_pandas()


PEERS = {
    "duckdb-summarize": summarize,
    "duckdb-full": full_work,
    "decode": decode,
    "polars": polars,
    "fg-data-profiling": data_profiling,
    "whylogs": whylogs,
}

if __name__ == "__main__":
    PEERS[sys.argv[1]](*sys.argv[2:])
