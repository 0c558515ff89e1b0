"""Golden bytes: what PySpark 4.x itself writes as states of distinct values, quantiles and top values, and what it reads from them.

    spark_sketches.py DIR          writes DIR/index.json and one file of bytes a sketch
    spark_sketches.py --read DIR   Spark reads every *.hll and *.kll in DIR (written by Limn), merges those of one name with
                                   the golden ones, and prints what it found

Needs Java 17 and the pinned requirements beside this file; it is run by hand, never by `make test`. The HLL bytes are the
same in every run; those of KLL beyond k values are not, for Spark tosses a coin at each compaction.
"""

import argparse
import json
import os
import shutil
import sys

# Row i of a column, i from 0: the SQL that Spark computes it with, and the same in words for those who build it elsewhere.
COLUMNS = {
    "bigint": {
        "sql": "i * 1000003 - 50000000000",
        "canonical": "c",
        "recipe": "i * 1_000_003 - 50_000_000_000 as 64-bit",
    },
    "int": {
        "sql": "cast(i * 31 - 1000 as int)",
        "canonical": "cast(c as bigint)",
        "recipe": "i * 31 - 1000 as 32-bit; hashed as BIGINT",
    },
    "double": {
        "sql": "case when i = 0 then -0.0D when i = 1 then 0.0D when i = 2 then double('NaN') else (i - 500) / 8.0D end",
        "canonical": "c",
        "recipe": "-0.0 for i = 0, 0.0 for i = 1, NaN for i = 2, else (i - 500) / 8",
    },
    "boolean": {"sql": "i % 3 = 0", "canonical": "c", "recipe": "whether i is a multiple of 3"},
    "date": {"sql": "date_add(date'1970-01-01', cast(i - 400 as int))", "canonical": "c", "recipe": "day i - 400 since 1970-01-01"},
    "timestamp": {
        "sql": "timestamp_micros(i * 86399123457 - 5000000000000000)",
        "canonical": "c",
        "recipe": "microsecond i * 86_399_123_457 - 5_000_000_000_000_000 since 1970",
    },
    "string": {
        "sql": "case i % 5 when 0 then concat('value ', i) when 1 then concat('wärde ', i) when 2 then concat('值', i) "
        "when 3 then concat('😀 ', i) else repeat('x', cast(i % 40 as int)) end",
        "canonical": "c",
        "recipe": "by i mod 5: 'value {i}', 'wärde {i}', '值{i}', '😀 {i}', and i mod 40 times 'x' (empty for some)",
    },
    "decimal_18_2": {
        "sql": "cast((i * 12345 - 500000) / 100BD as decimal(18,2))",
        "canonical": "c",
        "recipe": "unscaled i * 12_345 - 500_000, scale 2",
    },
    "decimal_20_0": {
        "sql": "cast(18446744073709551615BD - i * 3 as decimal(20,0))",
        "canonical": "c",
        "recipe": "18_446_744_073_709_551_615 - 3 i: how an unsigned 64-bit number is hashed",
    },
    "decimal_38_4": {
        "sql": "cast(cast(i as decimal(20,0)) * 1000000000000000000000.0001BD - 300000000000000000000000.0000BD as decimal(38,4))",
        "canonical": "c",
        "recipe": "unscaled i * 10_000_000_000_000_000_000_000_001 - 3_000_000_000_000_000_000_000_000_000, scale 4",
    },
    "binary": {
        "sql": "unhex(lpad(hex(i * 65537), 10, '0'))",
        "canonical": "c",
        "recipe": "i * 65_537 as 5 bytes, the highest first",
    },
}
# Every column also has this many null rows: a filter that is forgotten would be seen, for xxhash64 of a null is 42.
NULL_ROWS = 3
SMALL, ALL = (0, 1, 10, 1_000), (0, 1, 10, 1_000, 100_000)
HLL_SIZES = {"bigint": ALL, "double": ALL, "string": ALL, "boolean": (0, 10)}
KLL_COLUMNS = ("bigint", "double", "decimal_18_2")
RANKS = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)
# Single values, hashed one by one.
SINGLE_VALUES = [
    ("bigint", "0L"), ("bigint", "1L"), ("bigint", "-1L"), ("bigint", "9223372036854775807L"), ("bigint", "-9223372036854775807L - 1L"),
    ("int as bigint", "cast(7 as bigint)"), ("tinyint as bigint", "cast(cast(-7 as tinyint) as bigint)"),
    ("double", "0.0D"), ("double", "-0.0D"), ("double", "1.5D"), ("double", "-2.25D"), ("double", "double('NaN')"), ("double", "double('Infinity')"),
    ("double", "double('-Infinity')"), ("double", "4.9E-324D"), ("double", "1.7976931348623157E308D"), ("float as double", "cast(float('0.1') as double)"),
    ("boolean", "true"), ("boolean", "false"),
    ("date", "date'1970-01-01'"), ("date", "date'1969-12-31'"), ("date", "date'0001-01-01'"), ("date", "date'9999-12-31'"),
    ("timestamp", "timestamp_micros(0)"), ("timestamp", "timestamp_micros(-1)"), ("timestamp", "timestamp'2026-11-21 19:00:00.123456Z'"),
    ("timestamp_ntz", "timestamp_ntz'2026-11-21 19:00:00.123456'"),
    ("string", "''"), ("string", "'a'"), ("string", "'naïve'"), ("string", "'值😀'"), ("string", "repeat('0123456789', 10)"),
    ("binary", "X''"), ("binary", "X'00FF7F'"), ("binary", "unhex(repeat('0123456789ABCDEF', 5))"),
    ("decimal(18,2)", "cast(0 as decimal(18,2))"), ("decimal(18,2)", "cast(12.34 as decimal(18,2))"), ("decimal(18,2)", "cast(-0.05 as decimal(18,2))"),
    ("decimal(9,4)", "cast(1.5 as decimal(9,4))"),
    ("decimal(20,0)", "cast(18446744073709551615BD as decimal(20,0))"), ("decimal(20,0)", "cast(0 as decimal(20,0))"), ("decimal(20,0)", "cast(128 as decimal(20,0))"),
    ("decimal(38,4)", "cast(-1 as decimal(38,4))"), ("decimal(38,4)", "cast(12345678901234567890123456789.1234BD as decimal(38,4))"),
    ("decimal(38,0)", "cast(-99999999999999999999999999999999999999BD as decimal(38,0))"),
]


