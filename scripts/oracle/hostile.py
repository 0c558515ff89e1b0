"""A folder of hostile files of our own making: every type that Parquet and Arrow have, extremes, odd names, broken records.

    hostile.py DIR    writes the files; the same bytes' worth of values every time
"""

import datetime
import decimal
import gzip
import json
import os
import random
import sys

import pyarrow as pa
import pyarrow.parquet as pq

NAUGHTY = [
    "", " ", "   ", "\t", "\u00a0", "\u3000", "N/A", "n/a ", " na", "(none)", "[ Unknown ]", "#NA", "null", "NULL", "None", "missing", "tbd", ".", "?", "--", "...",
    "000", "xX", "9999", "zz", "-", "0", "x", "(none", "nano", "true", "FALSE", " yes", "No", "t", "F", "1", "01", "+1", "-1.5", ".5", "5.", "1e9", "1E-3", " 7 ", "1,000", "0x1F",
    "1e", "--1", "NaN", "Infinity", "-inf", "2013-02-07", "2013-02-30", "2013/02/07", "20130207", "20131307", "02/07/2013", "13/13/2013", "07.02.2013", "31.04.2013", "07-Feb-2013",
    "07-FEB-2013 10:00", "07-Fob-2013", "2013-02-07T00:00:00Z", "2013-02-07 23:59:60", "2013-02-07 10:00:00.1234567", "2013-02-07T10:00+0200", "2013-02-07T10:00 +02:00", "0000-02-29",
    "0000-01-01", "2000-02-29", "1900-02-29", "2013-02-07 ", "2013-02-07x", "ABC", "abc", "Abc", "ÀÉ", "àé", "ß", "ẞ", "STRASSE", "Straße", "中文", "中文A", "日本語 テスト", "Ⅳ", "ⅳ", "Ⓐ", "ª", "ŉ", "İ", "ı", "ﬁ",
    "ǅ", "Ωμέγα", "привет", "ПРИВЕТ", "שלום", "مرحبا", "हिन्दी", "e\u0301", "E\u0301", "Z\u0351\u036b\u0343a\u0306", "\u200bzero width", "soft\u00adhyphen", "\ufeffbom", "line\nbreak", "carriage\rreturn",
    "tab\tin", "a\u2028b", "\x00", "a\x00b", "\x1b[31mred", "\x7f", "😀", "👩‍👩‍👧", "🏳️‍🌈", "¯\\_(ツ)_/¯", "\"quoted\"", "'quoted'", "\"", "''", "\"half", "say \"hi\"", "O'Brien", "obrien", "O’BRIEN", "o-brien",
    "a;b,c|d\te", "'; drop table students; --", "\\", "\\n", "%s%d", "${jndi:x}", "{{7*7}}", "<script>alert(1)</script>", "=1+1", "@x", "../../etc", "CON", "undefined", "NIL",
    "jo.o'hara+x@mail.example.com", "a@b", ".a@b.com", "a@-b.com", "https://example.com/a?b=c", "http://", "ftp://x y", "123e4567-e89b-12d3-a456-426614174000", "192.168.0.1", "192.168.00.1", "256.1.1.1",
    "2001:db8::1", "::", "::1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::ffff:192.0.2.1", "1::2::3", "12345::", "4111 1111 1111 1111", "4111-1111-1111-1112", "DE89 3704 0044 0532 0130 00", "DE00370400440532013000",
    "123-45-6789", "000-12-3456", "666-12-3456", "123-00-6789", "02134", "02134-1000", "+49 30 1234567", "(555) 123-4567", "5551234567", "NY", "ZZ", "{\"a\":[1]}", "{a}", "[1,]", "[1, 2]", "report_2013.csv",
    "archive.tar.gz", "a.b.", "//server/x.txt", "two words", "  two  words ", " lead", "trail ", "MiXed Case 42", "#", "###", "&amp;", "1 2", "½", "²", "٣", "１", "e", "E", "inf", "İstanbul", "ΑΒΓ", "ω",
]
TZ = datetime.timezone.utc


def some(values, rows, nulls=0.1, seed=1):
    """So many values drawn from the list, some of them null; every value comes at least once where there is room."""
    rand = random.Random(seed)
    drawn = list(values[:rows]) + [rand.choice(values) for _ in range(max(rows - len(values), 0))]
    rand.shuffle(drawn)
    return [None if rand.random() < nulls else value for value in drawn]


