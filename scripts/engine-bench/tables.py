"""The benchmark's tables: a seed gives the same rows everywhere.

taxi: trips, mostly columns that repeat values; customers: texts, many of them nearly unique; wide: 500 columns of ten kinds.
Chunk k of a table depends on (seed, table, k) alone, so that a smaller table of whole chunks is the beginning of a larger one.
"""

import os
import sys

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

CHUNK = 500_000
SEED = 7


def rng_for(seed, table, k):
    return np.random.default_rng([seed, table, k])


def with_nulls(r, arr, share):
    n = len(arr)
    mask = pa.array(r.random(n) < share)
    return pc.if_else(mask, pa.scalar(None, type=arr.type), arr)


def pick(r, n, words, p=None, skew=None):
    """n strings from words; skew=a draws ranks from a power law."""
    idx = r.choice(len(words), n, p=p) if skew is None else (len(words) * r.random(n) ** skew).astype(np.int64)
    return pa.array(words).take(pa.array(idx))


def join(sep, *parts):
    return pc.binary_join_element_wise(*[pc.cast(p, pa.string()) for p in parts], sep)


def vocabulary(size, lo, hi, salt):
    r, out, seen = np.random.default_rng([99, salt]), [], set()
    con, vow = list("bcdfghjklmnprstvw"), list("aeiou")
    while len(out) < size:
        w = "".join((con, vow)[i % 2][r.integers(17 if i % 2 == 0 else 5)] for i in range(r.integers(lo, hi + 1)))
        if w not in seen:
            seen.add(w)
            out.append(w)
    return out


WORDS = vocabulary(5000, 2, 11, 1)
FIRST = [w.capitalize() for w in vocabulary(3000, 4, 8, 2)]
LAST = [w.capitalize() for w in vocabulary(40000, 4, 10, 3)]
CITY = [w.capitalize() for w in vocabulary(8000, 5, 10, 4)]
STATE = [a + b for a in "ABCDEFGH" for b in "KLMNPRS"][:52]
COUNTRY = ["US", "GB", "DE", "FR", "IN", "BR", "JP", "CA", "usa", "U.K.", "N/A", ""]


def taxi(seed, k, n):
    r = rng_for(seed, 1, k)
    t0 = 1_672_531_200_000_000
    pick_us = t0 + (r.integers(0, 365 * 86400, n)) * 1_000_000
    dur = (r.gamma(2.0, 420.0, n)).astype(np.int64) * 1_000_000
    dist = np.round(r.gamma(1.3, 2.4, n), 2)
    fare = np.round(3.0 + dist * 2.9 + dur / 6e7 * 0.6, 1)
    extra = r.choice([0.0, 0.5, 1.0, 2.5, 3.5], n)
    tip = np.where(r.random(n) < .7, np.round(fare * r.beta(4, 14, n), 2), 0.0)
    toll = np.where(r.random(n) < .07, r.choice([6.55, 6.94, 12.75], n), 0.0)
    loc = lambda: (1 + 264 * r.random(n) ** 1.6).astype(np.int32)
    c = {
        "VendorID": pa.array(r.choice([1, 2, 6], n, p=[.3, .69, .01]).astype(np.int32)),
        "tpep_pickup_datetime": pa.array(pick_us, pa.timestamp("us")),
        "tpep_dropoff_datetime": pa.array(pick_us + dur, pa.timestamp("us")),
        "passenger_count": with_nulls(r, pa.array(r.choice([0, 1, 2, 3, 4, 5, 6], n, p=[.02, .72, .14, .04, .03, .03, .02])), .035),
        "trip_distance": pa.array(dist),
        "RatecodeID": with_nulls(r, pa.array(r.choice([1, 2, 3, 4, 5, 99], n, p=[.93, .04, .005, .005, .015, .005])), .035),
        "store_and_fwd_flag": with_nulls(r, pick(r, n, ["N", "Y"], p=[.99, .01]), .035),
        "PULocationID": pa.array(loc()), "DOLocationID": pa.array(loc()),
        "payment_type": pa.array(r.choice([1, 2, 3, 4, 0], n, p=[.77, .17, .01, .015, .035])),
        "fare_amount": pa.array(fare), "extra": pa.array(extra), "mta_tax": pa.array(np.where(r.random(n) < .99, .5, 0.0)),
        "tip_amount": pa.array(tip), "tolls_amount": pa.array(toll),
        "improvement_surcharge": pa.array(np.where(r.random(n) < .97, 1.0, .3)),
        "total_amount": pa.array(np.round(fare + extra + .5 + tip + toll + 1.0, 2)),
        "congestion_surcharge": with_nulls(r, pa.array(r.choice([0.0, 2.5], n, p=[.08, .92])), .035),
        "airport_fee": with_nulls(r, pa.array(r.choice([0.0, 1.25, 1.75], n, p=[.91, .03, .06])), .035),
    }
    return pa.table(c)


