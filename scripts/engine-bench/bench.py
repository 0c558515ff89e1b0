"""Runs Limn and its peers on the same files, interleaved, each run a process of its own, and prints what each cost.

Figures are medians over the rounds: wall seconds, CPU seconds (user and system, all threads), peak memory. Figures a column are what
the program hands over for each column on average. The ratio is Limn's CPU seconds over the peer's: below 1 Limn is cheaper.
Everything runs with one thread, but for the comparison of threads.

This process stays small and leaves tables and profiles to others: a child's peak memory is at least its parent's at the start.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
FULL = ["decode", "duckdb-summarize", "duckdb-full"]
SLOW = ["polars", "fg-data-profiling", "whylogs"]
# table, format, rows at full size, peers
CASES = [
    ("taxi", "parquet", 10_000_000, FULL),
    ("customers", "parquet", 5_000_000, FULL),
    ("wide", "parquet", 200_000, FULL),
    ("taxi", "csv", 2_000_000, FULL),
    ("customers", "csv", 500_000, FULL),
    ("taxi", "parquet", 200_000, SLOW),
    ("customers", "parquet", 200_000, SLOW),
]
# The same table and a tenth of it: fewer rows, fewer columns.
SCALINGS = [
    ("rows of taxi", ("taxi", "parquet", 1_000_000), ("taxi", "parquet", 10_000_000)),
    ("rows of customers", ("customers", "parquet", 500_000), ("customers", "parquet", 5_000_000)),
    ("columns of wide", ("wide50", "parquet", 200_000), ("wide", "parquet", 200_000)),
]
NAMES = {"limn": "**Limn**", "decode": "decoding to Arrow alone", "duckdb-summarize": "DuckDB `SUMMARIZE`", "duckdb-full": "DuckDB, all figures in SQL"}
# A peer that takes longer than this is run once.
LONG_SECONDS = 20


def run(command, limit=None):
    """How it ended (done, failed, or stopped after `limit` seconds), and its wall seconds, CPU seconds, peak bytes until then."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stop = threading.Timer(limit, process.kill) if limit else None
    if stop:
        stop.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if stop:
        stop.cancel()
    end = "done" if process.returncode == 0 else "stopped" if limit and wall >= limit else "failed"
    return end, (wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def median(costs):
    return [statistics.median(column) for column in zip(*costs)]


def interleaved(commands, options):
    """How each command ended and its median cost, the commands taking turns. A peer that takes long is run once."""
    ends, costs = {}, {name: [] for name in commands}
    for turn in range(options.rounds):
        for name, command in commands.items():
            is_ours = name.startswith("limn")
            if turn > 0 and not is_ours and (ends[name] != "done" or costs[name][0][1] > LONG_SECONDS):
                continue
            ends[name], cost = run(command, None if is_ours else options.limit)
            if is_ours and ends[name] != "done":
                raise SystemExit(f"{' '.join(command)} failed")
            costs[name].append(cost)
    return ends, {name: median(runs) for name, runs in costs.items()}


def prepare(case, options):
    """The file, written where it is missing, and its rows."""
    table, kind, rows = case[:3]
    rows = max(1_000, int(rows * options.scale))
    path = os.path.join(options.data, f"{table}_{rows}.{kind}")
    if not os.path.exists(path):
        print(f"writing {os.path.basename(path)}", file=sys.stderr)
        subprocess.run([sys.executable, os.path.join(HERE, "tables.py"), table, kind, str(rows), path], check=True)
    return path, rows


def limn_command(options, path, threads=1):
    return [options.limn, "profile", "--quiet", "--threads", str(threads), "--format", "json", path]


def figures_of(options, path):
    """Figures a column on average: of Limn by counting them; SUMMARIZE has ten beside name and type."""
    counted = subprocess.run([sys.executable, os.path.join(HERE, "figures.py"), *limn_command(options, path)], stdout=subprocess.PIPE, check=True)
    return {"limn": float(counted.stdout), "duckdb-summarize": 10}


def size_of(case, rows):
    return f"{case[0]}, {rows:,} rows, {'Parquet' if case[1] == 'parquet' else 'CSV'}"


def compare_with_peers(options):
    print("| table | program | figures a column | wall s | CPU s | peak MiB | rows a CPU second | Limn's CPU over its |")
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    for case in CASES:
        if options.only not in f"{case[0]}.{case[1]}":
            continue
        path, rows = prepare(case, options)
        limn = limn_command(options, path)
        commands = {"limn": limn}
        for peer in case[3]:
            extra = []
            if peer == "duckdb-full":
                extra = [os.path.join(tempfile.gettempdir(), f"limn-bench-{os.getpid()}.sql.json")]
                with open(extra[0], "w") as file:
                    subprocess.run([*limn, "--sql"], stdout=file, check=True)
            commands[peer] = [sys.executable, os.path.join(HERE, "peers.py"), peer, path, *extra]
        ends, costs = interleaved(commands, options)
        figures = figures_of(options, path)
        figures["duckdb-full"] = figures["limn"]
        for name, (wall, cpu, peak) in costs.items():
            more, less = (">", "<") if ends[name] == "stopped" else ("", "")
            ratio = "" if name == "limn" else f"{less}{costs['limn'][1] / cpu:.3f}"
            count = f"{figures[name]:.0f}" if name in figures else ""
            cells = [f"{more}{wall:.2f}", f"{more}{cpu:.2f}", f"{more}{peak / 2**20:.0f}", f"{less}{rows / cpu:,.0f}", ratio]
            if ends[name] == "failed":
                cells = ["failed", "", "", "", ""]
            print(f"| {' | '.join([size_of(case, rows), NAMES.get(name, name), count, *cells])} |", flush=True)
        if "duckdb-full" in commands:
            os.remove(commands["duckdb-full"][-1])


def compare_threads(options):
    print("\n| table | one thread, wall s | two threads, wall s | faster by | CPU s, one and two |")
    print("|---|---:|---:|---:|---:|")
    for case in CASES[:5]:
        if options.only not in f"{case[0]}.{case[1]}":
            continue
        path, rows = prepare(case, options)
        _, costs = interleaved({f"limn-{threads}": limn_command(options, path, threads) for threads in (1, 2)}, options)
        one, two = costs["limn-1"], costs["limn-2"]
        print(f"| {size_of(case, rows)} | {one[0]:.2f} | {two[0]:.2f} | {one[0] / two[0]:.2f} | {one[1]:.2f}, {two[1]:.2f} |", flush=True)


def compare_sizes(options):
    print("\n| ten times the | a tenth, CPU s | the whole, CPU s | costs |")
    print("|---|---:|---:|---:|")
    for name, small, large in SCALINGS:
        if options.only not in f"{large[0]}.{large[1]}":
            continue
        paths = {"limn-tenth": prepare(small, options)[0], "limn-whole": prepare(large, options)[0]}
        _, costs = interleaved({name: limn_command(options, path) for name, path in paths.items()}, options)
        tenth, whole = costs["limn-tenth"][1], costs["limn-whole"][1]
        print(f"| {name} | {tenth:.2f} | {whole:.2f} | {whole / tenth:.1f} times |", flush=True)


def measure_start(options):
    """The whole process on a table of one row: what starting costs."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "one.csv")
        with open(path, "w") as file:
            file.write("a,b\n1,x\n")
        walls = [run(limn_command(options, path))[1][0] for _ in range(20)]
    print(f"\nA table of one row takes {statistics.median(walls) * 1000:.0f} ms from start to end of the process.", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limn", required=True, help="the program")
    parser.add_argument("--data", required=True, help="folder for the tables; kept")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=90, help="seconds after which a peer is stopped; its row then says more than")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full rows")
    parser.add_argument("--only", default="", help="cases whose name (such as taxi.parquet) holds this")
    options = parser.parse_args()
    os.makedirs(options.data, exist_ok=True)
    compare_with_peers(options)
    compare_threads(options)
    compare_sizes(options)
    measure_start(options)


if __name__ == "__main__":
    main()
