"""Counts the figures a column that `limn profile --format json` finds, on average: `figures.py COMMAND...`."""

import json
import subprocess
import sys

# What names a column or says how a figure was found is no figure. A list (bars, top values, patterns) is one.
NO_FIGURES = {"column_name", "ordinal_position", "data_type", "general_type", "estimates"}

output = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, check=True).stdout
columns = json.loads(output)["tables"][0]["columns"]
found = [name for column in columns for name, value in column.items() if name not in NO_FIGURES and value is not None]
print(len(found) / len(columns))
