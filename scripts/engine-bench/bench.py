"""Runs Limn and its peers on the same files, interleaved, each run a process of its own, and prints what each cost.

Figures are medians over the rounds: wall seconds, CPU seconds (user and system, all processes), peak memory of the largest
process. The ratio is Limn's CPU seconds over the peer's: below 1 Limn is cheaper. Everything runs with one thread.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

import tables

HERE = os.path.dirname(os.path.abspath(__file__))
# table, file, rows at full size, peers
FULL = ["decode", "duckdb-summarize", "duckdb-full"]
CASES = [
    ("taxi", "parquet", 10_000_000, FULL),
    ("customers", "parquet", 5_000_000, FULL),
    ("wide", "parquet", 200_000, FULL),
    ("taxi", "csv", 2_000_000, FULL),
    ("customers", "csv", 500_000, FULL),
    ("taxi", "parquet", 200_000, ["polars", "fg-data-profiling", "whylogs"]),
    ("customers", "parquet", 200_000, ["polars", "fg-data-profiling", "whylogs"]),
]


def run(command, quiet_errors):
    """Wall seconds, CPU seconds, peak bytes."""
    began = time.perf_counter()
    errors = subprocess.DEVNULL if quiet_errors else None
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def median(costs):
    return [statistics.median(column) for column in zip(*costs)]


def prepare(case, folder, scale):
    table, kind, rows, _ = case
    rows = max(1_000, int(rows * scale))
    path = os.path.join(folder, f"{table}_{rows}.{kind}")
    if not os.path.exists(path):
        print(f"writing {os.path.basename(path)}", file=sys.stderr)
        write = tables.write_parquet if kind == "parquet" else tables.write_csv
        write(table, rows, path + ".part")
        os.rename(path + ".part", path)
    return path, rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limn", required=True, help="the program")
    parser.add_argument("--data", required=True, help="folder for the tables; kept")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full rows")
    parser.add_argument("--only", default="", help="cases whose name holds this")
    parser.add_argument("--threads", type=int, default=1, help="of Limn")
    options = parser.parse_args()
    os.makedirs(options.data, exist_ok=True)
    print("| table | program | wall s | CPU s | peak MiB | rows/s | Limn's CPU over its |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for case in CASES:
        if options.only not in f"{case[0]}.{case[1]}":
            continue
        path, rows = prepare(case, options.data, options.scale)
        limn = [options.limn, "profile", "--quiet", "--threads", str(options.threads), "--format", "json", path]
        statements = path + ".sql.json"
        if "duckdb-full" in case[3]:
            with open(statements, "w") as file:
                subprocess.run([*limn, "--sql"], stdout=file, check=True)
        commands = {"limn": limn}
        for peer in case[3]:
            extra = [statements] if peer == "duckdb-full" else []
            commands[peer] = [sys.executable, os.path.join(HERE, "peers.py"), peer, path, *extra]
        costs = {name: [] for name in commands}
        for turn in range(options.rounds):
            for name, command in commands.items():
                # What costs a hundred times as much is run once.
                if turn == 0 or name == "limn" or costs[name][0][1] < 60:
                    costs[name].append(run(command, name != "limn"))
        ours = median(costs["limn"])
        for name, runs in costs.items():
            wall, cpu, peak = median(runs)
            ratio = "" if name == "limn" else f"{ours[1] / cpu:.3f}"
            size = f"{case[0]}, {rows:,} rows, {'Parquet' if case[1] == 'parquet' else 'CSV'}"
            print(f"| {size} | {name} | {wall:.2f} | {cpu:.2f} | {peak / 2**20:.0f} | {rows / wall:,.0f} | {ratio} |", flush=True)
    profiled = json.loads(subprocess.run(limn, stdout=subprocess.PIPE, check=True).stdout)
    columns = profiled["tables"][0]["columns"]
    print(f"\nFigures Limn finds a column of the last table: {sum(map(len, columns)) / len(columns):.0f} on average, top values and bars counted once.")


if __name__ == "__main__":
    main()
