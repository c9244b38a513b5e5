"""Counts the rows of all CSV files in a folder, their head lines left out, and writes the count."""

import argparse
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("--rows", type=Path, required=True)
parser.add_argument("--count", type=Path, required=True)
arguments = parser.parse_args()

count = sum(len(file.read_text().splitlines()) - 1 for file in sorted(arguments.rows.glob("*.csv")))
arguments.count.mkdir(parents=True, exist_ok=True)
(arguments.count / "count.txt").write_text(f"{count}\n")
print(f"{count} rows")