def start_spark():
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("golden sketches")
    for key, value in {
        "spark.ui.enabled": "false", "spark.sql.session.timeZone": "UTC", "spark.sql.shuffle.partitions": "2",
        "spark.driver.memory": "2g", "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1",
        "spark.sql.ansi.enabled": "true",
    }.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def make_view(spark, first, past, sql):
    """The view `t` with the column `c`: rows first..past in two partitions, then the null rows."""
    spark.range(first, past, 1, 2).selectExpr("id as i").createOrReplaceTempView("rows")
    spark.sql(f"create or replace temp view t as select {sql} as c from rows union all select null as c from range({NULL_ROWS})")


class Shelf:
    """Where bytes and their description go."""

    def __init__(self, folder, version):
        self.folder = folder
        self.index = {
            "made_by": f"PySpark {version}", "script": "scripts/golden/spark_sketches.py", "null_rows": NULL_ROWS,
            "recipes": {name: column["recipe"] for name, column in COLUMNS.items()}, "hashes": [], "hll": [], "kll": [], "top_values": [],
        }

    def keep(self, kind, name, content, **facts):
        with open(os.path.join(self.folder, name), "wb") as file:
            file.write(bytes(content))
        self.index[kind].append({"file": name, **facts})


def write_hashes(spark, shelf):
    for kind, sql in SINGLE_VALUES:
        value, hashed = spark.sql(f"select cast({sql} as string), xxhash64({sql})").first()
        # A hash needs all 64 bits, which a JSON number may lose.
        text = spark.sql(f"select hex({sql})").first()[0] if kind == "binary" else value
        shelf.index["hashes"].append({"type": kind, "sql": sql, "value": text, "xxhash64": str(hashed)})


READ_HLL = "s, hll_sketch_estimate(s), hll_sketch_estimate(hll_union(s, s))"


def keep_hll(spark, shelf, file, source, statement, **facts):
    """Keeps the sketch `s` of the source, with its estimate and the merged form's, which knows nothing of the order of updates."""
    content, estimate, merged = spark.sql(f"select {READ_HLL} from ({source})").first()
    shelf.keep("hll", file, content, **facts, estimate=estimate, merged_estimate=merged, statement=statement)


