"""Opens the files of a table in DuckDB, with types found here and not taken from limn.

Every table becomes a DuckDB table of typed columns; a text format's columns are typed by what all their values are.
"""

import os
import re

SUFFIXES = {".parquet": "parquet", ".arrow": "arrow", ".feather": "arrow", ".arrows": "arrow", ".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
COMPRESSED = (".gz", ".zst")

WHOLE = r"-?(0|[1-9][0-9]*)"
REAL = r"-?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
NAMED = r"-?([Nn][Aa][Nn]|[Ii][Nn][Ff]([Ii][Nn][Ii][Tt][Yy])?)"
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
INSTANT = DAY + r"[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
ZONE = r" ?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)"


def quote_name(name):
    return '"' + name.replace('"', '""') + '"'


def quote_text(text):
    return "'" + text.replace("'", "''") + "'"


def escape_path(path):
    """A path with what DuckDB takes for patterns made plain."""
    return re.sub(r"([*?\[])", r"[\1]", path)


def format_of(path):
    """parquet, csv, tsv, jsonl; None for any other file."""
    stem = path
    for suffix in COMPRESSED:
        stem = stem.removesuffix(suffix)
    return SUFFIXES.get(os.path.splitext(stem)[1].lower())


def list_data_files(root):
    """Every file below root that holds a table, relative to it. Hidden ones are nobody's data."""
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "_")))
        for name in sorted(files):
            path = os.path.join(folder, name)
            if not name.startswith((".", "_")) and format_of(name):
                found.append(os.path.relpath(path, root))
    return found


def open_table(db, root, files, dialect=None, readings=()):
    """Loads the files as the table `data` and says what type each column has: [(name, DuckDB type, family)].

    `dialect` is how a CSV file is taken apart where it is not the usual way, `readings` which files are taken apart alike where
    they differ.
    """
    formats = {format_of(file) for file in files}
    if len(formats) != 1:
        raise ValueError(f"files of several formats in one table: {files}")
    paths = list_paths(root, files)
    db.execute("drop view if exists data; drop view if exists stored; drop table if exists raw; drop table if exists typed")
    kind = formats.pop()
    keys = [folder.split("=", 1)[0] for file in files for folder in file.split("/")[:-1] if "=" in folder]
    PARTITIONS[id(db)] = list(dict.fromkeys(keys))
    if kind == "arrow":
        open_arrow(db, [os.path.join(root, file) for file in files])
        described = db.execute("describe data").fetchall()
        return [(name, kind, family_of(kind)) for name, kind, *_ in described]
    if kind in ("csv", "tsv"):
        usual = {"delimiter": "," if kind == "csv" else "\t", "quote": '"', "has_header": True}
        groups = [(list_paths(root, [files[place] for place in reading["files"]]), reading["dialect"]) for reading in readings]
        open_csv(db, groups or [(paths, dialect or usual)])
    else:
        {"parquet": open_parquet, "jsonl": open_json_lines}[kind](db, paths)
    described = db.execute("describe data").fetchall()
    return [(name, kind, family_of(kind)) for name, kind, *_ in described]


def list_paths(root, files):
    return "[" + ", ".join(quote_text(escape_path(os.path.join(root, file))) for file in files) + "]"


def open_parquet(db, paths):
    db.execute(f"create view stored as select * from read_parquet({paths}, hive_partitioning = true, hive_types_autocast = false, union_by_name = true)")
    open_nested(db)


def open_arrow(db, files):
    import pyarrow
    import pyarrow.ipc

    parts = []
    for file in files:
        with open(file, "rb") as stream:
            is_file = stream.read(6) == b"ARROW1"
            stream.seek(0)
            part = (pyarrow.ipc.open_file if is_file else pyarrow.ipc.open_stream)(stream).read_all()
        keys = dict(folder.split("=", 1) for folder in file.split("/")[:-1] if "=" in folder)
        for key in partition_keys(db):
            part = part.append_column(key, pyarrow.array([keys.get(key)] * len(part), pyarrow.string()))
        parts.append(part)
    together = pyarrow.concat_tables(parts, promote_options="default")
    # DuckDB takes no half floats from Arrow; as singles they are the same numbers.
    fields = [field.with_type(pyarrow.float32()) if field.type == pyarrow.float16() else field for field in together.schema]
    db.register("arrow_parts", together.cast(pyarrow.schema(fields)))
    db.execute("create temp table stored as select * from arrow_parts")
    open_nested(db)


def open_nested(db):
    """Fields of structs become columns, and beside lists and maps stand their lengths; keys in the paths get a type."""
    partitions = partition_keys(db)
    fields = []
    for name in partitions:
        kind = narrowest_type(db, quote_name(name), "token", "stored")
        kind = kind if kind in ("BIGINT", "DATE", "BOOLEAN") else "VARCHAR"
        fields.append((name, f"cast({quote_name(name)} as {kind})"))
    for name, kind in zip(*columns_of(db, "stored")):
        if name not in partitions:
            fields += opened(name, quote_name(name), kind)
    db.execute(f"create view data as select {', '.join(f'{value} as {quote_name(name)}' for name, value in fields)} from stored")


def columns_of(db, table):
    relation = db.sql(f"from {table}")
    return relation.columns, relation.types


