"""Peak memory of `limn profile` on wide tables and on files that unfold to far more than they are, each run a process of its own.

A case is kept where the peak (the largest resident set of the process or its child) stays within the budget, and the run ends
as the case says: well, or with an error that names the file. Figures that had to be estimated are counted.
"""

import argparse
import gzip
import json
import multiprocessing
import os
import random
import sqlite3
import subprocess
import sys
import time

WIDE = ["20000x600", "10000x5000"]
# SQLite has no more columns than these unless it was built so.
SQLITE_COLUMNS = 2_000


def arrow():
    """Loaded only where files are written: a process begins with the peak memory of the one that started it."""
    import pyarrow
    import pyarrow.csv
    import pyarrow.ipc
    import pyarrow.parquet

    return pyarrow


def column(place, rows):
    """Six kinds of columns in turn: a key, doubles, few texts, many texts, days, a few whole numbers with nulls."""
    pa, rng = arrow(), random.Random(place)
    kind = place % 6
    if kind == 0:
        return pa.array(range(rows), pa.int64())
    if kind == 1:
        return pa.array([round(rng.gauss(100, 20), 4) for _ in range(rows)], pa.float64())
    if kind == 2:
        return pa.array([f"kind {rng.randrange(12)}" for _ in range(rows)])
    if kind == 3:
        return pa.array([f"{rng.randrange(10**9):09d}-{rng.choice('ABCDEF')}" for _ in range(rows)])
    if kind == 4:
        return pa.array([18_000 + rng.randrange(2_000) for _ in range(rows)], pa.int32()).cast(pa.date32())
    return pa.array([None if rng.random() < 0.1 else rng.randrange(500) for _ in range(rows)], pa.int32())


def wide_table(rows, columns):
    # Columns of a kind differ by where they begin: made once, turned by their place.
    pa = arrow()
    made = [column(place, rows) for place in range(24)]
    names, arrays = [], []
    for place in range(columns):
        array, turn = made[place % len(made)], (place * 97) % rows
        names.append(f"c{place}")
        arrays.append(pa.concat_arrays([array.slice(turn), array.slice(0, turn)]))
    return pa.table(arrays, names=names)


def write_wide(folder, name, rows, columns, formats):
    paths = {kind: os.path.join(folder, f"wide_{name}.{suffix}") for kind, suffix in (
        ("parquet", "parquet"), ("csv", "csv"), ("jsonl", "jsonl"), ("arrow", "arrow"), ("sqlite", "db"))}
    missing = [kind for kind in formats if not os.path.exists(paths[kind])]
    if missing:
        table = wide_table(rows, columns)
        for kind in missing:
            print(f"writing {paths[kind]}", file=sys.stderr)
            {"parquet": write_parquet, "csv": write_csv, "jsonl": write_jsonl, "arrow": write_arrow, "sqlite": write_sqlite}[kind](table, paths[kind] + ".part")
            os.rename(paths[kind] + ".part", paths[kind])
    return paths


def write_parquet(table, path):
    arrow().parquet.write_table(table, path)


def write_csv(table, path):
    arrow().csv.write_csv(table, path)


def write_jsonl(table, path):
    with open(path, "w", encoding="utf-8") as file:
        for start in range(0, table.num_rows, 500):
            for row in table.slice(start, 500).to_pylist():
                file.write(json.dumps(row, default=str, separators=(",", ":")) + "\n")


