#!/bin/sh
# Makes the oracle's Python environment once, under the cache folder, and prints the path of its python.
# Safe to call again and again: it does something only when requirements.txt has changed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${LIMN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/limn}
venv=$cache/venv
stamp=$venv/requirements.stamp

if ! cmp -s "$here/requirements.txt" "$stamp" 2>/dev/null; then
    mkdir -p "$cache"
    echo "oracle: installing DuckDB and the test data into $venv" >&2
    if ! python3 -m venv --clear "$venv" >&2; then
        echo "oracle: python3 cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2
        exit 1
    fi
    "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement "$here/requirements.txt" >&2
    cp "$here/requirements.txt" "$stamp"
fi
echo "$venv/bin/python"