def write_hll(spark, shelf):
    for name, column in COLUMNS.items():
        statement = f"hll_sketch_agg(xxhash64({column['canonical']}), 12) filter (where c is not null)"
        for size in HLL_SIZES.get(name, SMALL):
            make_view(spark, 0, size, column["sql"])
            exact = spark.sql("select count(distinct c) from t").first()[0]
            keep_hll(spark, shelf, f"{name}-{size}.hll", f"select {statement} as s from t", statement, column=name, first=0, past=size, exact=exact, lg_k=12)
    for name, parts in (("bigint", ((0, 600), (400, 1_000))), ("string", ((0, 60_000), (40_000, 100_000))), ("date", ((0, 20), (10, 30)))):
        statement = f"hll_sketch_agg(xxhash64({COLUMNS[name]['canonical']}), 12) filter (where c is not null)"
        files = []
        for first, past in parts:
            make_view(spark, first, past, COLUMNS[name]["sql"])
            files.append(f"{name}-{first}-{past}.hll")
            keep_hll(spark, shelf, files[-1], f"select {statement} as s from t", statement, column=name, first=first, past=past, lg_k=12)
        read_parts(spark, shelf, files)
        statement = "hll_union_agg(content)"
        source = f"select {statement} as s from parts"
        keep_hll(spark, shelf, f"{name}-union.hll", source, statement, column=name, first=parts[0][0], past=parts[1][1], lg_k=12, union_of=files)
    # Parameters that are not ours, to be refused by name.
    make_view(spark, 0, 1_000, COLUMNS["bigint"]["sql"])
    statement = "hll_sketch_agg(xxhash64(c), 10) filter (where c is not null)"
    keep_hll(spark, shelf, "bigint-1000-lg10.hll", f"select {statement} as s from t", statement, column="bigint", first=0, past=1_000, lg_k=10)


def read_parts(spark, shelf, files):
    """The view `parts`, one row a file."""
    paths = [os.path.join(os.path.abspath(shelf.folder), file) for file in files]
    spark.read.format("binaryFile").load(paths).createOrReplaceTempView("parts")


def write_kll(spark, shelf):
    ranks = "array(" + ", ".join(f"{rank}D" for rank in RANKS) + ")"
    cases = [(name, size, 400) for name in KLL_COLUMNS for size in SMALL]
    cases += [("double", 100_000, 400), ("bigint", 1_000, 200), ("bigint", 100_000, 400)]
    for name, size, k in cases:
        make_view(spark, 0, size, COLUMNS[name]["sql"])
        sketch = "kll_sketch_agg_double(cast(c as double))" if k == 200 else f"kll_sketch_agg_double(cast(c as double), {k})"
        content, count, quantiles = spark.sql(
            f"select s, kll_sketch_get_n_double(s), case when kll_sketch_get_n_double(s) > 0 then kll_sketch_get_quantile_double(s, {ranks}) end "
            f"from (select {sketch} as s from t)"
        ).first()
        file = f"{name}-{size}.kll" if k == 400 else f"{name}-{size}-k{k}.kll"
        shelf.keep("kll", file, content, column=name, first=0, past=size, k=k, n=count, ranks=list(RANKS), quantiles=quantiles, statement=sketch)
    files = []
    for first, past in ((0, 5_000), (5_000, 20_000)):
        make_view(spark, first, past, COLUMNS["bigint"]["sql"])
        content, count = spark.sql("select s, kll_sketch_get_n_double(s) from (select kll_sketch_agg_double(cast(c as double), 400) as s from t)").first()
        files.append(f"bigint-{first}-{past}.kll")
        shelf.keep("kll", files[-1], content, column="bigint", first=first, past=past, k=400, n=count, statement="kll_sketch_agg_double(cast(c as double), 400)")
    read_parts(spark, shelf, files)
    content, count, quantiles = spark.sql(
        f"select s, kll_sketch_get_n_double(s), kll_sketch_get_quantile_double(s, {ranks}) from (select kll_merge_agg_double(content) as s from parts)"
    ).first()
    shelf.keep("kll", "bigint-union.kll", content, column="bigint", first=0, past=20_000, k=400, n=count, ranks=list(RANKS), quantiles=quantiles, statement="kll_merge_agg_double(s)", union_of=files)


WORDS = {
    "doubling": {"sql": "concat('wörd ', cast(floor(log2(i + 1)) as int))", "recipe": "'wörd {floor(log2(i + 1))}': word k comes 2^k times"},
    "skewed": {
        "sql": "case when i % 2 = 0 then concat('often ', i % 10) else concat('seldom ', i) end",
        "recipe": "'often {i mod 10}' for even i, else 'seldom {i}'; 100 items tracked, so that counts have an error",
    },
}


def write_top_values(spark, shelf):
    shelf.index["recipes"].update({name: words["recipe"] for name, words in WORDS.items()})
    # Spark appends to the sketch's bytes how many nulls it saw, in 8 bytes, the highest first; 0 under the filter.
    shelf.index["top_values_trailer"] = "8 bytes after the DataSketches bytes: the number of nulls, big-endian"
    cases = [("doubling", 0, 1_000, ""), ("doubling", 1, 1_000, ""), ("doubling", 1_023, 1_000, ""), ("skewed", 20_000, 100, ""), ("doubling", 1_023, 1_000, "-filtered")]
    for name, size, tracked, suffix in cases:
        make_view(spark, 0, size, WORDS[name]["sql"])
        state = f"approx_top_k_accumulate(cast(c as string), {tracked})" + (" filter (where c is not null)" if suffix else "")
        row = spark.sql(f"select a.*, approx_top_k_estimate(a, 25) as top from (select {state} as a from t)").first().asDict(recursive=True)
        top = [{"value": entry["item"], "count": entry["count"]} for entry in row.pop("top")]
        content = row.pop("sketch")
        shelf.keep(
            "top_values", f"{name}-{size}{suffix}.frequent", content, column=name, first=0, past=size, statement=state,
            rest_of_the_struct={key: value for key, value in row.items()}, estimate=top,
        )


