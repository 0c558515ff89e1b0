"""Tables drawn by lot: odd types beside each other, odd tokens among even ones, every way to write them.

    by_lot.py DIR SEED TABLES    writes the files; a seed gives the same tables every time
"""

import csv
import datetime
import decimal
import json
import os
import random
import sys

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

ROWS = [1, 2, 3, 17, 200, 1_500]
ALPHABETS = ["abc", "ABC xyz", "äöüß", "東京大阪", "Привет", "0123456789", " -_./", "\"'`\\", "\t", "😀", "ıİſK", "e\u0301", "\u00a0\u2003", "%$€", "a\nb"]
ODD_TOKENS = [
    "NULL", "n/a", "N/A", "-", "?", "none", "nan", "inf", "-inf", "NaN", "TRUE", "false", "0", "00", "-0", "1e5", "1E-3", ".5", "5.", "+7", "1,000", "1_000", "0x1F", "١٢", "12%", "$5",
]
EPOCH = datetime.date(1970, 1, 1)


class Lot:
    """Draws values of one table."""

    def __init__(self, seed):
        self.rand = random.Random(seed)

    def chance(self, share):
        return self.rand.random() < share

    def word(self):
        return "".join(self.rand.choice(self.rand.choice(ALPHABETS)) for _ in range(self.rand.randint(0, 8)))

    def whole(self):
        """Mostly small, sometimes beyond 64 bits."""
        widest = self.rand.choice([5, 10**6, 10**19]) if self.chance(0.2) else 0
        return self.rand.randint(-widest, widest) if widest else self.rand.randint(0, 100)

    def real(self):
        return self.rand.choice([self.rand.gauss(0, 1), self.rand.uniform(-1e6, 1e6), 10 ** self.rand.uniform(-300, 300)])

    def day(self):
        """Mostly of two years, sometimes of any that Python knows."""
        anywhere = self.chance(0.2)
        return datetime.date(1, 1, 1) + datetime.timedelta(self.rand.randint(0, 3_652_058)) if anywhere else EPOCH + datetime.timedelta(self.rand.randint(18_262, 18_993))

    def day_text(self):
        day = self.day()
        odd = self.rand.choice([day.isoformat().replace("-", "/"), day.strftime("%m/%d/%Y"), day.strftime("%d.%m.%Y")])
        return odd if self.chance(0.05) else day.isoformat()

    def instant_text(self):
        fraction = self.rand.choice([0, 0, 1_000 * self.rand.randint(0, 999), self.rand.randint(0, 999_999)])
        instant = datetime.datetime(2020, 1, 1) + datetime.timedelta(seconds=self.rand.randint(0, 10**8), microseconds=fraction)
        return instant.isoformat(sep="T") + self.rand.choice(["", "Z", "+02:00", "-05:30"]) if self.chance(0.1) else instant.isoformat(sep=" ")

    def token(self, kind):
        if self.chance(0.08):
            return ""
        if self.chance(0.02):
            return self.rand.choice(ODD_TOKENS)
        return str(TOKENS[kind](self))

    def member(self, kind):
        """A value of a JSON object."""
        if self.chance(0.05):
            return None
        return MEMBERS[kind](self) if kind in MEMBERS else self.token(kind)


