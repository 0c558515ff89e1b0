#!/bin/sh
# Makes the oracle's Python environment once, under the cache folder, and prints the path of its python.
# Safe to call again, and from several checkouts at once: each requirements.txt has an environment of its own.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${LIMN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/limn}
mkdir -p "$cache"
version=$(sha256sum "$here/requirements.txt" | cut -c1-12)
venv=$cache/venv-$version

exec 9>"$cache/venv.lock"
flock 9
if [ ! -e "$venv/complete" ]; then
    echo "oracle: installing DuckDB and the test data into $venv" >&2
    if ! python3 -m venv --clear "$venv" >&2; then
        echo "oracle: python3 cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2
        exit 1
    fi
    "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement "$here/requirements.txt" >&2
    : >"$venv/complete"
fi
echo "$venv/bin/python"
