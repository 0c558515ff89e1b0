"""The figures of texts, from every different text and how often it occurs; written from the definitions, in Python."""

import math
import re
from collections import Counter

from standard_forms import standard_pattern

MISSING_WORDS = {"blank", "error", "missing", "tbd", "n/a", "na", "#na", "none", "null", "unknown"}
TRUTH_WORDS = {"true", "false", "yes", "no", "t", "f", "y", "n"}
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
REPEATS = re.compile(r"--+|\.\.+|00+|xx+|99+|zz+")
NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
TIME = r"([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?( ?(Z|z|[+-](0[0-9]|1[0-8])(:?[0-5][0-9])?))?)?"
DATE_FORMS = [
    re.compile(form + TIME, re.ASCII)
    for form in (
        r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})",
        r"(?P<y>[0-9]{4})/(?P<m>[0-9]{2})/(?P<d>[0-9]{2})",
        r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})",
        r"(?P<m>[0-9]{2})/(?P<d>[0-9]{2})/(?P<y>[0-9]{4})",
        r"(?P<d>[0-9]{2})\.(?P<m>[0-9]{2})\.(?P<y>[0-9]{4})",
        r"(?P<d>[0-9]{2})-(?P<m>[A-Za-z]{3})-(?P<y>[0-9]{4})",
    )
]
INVISIBLE = set("\u00a0\u00ad\u3000\ufeff") | {chr(code) for start, end in ((0x2000, 0x200F), (0x2028, 0x202F), (0x205F, 0x2064)) for code in range(start, end + 1)}
PUNCTUATION = set("'\"`,.-;:!?") | {chr(code) for code in range(0x2010, 0x2020)}


def text_figures(groups, rows, nulls):
    """Everything that metrics.md defines for texts. `groups` is a list of (text, count)."""
    values = sum(count for _, count in groups)
    tally = Counter()
    lengths, shapes, folded = Counter(), Counter(), set()
    inner_spaces = 0
    for text, count in groups:
        lengths[len(text)] += count
        shapes[shape_of(text)] += count
        folded.add(fold(text))
        for name in features_of(text):
            tally[name] += count
        inner_spaces += count * text.strip(" ").count(" ")
    expected = {name: tally[name] for name in FEATURES}
    expected["missing_count"] = nulls + tally["zero_length_count"] + tally["blank_count"] + tally["dummy_count"]
    expected["avg_embedded_spaces"] = inner_spaces / values if values else None
    filled = values - tally["zero_length_count"]
    expected["min_length"] = min((length for length in lengths if length), default=None)
    expected["max_length"] = max((length for length in lengths if length), default=None)
    expected["avg_length"] = sum(length * count for length, count in lengths.items()) / filled if filled else None
    expected["standardised_distinct_count"] = len(folded)
    expected["distinct_pattern_count"] = len(shapes)
    expected["patterns"] = sorted(shapes.items(), key=lambda entry: (-entry[1], entry[0].encode()))
    expected["length_histogram"] = sorted(lengths.items())
    expected["entropy_bits"] = -sum(count / values * math.log2(count / values) for _, count in groups) if values else None
    expected["standard_pattern"], expected["standard_pattern_ratio"] = standard_pattern(groups, values, is_date)
    texts = [text for text, _ in groups]
    expected["min_text"] = min(texts, key=str.encode, default=None)
    expected["max_text"] = max(texts, key=str.encode, default=None)
    return expected


FEATURES = [
    "zero_length_count", "blank_count", "dummy_count", "lead_space_count", "trail_space_count", "embedded_space_count", "quoted_count",
    "upper_case_count", "lower_case_count", "mixed_case_count", "non_alpha_count", "includes_digit_count", "numeric_count", "date_count",
    "boolean_text_count", "non_ascii_count", "non_printing_count", "invalid_utf8_count",
]


def features_of(text):
    """The names of the counters that this text adds to."""
    if text == "":
        yield "zero_length_count"
        return
    bare = text.strip()
    if bare == "":
        yield "blank_count"
    elif is_dummy(bare):
        yield "dummy_count"
    if text.startswith(" "):
        yield "lead_space_count"
    if text.endswith(" "):
        yield "trail_space_count"
    if " " in text.strip(" "):
        yield "embedded_space_count"
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        yield "quoted_count"
    yield case_of(text)
    if any("0" <= sign <= "9" for sign in text):
        yield "includes_digit_count"
    if NUMBER.fullmatch(bare):
        yield "numeric_count"
    if is_date(text):
        yield "date_count"
    if bare.lower() in TRUTH_WORDS:
        yield "boolean_text_count"
    if not text.isascii():
        yield "non_ascii_count"
    if any(is_invisible(sign) for sign in text):
        yield "non_printing_count"


def is_dummy(bare):
    word = bare.lower()
    if word in (".", "?") or REPEATS.fullmatch(word):
        return True
    for opening, closing in ("()", "[]"):
        if word.startswith(opening) and word.endswith(closing):
            word = word[1:-1].strip()
            break
    return word in MISSING_WORDS


def case_of(text):
    letters = [sign for sign in text if sign.isalpha() or sign.isupper() or sign.islower()]
    if not letters:
        return "non_alpha_count"
    if all(sign.isupper() for sign in letters):
        return "upper_case_count"
    return "lower_case_count" if all(sign.islower() for sign in letters) else "mixed_case_count"


def is_date(text):
    for form in DATE_FORMS:
        found = form.fullmatch(text)
        if found:
            month = found["m"].lower()
            month = MONTHS.index(month) + 1 if month in MONTHS else int(month) if month.isdigit() else 0
            return 1 <= month <= 12 and 1 <= int(found["d"]) <= days_of_month(int(found["y"]), month)
    return False


def days_of_month(year, month):
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def is_invisible(sign):
    code = ord(sign)
    return code < 32 or 127 <= code < 160 or sign in INVISIBLE


def shape_of(text):
    return "".join("A" if sign.isupper() else "a" if sign.islower() else "9" if "0" <= sign <= "9" else sign for sign in text)


def fold(text):
    return "".join(sign.upper() for sign in text if not sign.isspace() and sign not in PUNCTUATION)