def opened(name, value, kind):
    if kind.id == "struct" and kind.children:
        return [entry for field, inner in kind.children for entry in opened(f"{name}.{field}", f"struct_extract({value}, {quote_text(field)})", inner)]
    if kind.id in ("list", "array"):
        return [(name, value), (f"{name}.length", f"len({value})")]
    if kind.id == "map":
        return [(name, value), (f"{name}.length", f"cardinality({value})::bigint")]
    return [(name, value)]


def partition_keys(db):
    """The keys in the paths of the files that were opened last."""
    return PARTITIONS.get(id(db), [])


PARTITIONS = {}


def open_csv(db, groups):
    """Loads files of texts by groups that are taken apart alike; columns of one name are one."""
    partitions = partition_keys(db)
    keys = f"hive_partitioning = {bool(partitions)}, hive_types_autocast = false"
    parts = []
    for paths, dialect in groups:
        # An empty field is a null; a quoted empty field is an empty text.
        quote, escape = quote_text(dialect["quote"]), quote_text(dialect.get("escape") or dialect["quote"])
        parts.append(
            f"select * from read_csv({paths}, all_varchar = true, header = {dialect['has_header']}, delim = {quote_text(dialect['delimiter'])}, "
            f"quote = {quote}, escape = {escape}, nullstr = '', allow_quoted_nulls = false, max_line_size = 16777216, {keys}, "
            f"encoding = {quote_text(dialect.get('encoding', 'utf-8'))}{', union_by_name = true' if len(groups) > 1 else ''})"
        )
    db.execute(f"create temp table raw as {' union all by name '.join(parts)}")
    names = [row[0] for row in db.execute("describe raw").fetchall()]
    names = partitions + [name for name in names if name not in partitions]
    settle_types(db, [(name, quote_name(name), "token") for name in names])


def open_json_lines(db, paths):
    partitions = partition_keys(db)
    db.execute(f"create temp table raw as select * from read_ndjson_objects({paths}, hive_partitioning = {bool(partitions)}, hive_types_autocast = false)")
    # In the order of first sight: by row, then by place in the row.
    names = [row[0] for row in db.execute(
        "select key from (select unnest(json_keys(json)) as key, row, generate_subscripts(json_keys(json), 1) as place "
        "from (select json, row_number() over () as row from raw)) group by key order by min((row, place))"
    ).fetchall()]
    columns = [(name, quote_name(name), "token") for name in partitions]
    for name in names:
        if name in partitions:
            continue
        path = quote_text("/" + name.replace("~", "~0").replace("/", "~1"))
        kinds = {row[0] for row in db.execute(f"select distinct json_type(json, {path}) from raw").fetchall()} - {None, "NULL"}
        if kinds & {"ARRAY", "OBJECT"}:
            # Nested values have no figures but their counts; DuckDB's JSON stands for them.
            columns.append((name, f"nullif(json_extract(json, {path}), 'null'::json)", "nested"))
            continue
        source = "string" if kinds == {"VARCHAR"} else "token" if kinds <= {"UBIGINT", "BIGINT", "DOUBLE", "HUGEINT", "BOOLEAN"} else "text"
        columns.append((name, f"json_extract_string(json, {path})", source))
    settle_types(db, columns)


def settle_types(db, columns):
    """Gives each column of texts the narrowest type that all its values have; JSON strings never become numbers."""
    fields = []
    for name, text, source in columns:
        kind = "JSON" if source == "nested" else narrowest_type(db, text, source)
        value = f"({text})" if kind == "VARCHAR" else f"cast({text} as {kind})"
        fields.append(f"{value} as {quote_name(name or 'unnamed')}")
    db.execute(f"create temp table typed as select {', '.join(fields)} from raw")
    db.execute("create view data as select * from typed")


def narrowest_type(db, text, source, table="raw"):
    if source == "text":
        return "VARCHAR"

    def all_are(pattern):
        return f"coalesce(bool_and(regexp_full_match(x, {quote_text(pattern)})), false)"

    found = db.execute(
        f"select count(x), {all_are(WHOLE)}, {all_are(REAL + '|' + NAMED)} and not {all_are(NAMED)}, coalesce(bool_and(lower(x) in ('true', 'false')), false), "
        f"{all_are(DAY)} and bool_and(try_cast(x as date) is not null), "
        f"{all_are(DAY + '|' + INSTANT)}, {all_are(INSTANT + ZONE)}, bool_and(try_cast(x as bigint) is not null) "
        f"from (select {text} as x from {table}) where x is not null"
    ).fetchone()
    values, whole, real, truth, day, local, zoned, fits = found
    if values == 0:
        return "VARCHAR"
    if source == "token":
        if whole:
            return "BIGINT" if fits else "HUGEINT"
        if real:
            return "DOUBLE"
        if truth:
            return "BOOLEAN"
    if day:
        return "DATE"
    if zoned:
        return "TIMESTAMP WITH TIME ZONE"
    return "TIMESTAMP" if local else "VARCHAR"


def family_of(kind):
    """The letter of limn's general type."""
    base = kind.split("(")[0]
    if kind.endswith("[]"):
        return "X"
    if base == "VARCHAR" or base.startswith("ENUM"):
        return "A"
    if base in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "DECIMAL", "FLOAT", "DOUBLE"):
        return "N"
    if base == "DATE" or base.startswith("TIME"):
        return "D"
    return "B" if base == "BOOLEAN" else "X"