def write_arrow(table, path):
    pa = arrow()
    with pa.OSFile(path, "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        # As a program that streams its rows writes them.
        writer.write_table(table, max_chunksize=1_000)


def write_sqlite(table, path):
    table = table.select(range(min(table.num_columns, SQLITE_COLUMNS)))
    types = {"int64": "integer", "int32": "integer", "double": "real", "string": "text", "date32[day]": "text"}
    db = sqlite3.connect(path)
    db.execute("create table wide ({})".format(", ".join(f"{field.name} {types[str(field.type)]}" for field in table.schema)))
    # SQLite binds no more than 32,766 values a statement; a row is far below.
    places = ", ".join("?" * table.num_columns)
    for start in range(0, table.num_rows, 500):
        rows = [[str(value) if hasattr(value, "isoformat") else value for value in row.values()] for row in table.slice(start, 500).to_pylist()]
        db.executemany(f"insert into wide values ({places})", rows)
    db.commit()
    db.close()


def write_bombs(folder):
    """Small files that ask for much: name -> (path, words of the error, or nothing where the profile is to succeed)."""
    pa, bombs = arrow(), {}

    def path(name):
        return os.path.join(folder, name)

    # A page of a gigabyte of zeros in a file of a few kilobytes.
    for codec in ("zstd", "gzip", "brotli", "snappy"):
        bombs[f"page bomb, {codec}"] = (path(f"page_{codec}.parquet"), "unfolds to")
        if not os.path.exists(path(f"page_{codec}.parquet")):
            text = pa.array(["\0" * (256 << 20)] * 2, pa.large_string())
            pa.parquet.write_table(pa.table({"text": text, "id": [1, 2]}), path(f"page_{codec}.parquet"), compression=codec, use_dictionary=False, data_page_size=1 << 30, write_statistics=False)
    # The head of its first page says 2 GB, or 100 bytes where there are 512 MB.
    for name, stated in (("says too much", 0x7FFF_FF00), ("says too little", 100)):
        for codec in ("gzip", "snappy"):
            target = path(f"head_{name.split()[-1]}_{codec}.parquet")
            bombs[f"page that {name}, {codec}"] = (target, "")
            if not os.path.exists(target):
                with open(path(f"page_{codec}.parquet"), "rb") as file:
                    content = bytearray(file.read())
                restate(content, stated)
                with open(target, "wb") as file:
                    file.write(content)
    # One text of 40 MB that every row of a million refers to: 40 TB, were it written out.
    bombs["dictionary of one long text"] = (path("dictionary.parquet"), None)
    if not os.path.exists(path("dictionary.parquet")):
        long = pa.DictionaryArray.from_arrays(pa.array([0] * 1_000_000, pa.int32()), pa.array(["x" * (40 << 20)]))
        pa.parquet.write_table(pa.table({"text": long, "n": list(range(500_000)) * 2}), path("dictionary.parquet"), compression="zstd", dictionary_pagesize_limit=1 << 30, write_statistics=False)
    for suffix, words in (("csv", "longer than"), ("jsonl", "longer than")):
        bombs[f"a field of 1 GB, {suffix}.gz"] = (path(f"field.{suffix}.gz"), words)
        if not os.path.exists(path(f"field.{suffix}.gz")):
            with gzip.open(path(f"field.{suffix}.gz"), "wb", 6) as file:
                file.write(b'id,text\n1,"' if suffix == "csv" else b'{"id": 1, "text": "')
                for _ in range(1024):
                    file.write(b"x" * (1 << 20))
                file.write(b'"\n' if suffix == "csv" else b'"}\n')
    bombs["a gigabyte of short lines, csv.gz"] = (path("lines.csv.gz"), None)
    if not os.path.exists(path("lines.csv.gz")):
        with gzip.open(path("lines.csv.gz"), "wb", 6) as file:
            file.write(b"a,b\n")
            for _ in range(256):
                file.write(b"1,x\n" * (1 << 18) )
    return bombs


def restate(content, stated):
    """Writes another unfolded size into the head of the first page: field 2, a zigzag varint."""
    at = 4 + 2
    assert content[4] == 0x15 and content[at] == 0x15, "the head of a data page"
    end = at + 1
    while content[end] & 0x80:
        end += 1
    width = end - at
    value, coded = stated << 1, bytearray()
    for place in range(width):
        coded.append((value & 0x7F) | (0x80 if place < width - 1 else 0))
        value >>= 7
    content[at + 1 : end + 1] = coded


def run(limn, path, budget, threads):
    command = [limn, "profile", path, "--format", "json", "--quiet"]
    environment = {**os.environ, "LIMN_ENGINE_MEMORY": str(budget), "LIMN_ENGINE_THREADS": str(threads)}
    began = time.perf_counter()
    out_path = "/dev/shm/limn-memory.json" if os.path.isdir("/dev/shm") else path + ".out"
    with open(out_path, "wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE, env=environment)
        errors = process.stderr.read().decode("utf-8", "replace")
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    with open(out_path, encoding="utf-8") as out:
        text = out.read()
    os.remove(out_path)
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode, text, errors


KINDS = ("parquet", "csv", "jsonl", "arrow", "sqlite")


def write_cases(folder, only, wide, kinds):
    """Writes what is missing: [(name, path, words of the error)]."""
    cases = []
    for name in wide or WIDE:
        rows, columns = (int(count) for count in name.split("x"))
        wanted = [kind for kind in kinds if not only or only in f"{name} {kind}"]
        paths = write_wide(folder, name, rows, columns, wanted)
        cases += [(f"{name} {kind}" + (" (2000 columns)" if kind == "sqlite" and columns > SQLITE_COLUMNS else ""), paths[kind], None) for kind in wanted]
    bombs = {} if wide else write_bombs(folder)
    return cases + [(name, *case) for name, case in bombs.items() if not only or only in name]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limn", required=True)
    parser.add_argument("--data", required=True, help="where the files are written, and kept")
    parser.add_argument("--budget", type=int, default=512, help="MiB")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", help="cases whose name holds this")
    parser.add_argument("--wide", action="append", metavar="ROWSxCOLUMNS", help="tables of this size alone, and no bombs")
    parser.add_argument("--kinds", type=lambda text: text.split(","), default=KINDS, help="of wide tables: " + ",".join(KINDS))
    options = parser.parse_args()
    os.makedirs(options.data, exist_ok=True)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        cases = pool.apply(write_cases, (options.data, options.only, options.wide, options.kinds))
    print(f"{'case':44} {'file MiB':>9} {'peak MiB':>9} {'wall s':>7} {'CPU s':>7}  outcome")
    broken = 0
    for name, path, words in cases:
        wall, cpu, peak, code, text, errors = run(options.limn, path, options.budget, options.threads)
        outcome, is_kept = judge(code, text, errors, words, os.path.basename(path))
        is_kept = is_kept and peak <= options.budget
        broken += not is_kept
        print(f"{name:44} {os.path.getsize(path) / (1 << 20):9.2f} {peak:9.0f} {wall:7.1f} {cpu:7.1f}  {'' if is_kept else 'NOT KEPT: '}{outcome}", flush=True)
    print(f"{len(cases)} cases, {broken} not kept within {options.budget} MiB")
    return 1 if broken else 0


def judge(code, text, errors, words, file):
    """In words how the run ended, and whether it is as the case says."""
    tables = json.loads(text).get("tables", []) if text.strip().startswith("{") else []
    if not tables:
        said = " ".join(errors.split())[-160:]
        return f"exit {code}: {said}", words is not None and code in (1, 3) and file in errors and words in errors
    columns = tables[0]["columns"]
    failed = [column["query_error"] for column in columns if column.get("query_error")]
    estimated = sum(1 for column in columns if column.get("estimates"))
    outcome = f"{len(columns)} columns, {estimated} with estimates"
    if failed:
        return f"{outcome}, {len(failed)} failed: {failed[0][:110]}", words is not None and file in failed[0] and words in failed[0]
    return outcome, not words


if __name__ == "__main__":
    sys.exit(main())