TOKENS = {
    "whole": Lot.whole,
    "real": lambda lot: lot.rand.choice(["%.2f", "%.5g", "%r", "%e"]) % lot.real(),
    "day": Lot.day_text,
    "instant": Lot.instant_text,
    "truth": lambda lot: lot.rand.choice(["TRUE", "False", "t", "f", "yes", "no"]) if lot.chance(0.1) else lot.rand.choice(["true", "false"]),
    "time": lambda lot: "%02d:%02d:%02d" % (lot.rand.randint(0, 24), lot.rand.randint(0, 60), lot.rand.randint(0, 60)),
    "code": lambda lot: "%s-%03d" % (lot.rand.choice("AB"), lot.rand.randint(0, 50)),
    "address": lambda lot: lot.word().strip() + "@example.org",
    "word": Lot.word,
}
MEMBERS = {
    "whole": lambda lot: lot.rand.choice([lot.rand.randint(-9, 9), lot.rand.randint(-(10**18), 10**18)]),
    "number": lambda lot: lot.rand.choice([lot.rand.randint(0, 9), lot.rand.gauss(0, 1), 1e300]),
    "real": lambda lot: lot.rand.gauss(0, 100),
    "truth": lambda lot: lot.chance(0.5),
    "object": lambda lot: {"a": lot.rand.randint(0, 4), "b": [lot.word()] * lot.rand.randint(0, 2)},
    "mixed": lambda lot: lot.rand.choice([1, "x", True, None, 1.5]),
}
HALVES = [0.5, -1.25, 65504.0, float("nan"), 0.0, -0.0]
REALS = [0.0, -0.0, float("nan"), float("inf"), 5e-324, 1.5]
# Arrow type and how a value of it is drawn.
TYPES = [
    (pa.int8(), lambda lot: lot.rand.randint(-128, 127)),
    (pa.uint64(), lambda lot: lot.rand.choice([lot.rand.randint(0, 9), lot.rand.randint(2**63, 2**64 - 1)])),
    (pa.int64(), lambda lot: lot.rand.randint(-(2**63), 2**63 - 1) if lot.chance(0.15) else lot.rand.randint(0, 40)),
    (pa.float16(), lambda lot: lot.rand.choice([*HALVES, lot.rand.gauss(0, 10)])),
    (pa.float32(), lambda lot: lot.rand.choice([*REALS, lot.rand.gauss(0, 1), lot.rand.uniform(-1e30, 1e30)])),
    (pa.float64(), lambda lot: lot.rand.choice([*REALS, lot.rand.gauss(0, 1), lot.rand.uniform(-1e30, 1e30)])),
    (pa.decimal128(20, 2), lambda lot: decimal.Decimal(lot.rand.randint(-(10**17), 10**17)) / 100),
    (pa.decimal128(38, 4), lambda lot: decimal.Decimal(lot.rand.randint(-(10**30), 10**30))),
    (pa.bool_(), lambda lot: lot.chance(0.5)),
    (pa.date32(), lambda lot: lot.rand.randint(-800_000, 3_000_000) if lot.chance(0.1) else lot.rand.randint(18_000, 19_000)),
    (pa.timestamp("us"), lambda lot: lot.rand.randint(15 * 10**14, 17 * 10**14)),
    (pa.timestamp("us", "UTC"), lambda lot: lot.rand.randint(15 * 10**14, 17 * 10**14)),
    (pa.time64("us"), lambda lot: lot.rand.randint(0, 86_399_999_999)),
    (pa.string(), Lot.word),
    (pa.large_string(), Lot.word),
    (pa.binary(), lambda lot: lot.rand.randbytes(lot.rand.randint(0, 4))),
    (pa.dictionary(pa.int32(), pa.string()), lambda lot: lot.token("code")),
    (pa.null(), lambda lot: None),
    (pa.list_(pa.int64()), lambda lot: [lot.rand.randint(0, 3) for _ in range(lot.rand.randint(0, 3))]),
    (pa.struct([("x", pa.int64()), ("y", pa.string())]), lambda lot: {"x": lot.rand.randint(0, 5), "y": lot.word()}),
    (pa.int16(), lambda lot: lot.rand.randint(-(2**15), 2**15 - 1)),
    (pa.int32(), lambda lot: lot.rand.choice([lot.rand.randint(-5, 5), lot.rand.randint(-(2**31), 2**31 - 1)])),
    (pa.uint8(), lambda lot: lot.rand.randint(0, 255)),
    (pa.uint16(), lambda lot: lot.rand.randint(0, 2**16 - 1)),
    (pa.uint32(), lambda lot: lot.rand.choice([1, lot.rand.randint(0, 2**32 - 1)])),
    (pa.timestamp("s"), lambda lot: lot.rand.randint(15 * 10**8, 17 * 10**8)),
    (pa.timestamp("ms"), lambda lot: lot.rand.randint(15 * 10**11, 17 * 10**11)),
    (pa.timestamp("ns"), lambda lot: lot.rand.randint(15 * 10**17, 17 * 10**17)),
    (pa.timestamp("ms", "Asia/Tokyo"), lambda lot: lot.rand.randint(15 * 10**11, 17 * 10**11)),
    (pa.date64(), lambda lot: lot.rand.randint(18_000, 19_000) * 86_400_000),
    (pa.time32("ms"), lambda lot: lot.rand.randint(0, 86_399_999)),
    (pa.time32("s"), lambda lot: lot.rand.randint(0, 86_399)),
    (pa.time64("ns"), lambda lot: lot.rand.randint(0, 86_399_999_999_999)),
    (pa.binary(4), lambda lot: lot.rand.randbytes(4)),
    (pa.large_binary(), lambda lot: lot.rand.randbytes(lot.rand.randint(0, 3))),
    (pa.string_view(), lambda lot: lot.word() * lot.rand.randint(0, 3)),
    (pa.binary_view(), lambda lot: lot.rand.randbytes(lot.rand.randint(0, 30))),
    (pa.dictionary(pa.int8(), pa.int64()), lambda lot: lot.rand.randint(0, 9)),
    (pa.large_list(pa.string()), lambda lot: [lot.word() for _ in range(lot.rand.randint(0, 3))]),
    (pa.list_(pa.float32(), 2), lambda lot: [lot.rand.random(), None]),
    (pa.map_(pa.string(), pa.int64()), lambda lot: [(str(key), lot.rand.randint(0, 3)) for key in range(lot.rand.randint(0, 3))]),
    (pa.struct([("in", pa.struct([("day", pa.date32())])), ("list", pa.list_(pa.int8()))]), lambda lot: {"in": lot.rand.choice([None, {"day": lot.rand.randint(0, 99)}]), "list": [1] * lot.rand.randint(0, 2)}),
]
# The encodings of Parquet that its writers choose seldom.
ENCODINGS = {
    **dict.fromkeys(["int32", "int64", "timestamp[us]", "timestamp[ms]"], ["PLAIN", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"]),
    **dict.fromkeys(["string", "large_string", "binary"], ["PLAIN", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"]),
    **dict.fromkeys(["float", "double"], ["PLAIN", "BYTE_STREAM_SPLIT"]),
}


def kept_columns(lot, columns, is_part):
    """Places of the columns that a file has: now and then the parts of a table have them in another order, or lack one."""
    places = list(range(columns))
    if is_part and lot.chance(0.2):
        lot.rand.shuffle(places)
    if is_part and columns > 3 and lot.chance(0.2):
        places.pop()
    return places


class TextTable:
    """Tokens of kinds drawn once for all files of the table, as CSV, sometimes in a dialect of each file's own."""

    ending = "csv"

    def __init__(self, lot, columns):
        self.kinds = [lot.rand.choice(list(TOKENS)) for _ in range(columns)]
        self.form = {}

    def draw_form(self, lot):
        self.form = {"delimiter": lot.rand.choice(",;\t|"), "quoting": lot.rand.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), "lineterminator": lot.rand.choice(["\n", "\r\n"])}
        if lot.chance(0.2):
            # As Spark does.
            self.form |= {"quoting": csv.QUOTE_ALL, "doublequote": False, "escapechar": "\\"}

    def write(self, lot, path, rows, is_part):
        if not self.form or lot.chance(0.2):
            self.draw_form(lot)
        places = kept_columns(lot, len(self.kinds), is_part)
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, **self.form)
            writer.writerow([f"col{place}" for place in places])
            writer.writerows([lot.token(self.kinds[place]) for place in places] for _ in range(rows))


class JsonTable:
    """Objects whose members have kinds drawn once; now and then one is missing."""

    ending = "jsonl"

    def __init__(self, lot, columns):
        self.kinds = [lot.rand.choice([*MEMBERS, "day", "instant", "code", "word"]) for _ in range(columns)]

    def write(self, lot, path, rows, is_part):
        is_ascii = lot.chance(0.5)
        with open(path, "w", encoding="utf-8") as file:
            for _ in range(rows):
                record = {f"col{place}": lot.member(kind) for place, kind in enumerate(self.kinds) if place == 0 or lot.chance(0.97)}
                file.write(json.dumps(record, ensure_ascii=is_ascii) + "\n")


class TypedTable:
    """Columns of Arrow types drawn once."""

    def __init__(self, lot, columns):
        self.types = [lot.rand.choice(TYPES) for _ in range(columns)]

    def arrays(self, lot, rows, is_part):
        arrays = {}
        for place in kept_columns(lot, len(self.types), is_part):
            kind, draw = self.types[place]
            values = [None if lot.chance(0.1) else draw(lot) for _ in range(rows)]
            # Halves are made of singles.
            arrays[f"col{place}"] = pa.array(values, pa.float32()).cast(kind) if kind == pa.float16() else pa.array(values, kind)
        return pa.table(arrays)


class ParquetTable(TypedTable):
    ending = "parquet"

    def write(self, lot, path, rows, is_part):
        table = self.arrays(lot, rows, is_part)
        encodings = {}
        if lot.chance(0.3):
            encodings = {field.name: lot.rand.choice(ENCODINGS[str(field.type)]) for field in table.schema if str(field.type) in ENCODINGS}
        pq.write_table(
            table, path, compression=lot.rand.choice(["snappy", "zstd", "none", "gzip", "lz4", "brotli"]), data_page_size=lot.rand.choice([100, 1 << 20]),
            use_dictionary=not encodings and lot.chance(0.5), column_encoding=encodings or None, data_page_version=lot.rand.choice(["1.0", "2.0"]),
            row_group_size=lot.rand.choice([7, 1_000, 10**6]), dictionary_pagesize_limit=lot.rand.choice([50, 1 << 20]), write_statistics=lot.chance(0.7),
        )


class ArrowTable(TypedTable):
    ending = "arrow"

    def write(self, lot, path, rows, is_part):
        table = self.arrays(lot, rows, is_part)
        make = lot.rand.choice([pa.ipc.new_file, pa.ipc.new_stream])
        form = pa.ipc.IpcWriteOptions(compression=lot.rand.choice([None, "lz4", "zstd"]), emit_dictionary_deltas=make is pa.ipc.new_stream, unify_dictionaries=make is pa.ipc.new_file)
        with make(path, table.schema, options=form) as writer:
            writer.write_table(table, max_chunksize=lot.rand.choice([1, 100, 10**6]))


KINDS = [TextTable, JsonTable, ParquetTable, ArrowTable]


def write_by_lot(folder, seed, tables):
    """Writes so many tables, each drawn by a seed of its own; its number is part of its name."""
    os.makedirs(folder, exist_ok=True)
    for number in range(seed, seed + tables):
        lot = Lot(number)
        kind = KINDS[number % len(KINDS)]
        table = kind(lot, lot.rand.randint(1, 9))
        name = os.path.join(folder, f"lot{number}")
        if not lot.chance(0.3):
            table.write(lot, f"{name}.{table.ending}", lot.rand.choice(ROWS), False)
            continue
        key = "/key=%s" % lot.rand.choice(["%d", "a %d", "2024-01-0%d"]) if lot.chance(0.3) else ""
        for part in range(lot.rand.randint(2, 4)):
            below = name + (key % (part + 1) if key else "")
            os.makedirs(below, exist_ok=True)
            table.write(lot, os.path.join(below, f"part-{part}.{table.ending}"), lot.rand.choice(ROWS), True)
    return folder


if __name__ == "__main__":
    write_by_lot(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
