"""Copies of the flights, of the sample data and of tables drawn by lot in a SQLite file and in a PostgreSQL database: there the statements run on the source itself."""

import os
import shutil
import sqlite3
import subprocess
import time

import duckdb

from collections_of_tables import by_lot, demo
from flights import write_flights
from tables import quote_name, quote_text

# Rows of a table at scale 1: a statement of a database takes its time.
MOST_ROWS = 20_000


class Database:
    """Where limn reads it, and how we do."""

    def __init__(self, address, connect, close=lambda: None):
        self.address, self.connect, self.close = address, connect, close


def tables_of(scratch, options):
    """Every Parquet table of these collections, in DuckDB: (name, relation, [(column, type)])."""
    db = duckdb.connect()
    db.execute("set timezone = 'UTC'")
    sources = os.path.join(scratch, "sources")
    folders = [write_flights(os.path.join(sources, "flights"), scratch, 10), by_lot(os.path.join(sources, "lot"), scratch, options)]
    if options.limn:
        folders.append(demo(os.path.join(sources, "demo"), scratch, options))
    for folder in folders:
        for place, _, files in sorted(os.walk(folder)):
            for file in sorted(files):
                if not file.endswith(".parquet"):
                    continue
                # A file in a partitioned folder stands for its table well enough here.
                name = os.path.relpath(os.path.join(place, file), folder).replace("/", "_").removesuffix(".parquet").replace("=", "_")
                path = quote_text(os.path.join(place, file))
                rows = int(MOST_ROWS * max(options.scale, 0.1))
                db.execute(f"create or replace temp table copied as from read_parquet({path}, hive_partitioning = false) limit {rows}")
                yield name, db, [(row[0], row[1]) for row in db.execute("describe copied").fetchall()]
    shutil.rmtree(sources)


def plain_columns(columns):
    """Expressions that a database has a type for: nested values as text."""
    return ", ".join(
        f"cast({quote_name(name)} as varchar) as {quote_name(name)}" if kind.endswith("]") or kind.startswith(("STRUCT", "MAP")) else quote_name(name)
        for name, kind in columns
    )


def sqlite(folder, scratch, options):
    """A SQLite file. It has no days and no decimals: days and instants are texts there, decimals doubles."""
    os.makedirs(folder)
    path = os.path.join(folder, "copies.db")
    target = sqlite3.connect(path)
    for name, db, columns in tables_of(scratch, options):
        declared = ", ".join(f"{quote_name(column)} {sqlite_type(kind)}" for column, kind in columns)
        target.execute(f"create table {quote_name(name)} ({declared})")
        # Texts as DuckDB writes them: Python's own instants would want a package of time zones.
        texts = ", ".join(f"{sqlite_text(quote_name(column), kind)}" for column, kind in columns)
        rows = db.execute(f"select {texts} from (select {plain_columns(columns)} from copied)").fetchall()
        target.executemany(f"insert into {quote_name(name)} values ({', '.join('?' * len(columns))})", [[sqlite_value(value) for value in row] for row in rows])
    target.commit()
    target.close()
    return Database(path, lambda: sqlite3.connect(f"file:{path}?mode=ro", uri=True))


def sqlite_type(kind):
    base = kind.split("(")[0]
    if base.endswith("INT") or base.endswith("INTEGER"):
        return "integer"
    return {"DOUBLE": "real", "FLOAT": "real", "DECIMAL": "real", "BOOLEAN": "boolean", "DATE": "date", "TIMESTAMP": "timestamp", "BLOB": "blob"}.get(base, "text")


def sqlite_text(column, kind):
    return f"replace(cast({column} as varchar), '+00', 'Z')" if kind == "TIMESTAMP WITH TIME ZONE" else f"cast({column} as varchar)" if kind.startswith(("DATE", "TIME")) else column


def sqlite_value(value):
    if isinstance(value, int) and value.bit_length() > 63:
        # SQLite makes a double of it.
        return str(value)
    return value if value is None or isinstance(value, (int, float, str, bytes)) else float(value)


def postgres(folder, scratch, options):
    """A database on a server of our own, which ends with the comparison."""
    import psycopg
    from psycopg.types.datetime import DateLoader

    class AnyDay(DateLoader):
        """Python knows no day before the year 1 or after 9999."""

        def load(self, data):
            try:
                return super().load(data)
            except psycopg.DataError:
                return bytes(data).decode()

    programs = find_programs()
    server = os.path.join(scratch, "server")
    os.makedirs(server)
    os.chmod(scratch, 0o755)
    user = []
    if os.geteuid() == 0:
        shutil.chown(server, "postgres")
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    data = os.path.join(server, "data")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": server}
    subprocess.run([*user, f"{programs}/initdb", "--no-sync", "--auth=trust", "--username=limn", "--encoding=UTF8", "--locale=C.UTF-8", "-D", data], check=True, **quiet)
    process = subprocess.Popen([*user, f"{programs}/postgres", "-D", data, "-k", server, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off"], **quiet)

    def connect():
        connection = psycopg.connect(host=server, user="limn", dbname="postgres", autocommit=True)
        connection.execute("set time zone 'UTC'")
        connection.adapters.register_loader("date", AnyDay)
        return connection

    target = wait_for(connect)
    for name, db, columns in tables_of(scratch, options):
        declared = ", ".join(f"{quote_name(column)} {postgres_type(kind)}" for column, kind in columns)
        target.execute(f"create table {quote_name(name)} ({declared})")
        rows = os.path.join(scratch, "rows.csv")
        db.execute(f"copy (select {plain_columns(columns)} from copied) to {quote_text(rows)} (format csv, header false)")
        with open(rows, "rb") as file, target.cursor().copy(f"copy {quote_name(name)} from stdin (format csv)") as copy:
            while block := file.read(1 << 20):
                copy.write(block)
        os.remove(rows)
    target.close()

    def close():
        process.terminate()
        process.wait()

    return Database(f"postgres://limn@localhost/postgres?host={server}", connect, close)


def postgres_type(kind):
    base = kind.split("(")[0]
    plain = {
        "DOUBLE": "double precision", "FLOAT": "real", "TINYINT": "smallint", "UTINYINT": "smallint", "USMALLINT": "integer", "UINTEGER": "bigint", "BOOLEAN": "boolean",
        "SMALLINT": "smallint", "INTEGER": "integer", "BIGINT": "bigint", "UBIGINT": "numeric(20)", "HUGEINT": "numeric(38)", "DATE": "date", "TIMESTAMP": "timestamp",
        "TIMESTAMP WITH TIME ZONE": "timestamptz", "TIME": "time",
    }
    return kind.replace("DECIMAL", "numeric") if base == "DECIMAL" else plain.get(base, "text")


def find_programs():
    """Debian's folder of the newest server, or wherever the search path has one."""
    root = "/usr/lib/postgresql"
    found = sorted(os.path.join(root, version, "bin") for version in os.listdir(root)) if os.path.isdir(root) else []
    if found:
        return found[-1]
    if shutil.which("initdb") is None:
        raise SystemExit("oracle: PostgreSQL's initdb and postgres are not installed")
    return os.path.dirname(shutil.which("initdb"))


def wait_for(connect):
    deadline = time.monotonic() + 60
    while True:
        try:
            return connect()
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


DATABASES = [("sqlite", sqlite), ("postgres", postgres)]