def write(folder, name, columns, **options):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    table = columns if isinstance(columns, pa.Table) else pa.table(columns)
    pq.write_table(table, path, **options)


def write_types(folder):
    rows = 400
    rand = random.Random(7)
    whole = lambda low, high: [low, high, 0] + [rand.randint(low, high) for _ in range(40)]
    day = lambda number: datetime.date(1970, 1, 1) + datetime.timedelta(days=number)
    columns = {}
    for bits in (8, 16, 32, 64):
        columns[f"int{bits}"] = pa.array(some(whole(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1), rows), getattr(pa, f"int{bits}")())
        columns[f"uint{bits}"] = pa.array(some(whole(0, 2**bits - 1), rows), getattr(pa, f"uint{bits}")())
    columns["half"] = pa.array(some([0.0, -0.0, 1.5, -2.25, 65504.0, 6e-8, float("nan"), float("inf")], rows), pa.float32()).cast(pa.float16())
    columns["single"] = pa.array(some([0.1, -0.1, 3.4e38, 1e-45, 16777217.0, 0.0, -0.0], rows), pa.float32())
    columns["truth"] = pa.array(some([True, False], rows), pa.bool_())
    for precision, scale in ((4, 2), (9, 2), (18, 4), (19, 0), (38, 10)):
        top = 10 ** min(precision, 17) - 1
        unscaled = [0, 1, -1, top, -top] + [rand.randint(-top, top) for _ in range(60)]
        columns[f"decimal_{precision}_{scale}"] = pa.array(some([decimal.Decimal(value).scaleb(-scale) for value in unscaled], rows), pa.decimal128(precision, scale))
    columns["date32"] = pa.array(some([day(number) for number in (-719162, -1, 0, 1, 16000, 2932896, 20000)], rows), pa.date32())
    columns["date64"] = pa.array(some([day(number) for number in (-400, 0, 19000, 19001)], rows), pa.date64())
    columns["time_ms"] = pa.array(some([datetime.time(0), datetime.time(23, 59, 59, 999000), datetime.time(5, 6, 7)], rows), pa.time32("ms"))
    columns["time_us"] = pa.array(some([datetime.time(0), datetime.time(23, 59, 59, 999999), datetime.time(5, 6, 7, 500000)], rows), pa.time64("us"))
    columns["time_ns"] = pa.array(some([0, 1, 86399999999999, 3600000000000], rows), pa.int64()).cast(pa.time64("ns"))
    micros = [0, -1, 1, 1385000000000000, -62135596800000000, 253402300799999999, 1700000000500000, 1700006400000000]
    for unit, factor in (("ms", 1000), ("us", 1)):
        columns[f"local_{unit}"] = pa.array(some([value // factor for value in micros], rows), pa.timestamp(unit))
        columns[f"utc_{unit}"] = pa.array(some([value // factor for value in micros], rows), pa.timestamp(unit, "UTC"))
    columns["local_ns"] = pa.array(some([0, -1, 1, 1700000000123456789, -9223372036854775000, 9223372036854775000, 86400000000000], rows), pa.timestamp("ns"))
    columns["utc_ns"] = pa.array(some([0, -1, 1, 1700000000123456789, 86400000000000], rows), pa.timestamp("ns", "UTC"))
    columns["new_york"] = pa.array(some([value for value in micros[:4]], rows), pa.timestamp("us", "America/New_York"))
    columns["text"] = pa.array(some(["a", "b", "ä", ""], rows), pa.string())
    columns["large_text"] = pa.array(some(["x", "yy", "zzz"], rows), pa.large_string())
    columns["dictionary"] = pa.array(some(["red", "green", "blue"], rows), pa.string()).dictionary_encode()
    columns["bytes"] = pa.array(some([b"", b"\x00", b"\xff\xfe", b"text"], rows), pa.binary())
    columns["four_bytes"] = pa.array(some([b"\x00\x01\x02\x03", b"abcd"], rows), pa.binary(4))
    uuids = pa.array(some([bytes(range(16)), bytes(16), b"\xff" * 16], rows), pa.binary(16))
    columns["uuid"] = pa.ExtensionArray.from_storage(pa.uuid(), uuids)
    columns["list"] = pa.array(some([[], [1], [1, 2, None]], rows), pa.list_(pa.int32()))
    columns["struct"] = pa.array(some([{"x": 1, "y": "a"}, {"x": None, "y": ""}], rows), pa.struct([("x", pa.int32()), ("y", pa.string())]))
    columns["map"] = pa.array(some([[("k", 1)], []], rows), pa.map_(pa.string(), pa.int32()))
    columns["nothing"] = pa.nulls(rows)
    write(folder, "types.parquet", columns, row_group_size=150)


def write_extremes(folder):
    rows = 300
    real = [0.0, -0.0, 0.1, 0.2, 0.30000000000000004, 1e300, -1e300, 5e-324, 1.7976931348623157e308, -1.7976931348623157e308, 1e-7, 1e21, 123456789.125, float("nan"), float("inf"), float("-inf")]
    write(folder, "reals.parquet", {
        "all_kinds": pa.array(some(real, rows), pa.float64()),
        "only_nan": pa.array([float("nan")] * rows, pa.float64()),
        "only_infinite": pa.array(some([float("inf"), float("-inf")], rows), pa.float64()),
        "zeros": pa.array(some([0.0, -0.0], rows), pa.float64()),
        "nan_and_one": pa.array(some([float("nan"), 1.0], rows), pa.float64()),
        "tiny": pa.array(some([5e-324, 1e-310, 2.5e-308], rows), pa.float64()),
        "edges": pa.array([place / 10 for place in range(rows)], pa.float64()),
        "far": pa.array([1e15 + place * 0.125 for place in range(rows)], pa.float64()),
        "tailed": pa.array([float(place % 7) for place in range(rows - 1)] + [1e9], pa.float64()),
        "constant": pa.array([0.1] * rows, pa.float64()),
    })
    write(folder, "whole.parquet", {
        "int64": pa.array(some([2**63 - 1, -(2**63), 0, 1, -1], rows), pa.int64()),
        "uint64": pa.array(some([2**64 - 1, 2**63, 0, 1], rows), pa.uint64()),
        "near_2_53": pa.array([2**53 + place for place in range(rows)], pa.int64()),
        "identifiers": pa.array([10**18 + place for place in range(rows)], pa.int64()),
        "constant": pa.array([7] * rows, pa.int32()),
        "two": pa.array(some([-1, 1], rows), pa.int8()),
    })
    big = 10**38 - 1
    money = [decimal.Decimal(text) for text in ("0.00", "-0.01", "0.01", "99999999999.99", "-99999999999.99", "12.50", "1.10", "1.20", "1.30")]
    write(folder, "decimals.parquet", {
        "money": pa.array(some(money, rows), pa.decimal128(13, 2)),
        "extreme": pa.array(some([decimal.Decimal(value) for value in (big, -big, 0, 1)], rows), pa.decimal128(38, 0)),
        "all_fraction": pa.array(some([decimal.Decimal(value).scaleb(-38, decimal.Context(prec=60)) for value in (0, 1, 5 * 10**37, -1)], rows), pa.decimal128(38, 38)),
        "tenths": pa.array([decimal.Decimal(place).scaleb(-20, decimal.Context(prec=60)) * 10**19 for place in range(rows)], pa.decimal128(38, 20)),
        "cents_of_much": pa.array([decimal.Decimal(10**35 + place * place).scaleb(-2, decimal.Context(prec=60)) for place in range(rows)], pa.decimal128(38, 2)),
        "small": pa.array(some([decimal.Decimal("1.5"), decimal.Decimal("-2.5")], rows), pa.decimal128(3, 1)),
    })
    # More different values than are kept: their moments are those of a stream.
    many = 300_000
    write(folder, "identifiers.parquet", {
        "near": pa.array([10**18 + place * 7919 % many for place in range(many)], pa.int64()),
        "far": pa.array([(place * 0x9E3779B97F4A7C15) % 2**63 - 2**62 for place in range(many)], pa.int64()),
    })
    days = [-1000000, -719529, -719528, -719163, -719162, -25567, -1, 0, 1, 11016, 20413, 2932896, 2932897, 4000000]
    instants = [day * 86400000000 for day in days] + [-1, 1, 999999, 43200000000]
    write(folder, "calendar.parquet", {
        "day": pa.array(some(days, rows), pa.int32()).cast(pa.date32()),
        "local": pa.array(some(instants, rows), pa.timestamp("us")),
        "utc": pa.array(some(instants, rows), pa.timestamp("us", "UTC")),
        "week": pa.array([19000 + place // 50 for place in range(rows)], pa.int32()).cast(pa.date32()),
        "months": pa.array([19000 + place * 3 for place in range(rows)], pa.int32()).cast(pa.date32()),
        "one_day": pa.array([20000] * rows, pa.int32()).cast(pa.date32()),
        "tail": pa.array([20000 + place % 20 for place in range(rows - 1)] + [-200000], pa.int32()).cast(pa.date32()),
    })
    instants = [value for value in instants if -(2**63) // 1000 < value < 2**63 // 1000]
    write(folder, "int96.parquet", {"at": pa.array(some(instants, rows), pa.timestamp("us"))}, use_deprecated_int96_timestamps=True)


def write_few(folder):
    kinds = {"whole": pa.int64(), "real": pa.float64(), "money": pa.decimal128(10, 2), "text": pa.string(), "day": pa.date32(), "at": pa.timestamp("us", "UTC"), "truth": pa.bool_(), "bytes": pa.binary(), "list": pa.list_(pa.int32())}
    one = {"whole": 7, "real": -0.5, "money": decimal.Decimal("1.10"), "text": "only", "day": datetime.date(2024, 2, 29), "at": datetime.datetime(2024, 2, 29, tzinfo=TZ), "truth": True, "bytes": b"\x01", "list": [1]}
    write(folder, "empty.parquet", {name: pa.array([], kind) for name, kind in kinds.items()})
    write(folder, "all_null.parquet", {name: pa.array([None] * 50, kind) for name, kind in kinds.items()})
    write(folder, "one_row.parquet", {name: pa.array([one[name]], kind) for name, kind in kinds.items()})


def write_encodings(folder):
    rows = 6_000
    rand = random.Random(3)
    columns = {
        "number": pa.array(some(list(range(5_000)), rows), pa.int64()),
        "small": pa.array(some(list(range(20)), rows), pa.int32()),
        "text": pa.array(some([f"value {place:05d}" for place in range(5_000)], rows), pa.string()),
        "word": pa.array(some(["alpha", "beta", "gamma", ""], rows), pa.string()),
        "real": pa.array(some([rand.random() for _ in range(3_000)], rows), pa.float64()),
        "money": pa.array(some([decimal.Decimal(place).scaleb(-2) for place in range(4_000)], rows), pa.decimal128(12, 2)),
        "at": pa.array([1_700_000_000_000_000 + place * 61_000_000 for place in range(rows)], pa.timestamp("us", "UTC")),
    }
    # The dictionary page is full after a few hundred values: the chunk goes on in plain pages.
    write(folder, "mixed_chunks.parquet", columns, dictionary_pagesize_limit=2_000, data_page_size=1_000, row_group_size=2_500)
    plain = {name: values for name, values in columns.items()}
    write(folder, "plain.parquet", plain, use_dictionary=False, compression="none")
    encodings = {"number": "DELTA_BINARY_PACKED", "small": "DELTA_BINARY_PACKED", "text": "DELTA_BYTE_ARRAY", "word": "DELTA_LENGTH_BYTE_ARRAY", "real": "BYTE_STREAM_SPLIT", "at": "DELTA_BINARY_PACKED"}
    write(folder, "delta.parquet", columns, use_dictionary=False, column_encoding=encodings, data_page_version="2.0", compression="zstd")
    for codec in ("gzip", "brotli", "lz4"):
        write(folder, f"{codec}.parquet", {name: columns[name] for name in ("number", "word")}, compression=codec)


def write_texts(folder):
    rows = 3 * len(NAUGHTY)
    long = ["x" * 4_096, "y" * 4_097, "ä" * 5_000, "A1 " * 6_000, "long " * 40_000]
    columns = {
        "naughty": pa.array(some(NAUGHTY, rows, seed=5), pa.string()),
        "long": pa.array(some(long + ["short"], rows, seed=6), pa.string()),
        "many_lengths": pa.array(["z" * (place * 11 % 600) for place in range(rows)], pa.string()),
        "empty_only": pa.array([""] * rows, pa.string()),
    }
    write(folder, "texts.parquet", columns)
    forms = {
        "email": ["a.b@example.com", "x@y.org"], "url": ["https://a.b/c", "s3://bucket/key"], "uuid": ["123e4567-e89b-12d3-a456-426614174000"],
        "ipv4": ["10.0.0.1", "255.255.255.255"], "ipv6": ["::1", "2001:db8::ff00:42:8329", "::ffff:10.0.0.1"], "iso_date": ["2024-02-29", "2024-01-01T10:00:00.123456Z"],
        "credit_card": ["4111 1111 1111 1111", "5500000000000004"], "iban": ["DE89370400440532013000", "GB82 WEST 1234 5698 7654 32"], "ssn": ["123-45-6789"],
        "us_zip": ["02134", "90210-1234"], "phone": ["+49 30 1234567", "(555) 123-4567"], "us_state": ["NY", "CA"], "json": ["{\"a\":1}", "[1,2]"], "file_name": ["a.csv", "report_1.pdf"],
        "street_address": ["12 Main Street", "Lange Straße 5a", "PO Box 17", "7, rue de la Paix"], "delimited": ["a|b|c", "x,y,z", "1;2;3"],
    }
    write(folder, "forms.parquet", {name: pa.array((texts * 40)[:39] + ["not it"] * 11, pa.string()) for name, texts in forms.items()})


def write_names(folder):
    values = pa.array([1, 2, 3, None], pa.int64())
    names = ["a", "A", "a_1", "", " ", "select", "quo\"te", "it's", "back\\slash", "new\nline", "tab\t", "ünï", "中文", "a.b", "a;b--", "*", "0", "v", "n", "x", "data"]
    write(folder, "names.parquet", pa.Table.from_arrays([values] * len(names), names=names))
    twice = [values, pa.array([4, 5, 6, 7], pa.int64()), pa.array(["x", None, "y", "z"])]
    write(folder, "twice.parquet", pa.Table.from_arrays(twice, names=["a", "a", "b"]))
    write(folder, "it's [1]*? \"odd\".parquet", {"a": values})
    write(folder, "naïve 中文.parquet", {"a": values})
    write(folder, "year=2024/part.parquet", {"a": values, "b": pa.array(["x", "y", None, "z"])})
    for part in range(3):
        write(folder, f"parts/part-{part}.parquet", {"id": pa.array(range(part * 100, part * 100 + 150), pa.int64()), "word": pa.array([f"w{place % (part + 2)}" for place in range(150)])})


def text_file(folder, name, text, encoding="utf-8"):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    content = text if isinstance(text, bytes) else text.encode(encoding)
    with (gzip.open if name.endswith(".gz") else open)(path, "wb") as file:
        file.write(content)


def write_csv(folder):
    def quoted(text):
        return '"' + text.replace('"', '""') + '"'

    # A zero byte is no text to DuckDB's reader, a lone carriage return a line end to some.
    naughty = [text for text in NAUGHTY if "\x00" not in text]
    text_file(folder, "csv/naughty.csv", "id,text\n" + "".join(f"{place},{quoted(text)}\n" for place, text in enumerate(naughty)))
    kinds = "whole,real,mixed,day,local,utc,truth,zip,huge,plus,named,late\n"
    for place in range(500):
        late = "x" if place == 499 else str(place)
        real = "nan" if place == 7 else f"{place}.25e-1"
        kinds += (
            f"{place - 250},{real},{place if place % 2 else place / 4},{2000 + place % 30:04d}-0{place % 9 + 1}-1{place % 10},2024-01-{place % 28 + 1:02d} 0{place % 10}:30,"
            f"2024-06-0{place % 9 + 1}T10:00:00.5+0{place % 3}:30,{'TRUE' if place % 3 else 'false'},0{place:04d},{10**20 + place},+{place},{'inf' if place % 2 else 'nan'},{late}\n"
        )
    text_file(folder, "csv/kinds.csv", kinds)
    text_file(folder, "csv/nulls.csv", "a,b,c\n1,,\"\"\n,\"\",x\n3,\"a\nb\",\"c\"\"d\"\n,,\n")
    text_file(folder, "csv/semicolon.csv", "id;amount;note\n1;1,5;x\n2;2,5;\"a;b\"\n3;;\n")
    text_file(folder, "csv/single.csv", "id,note\n1,'a,b'\n2,'c''d'\n3,'e'\n")
    text_file(folder, "csv/tabs.tsv", "id\tnote\n1\ta b\n2\t\n3\t\"x\ty\"\n")
    escaped = 'id,text,path\n1,"say \\"hi\\", you","C:\\\\dir\\\\"\n2,"{\\"a\\": [1, 2]}",plain\n3,,"a\nb"\n4,"",back\\slash\n'
    text_file(folder, "csv/backslashes.csv", escaped)
    text_file(folder, "csv/no_header.csv", "1,x,2024-01-01\n2,y,2024-01-02\n3,z,2024-01-03\n")
    text_file(folder, "csv/bom.csv", "\ufeffid,näme\r\n1,ä\r\n2,ö\r\n")
    text_file(folder, "csv/one_column.csv", "word\nalpha\n\nbeta\n\"\"\n")
    text_file(folder, "csv/duplicates.csv", "a,b,a,A,,b\n1,2,3,4,5,6\n7,8,9,10,11,12\n")
    text_file(folder, "csv/packed.csv.gz", "id,word\n" + "".join(f"{place},w{place % 5}\n" for place in range(2_000)))
    text_file(folder, "csv/only_header.csv", "a,b\n")
    text_file(folder, "csv/ragged.csv", "a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12\n")
    text_file(folder, "csv/not_utf8.csv", b"a,b\n1,caf\xe9\n2,ok\n")
    text_file(folder, "csv/long.csv", "a,b\n1," + "y" * 300_000 + "\n2,z\n")
    text_file(folder, "csv_parts/one.csv", "id,value\n1,10\n2,20\n")
    text_file(folder, "csv_parts/two.csv", "id,value\n3,1.5\n4,\n")
    # Parts of one table that differ in their columns, their dialects, their encodings; a key in the path that the files hold, too.
    text_file(folder, "series/sales-2023.csv", "day,sum\n2023-01-01,5\n2023-01-02,6\n")
    text_file(folder, "series/sales-2024.csv", "day,store,sum\n2024-01-01,A,7\n2024-01-02,B,8\n")
    text_file(folder, "dialects/part-0.csv", 'id,text\n1,"a ""b"", c"\n2,plain\n')
    text_file(folder, "dialects/part-1.csv", 'text,id\n"a \\"b\\", c",3\nplain,4\n')
    text_file(folder, "dialects/part-2.csv", "id\ttext\tmore\n5\tx,y\t1\n")
    text_file(folder, "dialects/part-3.csv", "id;text\n6;ä\n", "utf-16")
    text_file(folder, "keyed/year=2024/a.csv", "id,year\n1,99\n")
    text_file(folder, "keyed/year=2025/a.csv", "year,id,word\n98,2,x\n97,3,y\n")


def write_json_lines(folder):
    lines = [json.dumps({"id": place, "text": text, "flag": place % 2 == 0, "n": place / 4}, ensure_ascii=place % 2 == 0) for place, text in enumerate(NAUGHTY)]
    text_file(folder, "json/naughty.jsonl", "\n".join(lines) + "\n")
    rows = [
        {"a": 1, "s": "x", "o": {"k": 1}, "l": [1, 2]}, {"a": None, "late": True, "o": None}, {"a": 2.5, "s": "2024-01-01", "l": []}, {},
        {"a": 12345678901234567890, "s": "", "o": {}, "late": False}, {"we\"ird/k~ey": "v", "": 1, "*": "star", "a.b": 2, "$": 3, "0": 4},
    ]
    text_file(folder, "json/shapes.jsonl", "".join(json.dumps(row) + "\n" for row in rows) + "\n")
    text_file(folder, "members/part-0.jsonl", '{"id":1,"word":"a"}\n{"id":2,"word":"b"}\n')
    text_file(folder, "members/part-1.jsonl", '{"word":"c","id":3}\n{"id":4,"late":true}\n')
    text_file(folder, "json/typed.ndjson", "".join(json.dumps({"day": f"2024-02-{place % 28 + 1:02d}", "at": f"2024-02-01T00:00:{place % 60:02d}Z", "big": 10**25 + place, "no": None, "mixed": place if place % 2 else str(place)}) + "\n" for place in range(200)))


# What is known of files of text because we wrote them: rows, records left out, names of the columns. Nobody else's reader is asked.
FACTS = {
    "csv/nulls": (4, 0, ["a", "b", "c"]), "csv/semicolon": (3, 0, ["id", "amount", "note"]), "csv/single": (3, 0, ["id", "note"]), "csv/tabs": (3, 0, ["id", "note"]),
    "csv/no_header": (3, 0, ["column1", "column2", "column3"]), "csv/bom": (2, 0, ["id", "näme"]), "csv/one_column": (4, 0, ["word"]), "csv/packed": (2_000, 0, ["id", "word"]),
    "csv/only_header": (0, 0, ["a", "b"]), "csv/ragged": (2, 2, ["a", "b", "c"]), "csv/not_utf8": (2, 0, ["a", "b"]), "csv/long": (2, 0, ["a", "b"]),
    "csv/duplicates": (2, 0, ["a", "b", "a_1", "A", "column5", "b_1"]), "origins/utf16": (3, 0, ["id", "näme"]), "origins/utf16be": (2, 0, ["id", "näme"]),
    "csv/kinds": (500, 0, "whole real mixed day local utc truth zip huge plus named late".split()), "csv/naughty": (len(NAUGHTY) - 2, 0, ["id", "text"]),
    "json/naughty": (len(NAUGHTY), 0, ["id", "text", "flag", "n"]), "json/typed": (200, 0, ["day", "at", "big", "no", "mixed"]), "csv_parts": (4, 0, ["id", "value"]), "series": (4, 0, ["day", "sum", "store"]), "dialects": (6, 0, ["id", "text", "more"]), "keyed": (3, 0, ["year", "id", "word"]), "parts": (450, 0, ["id", "word"]), "members": (4, 0, ["id", "word", "late"]),
}


def write_origins(folder):
    """Columns that the files do not have under their own names: opened structs and lists, keys in the paths; and Arrow's own files."""
    rows = 120
    nested = {
        "id": pa.array(range(rows), pa.int64()),
        "point": pa.array(some([{"x": 1.5, "label": "a"}, {"x": None, "label": ""}, {"x": float("nan"), "label": "b"}], rows), pa.struct([("x", pa.float64()), ("label", pa.string())])),
        "deep": pa.array(some([{"in'ner": {"day": datetime.date(2024, 1, 1), "tags": ["p", "q"]}}, {"in'ner": None}], rows), pa.struct([("in'ner", pa.struct([("day", pa.date32()), ("tags", pa.list_(pa.string()))]))])),
        "tags": pa.array(some([[], ["a"], ["a", None, "b"]], rows), pa.list_(pa.string())),
        "props": pa.array(some([[("k", 1)], [], [("a", 1), ("b", 2)]], rows), pa.map_(pa.string(), pa.int32())),
        "a.b": pa.array(some(["dotted", "name"], rows), pa.string()),
    }
    write(folder, "origins/nested.parquet", nested)
    for year in (2023, 2024):
        for month, unit in ((1, "a b"), (12, "c")):
            write(folder, f"events/year={year}/month={month:02d}/unit={unit}/part.parquet", {"n": pa.array(range(month * 10), pa.int64()), "word": pa.array([f"w{place % 3}" for place in range(month * 10)])})
    text_file(folder, "origins/utf16.csv", "id,näme\n1,ä\n2,ö\n3,\n", "utf-16")
    text_file(folder, "origins/utf16be.csv", b"\xfe\xff" + "id,näme\n1,ä\n2,ö\n".encode("utf-16-be"))
    lines = [{"o": {"k": 1, "m": {"x": "a"}}, "l": [1, 2], "a.b": 5}, {"o": {}, "l": []}, {"o": None, "l": None, "late": {"x/y": True}}, {"o": {"k": 2}, "l": [[1]]}]
    text_file(folder, "origins/nested.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    for name, make in (("file.arrow", pa.ipc.new_file), ("stream.arrows", pa.ipc.new_stream)):
        table = pa.table({name: values for name, values in nested.items() if name != "deep"})
        with open(os.path.join(folder, "origins", name), "wb") as file, make(file, table.schema) as writer:
            writer.write_table(table)


def write_hostile(folder):
    os.makedirs(folder, exist_ok=True)
    for step in (write_types, write_extremes, write_few, write_encodings, write_texts, write_names, write_csv, write_json_lines, write_origins):
        step(folder)
    return folder


if __name__ == "__main__":
    write_hostile(sys.argv[1])