def write_all(folder):
    spark = start_spark()
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    shelf = Shelf(folder, spark.version)
    for step in (write_hashes, write_hll, write_kll, write_top_values):
        step(spark, shelf)
        print(f"{step.__name__}: done", file=sys.stderr)
    with open(os.path.join(folder, "index.json"), "w", encoding="utf-8") as file:
        json.dump(shelf.index, file, ensure_ascii=False, indent=1)
        file.write("\n")
    sizes = [os.path.getsize(os.path.join(folder, name)) for name in os.listdir(folder)]
    print(f"{len(sizes)} files, {sum(sizes)} bytes in {folder}")


def read_all(folder, golden):
    """Spark reads the sketches in the folder, and merges each with its golden namesake; what it finds must be what it found in its own."""
    spark = start_spark()
    known = {}
    if golden:
        with open(os.path.join(golden, "index.json"), encoding="utf-8") as file:
            index = json.load(file)
        known = {entry["file"]: entry for kind in ("hll", "kll") for entry in index[kind]}
    failed = read = 0
    for name in sorted(os.listdir(folder)):
        kind = os.path.splitext(name)[1]
        if kind not in (".hll", ".kll"):
            continue
        try:
            paths = [os.path.abspath(os.path.join(folder, name))]
            twin = os.path.join(golden, name) if golden else ""
            for merged in (False, True) if os.path.exists(twin) else (False,):
                spark.read.format("binaryFile").load(paths + [os.path.abspath(twin)] * merged).createOrReplaceTempView("written")
                found = read_one(spark, kind)
                print(name, "merged with Spark's own:" if merged else "", found)
                complaint = compare(kind, found, known.get(name), merged)
                failed += complaint is not None
                if complaint:
                    print(name, "DIFFERS:", complaint)
            read += 1
        except Exception as error:  # What Spark refuses is what this run is to show.
            failed += 1
            print(name, "REFUSED:", str(error).splitlines()[0])
    print(f"{read} sketches read, {failed} failures")
    return 1 if failed or not read else 0


def read_one(spark, kind):
    if kind == ".hll":
        return {"estimate": spark.sql("select hll_sketch_estimate(hll_union_agg(content)) from written").first()[0]}
    count = "kll_sketch_get_n_double(s)"
    ranks = "array(" + ", ".join(f"{rank}D" for rank in RANKS) + ")"
    row = spark.sql(
        f"select {count}, case when {count} > 0 then kll_sketch_get_quantile_double(s, {ranks}) end "
        "from (select kll_merge_agg_double(content) as s from written)"
    ).first()
    return {"n": row[0], "quantiles": row[1]}


def compare(kind, found, entry, merged):
    """What is not as it should be; nothing where all is. A sketch merged with one of the same values has the same registers, and twice the ranks."""
    if entry is None:
        return None
    if kind == ".hll":
        expected = entry["merged_estimate"]
        return None if abs(found["estimate"] - expected) <= expected * 0.005 + 1 else f"Spark's own estimate is {expected}"
    if found["n"] != entry["n"] * (2 if merged else 1):
        return f"n is {entry['n']}"
    if found["n"] == 0 or not entry.get("quantiles"):
        return None
    ours, theirs = found["quantiles"], entry["quantiles"]
    if (ours[0], ours[-1]) != (theirs[0], theirs[-1]):
        return f"the ends are {theirs[0]} and {theirs[-1]}"
    # The values lie evenly, so that a difference of values is one of ranks; 0.0068 is the error of k 400.
    span = theirs[-1] - theirs[0]
    worst = max(abs(a - b) for a, b in zip(ours, theirs))
    return None if worst <= span * (2 * 0.0068 + 2 / max(entry["n"], 1)) else f"quantiles are {theirs}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", help="where the golden bytes are written")
    parser.add_argument("--read", metavar="DIR", help="read what Limn wrote")
    parser.add_argument("--golden", metavar="DIR", help="with --read: the golden bytes to merge with")
    options = parser.parse_args()
    if options.read:
        return read_all(options.read, options.golden)
    if not options.folder:
        parser.error("give a folder, or --read DIR")
    write_all(options.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
