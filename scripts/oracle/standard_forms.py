"""The standard forms of text, written from their definitions with Python's own libraries."""

import ipaddress
import json
import re

STATES = set(
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY "
    "PR GU VI AS MP".split()
)
ISO_TIME = re.compile(r"[ T]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.(\d{1,6}|\d{6}0{1,3}))?)?( ?([Zz]|[+-](0\d|1[0-8])(:?[0-5]\d)?))?", re.ASCII)


def standard_pattern(groups, values, is_date):
    """The form that more than half of the values have, with its share."""
    hits = dict.fromkeys(FORMS, 0)
    for text, count in groups:
        if not text or len(text.encode()) > 2048:
            continue
        for form, has_form in FORMS.items():
            if has_form(text, is_date):
                hits[form] += count
    form = max(hits, key=hits.get)
    return (form, hits[form] / values) if values and hits[form] * 2 > values else (None, None)


def is_email(text, _):
    name, at, host = text.partition("@")
    good = re.fullmatch(r"[\w.%+'-]{1,64}", name, re.ASCII) and not name.startswith(".") and not name.endswith(".")
    labels = host.split(".")
    return bool(
        at and good and len(labels) > 1 and all(re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?", label) for label in labels)
        and re.fullmatch(r"[A-Za-z]{2,}", labels[-1])
    )


def is_url(text, _):
    scheme, mark, rest = text.partition("://")
    return bool(mark and scheme in ("http", "https", "ftp", "s3") and rest and not rest.startswith("/") and not any(sign.isspace() and sign not in "\x1c\x1d\x1e\x1f" for sign in rest))


def is_address(text, kind):
    try:
        return isinstance(ipaddress.ip_address(text), kind) and "%" not in text and text.isascii()
    except ValueError:
        return False


def is_ipv4(text, _):
    return is_address(text, ipaddress.IPv4Address)


def is_iso_date(text, is_date):
    return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", text[:10], re.ASCII) and is_date(text[:10]) and (len(text) == 10 or ISO_TIME.fullmatch(text[10:])))


def is_credit_card(text, _):
    digits = [int(sign) for sign in text if sign.isdigit() and sign.isascii()]
    if not re.fullmatch(r"[2-6][0-9 -]*", text) or len(text) > 23 or not 14 <= len(digits) <= 19:
        return False
    doubled = [digit if place % 2 == 0 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def is_iban(text, _):
    compact = text.replace(" ", "")
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", compact):
        return False
    return int("".join(str(int(sign, 36)) for sign in compact[4:] + compact[:4])) % 97 == 1


def is_ssn(text, _):
    found = re.fullmatch(r"(\d{3})-(\d{2})-(\d{4})", text, re.ASCII)
    return bool(found and found[1] not in ("000", "666") and found[1] < "900" and found[2] != "00" and found[3] != "0000")


def is_phone(text, is_date):
    digits = sum(sign in "0123456789" for sign in text)
    if not re.fullmatch(r"\+?[0-9(). /-]*", text) or len(text) > 24 or is_iso_date(text, is_date) or is_ipv4(text, None):
        return False
    return 8 <= digits <= 15 if text.startswith("+") else 10 <= digits <= 11 and any(sign in "+-(). " for sign in text)


def is_json(text, _):
    if not (text[0] == "{" and text[-1] == "}" or text[0] == "[" and text[-1] == "]"):
        return False

    def refuse(word):
        raise ValueError(word)

    try:
        json.loads(text, parse_constant=refuse)
        return True
    except ValueError:
        return False


def is_file_name(text, _):
    stem, point, ending = text.rpartition(".")
    return bool(
        point and stem and re.fullmatch(r"[A-Za-z0-9]{1,5}", ending) and re.search("[A-Za-z]", ending)
        and not set(stem) & set(" @:?*<>|\"") and "//" not in text
    )


STREET_WORDS = set(
    "st street ave avenue rd road blvd boulevard ln lane dr drive ct court pl place way sq square pkwy parkway ter terrace cir circle hwy highway trl trail loop alley".split()
)
LEADING_STREET_WORDS = {"rue", "chemin", "quai", "avenue", "boulevard"}
PLACES_IN_STREETS = set("n s e w ne nw se sw north south east west apt unit suite ste floor fl room".split())
STREET_ENDINGS = ("strasse", "straße", "str.", "straat", "gasse", "weg", "platz", "allee", "laan", "plein", "gatan")


def ascii_lower(text):
    return "".join(sign.lower() if "A" <= sign <= "Z" else sign for sign in text)


def without_mark(word):
    return word[:-1] if word.endswith((".", ",")) else word


def is_street_address(text, _):
    parts = ascii_lower(text).split(" ")
    if len(text.encode()) > 120 or len(parts) < 2:
        return False
    if re.fullmatch(r"[0-9]{1,6}[a-z]?,?", parts[0]):
        words = parts[1:]
        if words[0] in LEADING_STREET_WORDS and 2 <= len(words) <= 7 and all(words):
            return True
        for at in range(1, min(len(words), 5)):
            ends = words[at].endswith(",") or at + 1 == len(words) or without_mark(words[at + 1]) in PLACES_IN_STREETS
            if without_mark(words[at]) in STREET_WORDS and ends and all(words[:at]):
                return True
        return False
    if parts[0] in ("po", "p.o.") and len(parts) == 3 and parts[1] == "box" and re.fullmatch("[0-9]{1,6}", parts[2]):
        return True
    name = " ".join(parts[:-1])
    return bool(re.fullmatch(r"[0-9]{1,4}[a-z]?", parts[-1])) and name.endswith(STREET_ENDINGS) and not re.search("[0-9]", name)


def is_delimited(text, _):
    marks = sum(text.count(mark) for mark in "|;\t")
    letters = bool(re.search("[A-Za-z]", text))
    listed = (marks > 1 and (letters or re.search("[0-9]", text))) or (text.count(",") > 1 and letters and ", " not in text)
    return bool(listed) and text[0] not in "{["


FORMS = {
    "email": is_email,
    "url": is_url,
    "uuid": lambda text, _: bool(re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text)),
    "ipv4": is_ipv4,
    "ipv6": lambda text, _: is_address(text, ipaddress.IPv6Address),
    "iso_date": is_iso_date,
    "credit_card": is_credit_card,
    "iban": is_iban,
    "ssn": is_ssn,
    "us_zip": lambda text, _: bool(re.fullmatch(r"[0-9]{5}(-[0-9]{4})?", text)),
    "phone": is_phone,
    "us_state": lambda text, _: text in STATES,
    "json": is_json,
    "file_name": is_file_name,
    "street_address": is_street_address,
    "delimited": is_delimited,
}