def uuids(r, n):
    h = np.frombuffer(r.bytes(16 * n).hex().encode(), np.uint8).reshape(n, 32)
    out = np.full((n, 36), ord("-"), np.uint8)
    for dst, a, b in ((0, 0, 8), (9, 8, 12), (14, 12, 16), (19, 16, 20), (24, 20, 32)):
        out[:, dst:dst + b - a] = h[:, a:b]
    off = np.arange(0, 36 * (n + 1), 36, dtype=np.int32)
    return pa.StringArray.from_buffers(n, pa.py_buffer(off), pa.py_buffer(out.tobytes()))


def digits(r, n, width):
    return pc.utf8_lpad(pc.cast(pa.array(r.integers(0, 10 ** width, n)), pa.string()), width, "0")


def text_dates(r, n, first, days):
    d = pa.array((first + r.integers(0, days, n)).astype("datetime64[D]"))
    kind = r.choice(4, n, p=[.86, .08, .05, .01])
    d = pc.cast(d, pa.timestamp("s"))
    out = pc.strftime(d, "%Y-%m-%d")
    out = pc.if_else(pa.array(kind == 1), pc.strftime(d, "%m/%d/%Y"), out)
    out = pc.if_else(pa.array(kind == 2), pc.strftime(d, "%d %b %Y"), out)
    return pc.if_else(pa.array(kind == 3), pa.scalar("unknown"), out)


def codes(r, n):
    kind, a, b = r.choice(5, n, p=[.8, .1, .06, .03, .01]), pick(r, n, STATE), digits(r, n, 4)
    out = join("-", a, b)
    out = pc.if_else(pa.array(kind == 1), join("", a, b), out)
    out = pc.if_else(pa.array(kind == 2), pc.utf8_lower(join("-", a, b)), out)
    out = pc.if_else(pa.array(kind == 3), join("/", b, a), out)
    return pc.if_else(pa.array(kind == 4), pa.scalar("N/A"), out)


def customers(seed, k, n):
    r = rng_for(seed, 2, k)
    first, last = pick(r, n, FIRST, skew=2.0), pick(r, n, LAST, skew=2.0)
    ids = pa.array(np.arange(k * CHUNK, k * CHUNK + n))
    host = pick(r, n, ["example.com", "mail.test", "corp.example", "post.example.org"], p=[.5, .3, .15, .05])
    email = join("@", join(".", pc.utf8_lower(first), pc.utf8_lower(last), pa.array(r.integers(0, 999, n))), host)
    email = pc.if_else(pa.array(r.random(n) < .004), pc.replace_substring(email, "@", "_at_"), email)
    lens = r.integers(3, 22, n)
    off = np.concatenate([[0], np.cumsum(lens)]).astype(np.int32)
    words = pick(r, int(off[-1]), WORDS, skew=1.7)
    return pa.table({
        "customer_id": join("", pa.array(["C"] * n), pc.utf8_lpad(pc.cast(ids, pa.string()), 9, "0")),
        "uuid": uuids(r, n), "first_name": first, "last_name": last, "email": with_nulls(r, email, .02),
        "phone": with_nulls(r, join("", pa.array(["+1-"] * n), digits(r, n, 3), pa.array(["-"] * n), digits(r, n, 7)), .08),
        "address": join(" ", pa.array(r.integers(1, 9999, n)), pick(r, n, LAST, skew=1.5), pick(r, n, ["St", "Ave", "Rd", "Lane", "Blvd"])),
        "city": pick(r, n, CITY, skew=2.5), "state": with_nulls(r, pick(r, n, STATE, skew=1.4), .01),
        "postcode": digits(r, n, 5), "country": pick(r, n, COUNTRY, skew=2.2),
        "signup_date": text_dates(r, n, np.datetime64("2012-01-01"), 4700),
        "birth_date": with_nulls(r, text_dates(r, n, np.datetime64("1940-01-01"), 25000), .05),
        "code": codes(r, n), "notes": with_nulls(r, pc.binary_join(pa.ListArray.from_arrays(pa.array(off), words), " "), .30),
    })


