#!/bin/sh
# Makes the oracle's Python environment once and prints the path of its python.
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../python-environment" "$here/requirements.txt"