def wide(seed, k, n, cols):
    r, out = rng_for(seed, 3, k), {}
    for j in range(cols):
        kind = j % 10
        if kind == 0: a = pa.array(r.integers(0, 10 ** (1 + j % 7), n))
        elif kind == 1: a = pa.array(r.normal(j, 1 + j % 9, n))
        elif kind == 2: a = with_nulls(r, pa.array(np.round(r.lognormal(2, 1, n), 2)), .1)
        elif kind == 3: a = pick(r, n, WORDS[:5 + 7 * (j % 90)], skew=2.0)
        elif kind == 4: a = with_nulls(r, join("-", pick(r, n, STATE), digits(r, n, 6)), .05)
        elif kind == 5: a = pa.array((np.datetime64("2000-01-01") + r.integers(0, 9000, n)).astype("datetime64[D]"))
        elif kind == 6: a = pa.array(1_600_000_000_000_000 + r.integers(0, 10 ** 14, n), pa.timestamp("us"))
        elif kind == 7: a = pa.array(r.random(n) < .3)
        elif kind == 8: a = with_nulls(r, pa.array(r.integers(-5, 40, n).astype(np.int32)), .6)
        else: a = pa.array(np.where(r.random(n) < .98, 0.0, r.normal(0, 50, n)))
        out[f"c{j:04d}"] = a
    return pa.table(out)


# table -> (maker, rows of a row group)
MAKERS = {
    "taxi": (lambda k, n: taxi(SEED, k, n), 1_000_000),
    "customers": (lambda k, n: customers(SEED, k, n), 500_000),
    "wide": (lambda k, n: wide(SEED, k, n, 500), 50_000),
    # The first tenth of the columns of `wide`.
    "wide50": (lambda k, n: wide(SEED, k, n, 50), 50_000),
}


def chunks(table, rows):
    make = MAKERS[table][0]
    for k, at in enumerate(range(0, rows, CHUNK)):
        count = min(CHUNK, rows - at)
        # A part of a chunk has other rows than the whole one: make the whole and cut it.
        yield make(k, count if table.startswith("wide") else CHUNK).slice(0, count)


def write_parquet(table, rows, path):
    group, held, writer = MAKERS[table][1], [], None
    for chunk in chunks(table, rows):
        held.append(chunk)
        writer = writer or pq.ParquetWriter(path, chunk.schema, compression="snappy")
        if sum(map(len, held)) >= group:
            writer.write_table(pa.concat_tables(held), row_group_size=group)
            held = []
    if held:
        writer.write_table(pa.concat_tables(held), row_group_size=group)
    writer.close()


def write_csv(table, rows, path):
    writer = None
    for chunk in chunks(table, rows):
        writer = writer or pa_csv.CSVWriter(path, chunk.schema)
        writer.write_table(chunk)
    writer.close()


if __name__ == "__main__":
    # TABLE FORMAT ROWS PATH
    table, kind, rows, path = sys.argv[1:]
    (write_parquet if kind == "parquet" else write_csv)(table, int(rows), path + ".part")
    os.rename(path + ".part", path)
