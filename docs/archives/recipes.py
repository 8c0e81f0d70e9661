"""Runs the Python of docs/archives.md on an own recording, and compares what each library reads of each format.

recipes.py RINGTRACE CAPTURE, where duckdb, pandas, polars and pyarrow are installed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

PAGE = Path(__file__).resolve().parent.parent / "archives.md"


def plain(rows):
    """Rows as text that is the same whoever read them: times in microseconds, nothing as null."""

    def value(cell):
        if cell is None or cell is pd.NaT or (isinstance(cell, float) and cell != cell):
            return None
        if hasattr(cell, "timestamp"):
            return round(pd.Timestamp(cell).tz_convert("UTC").value / 1000)
        return cell.item() if hasattr(cell, "item") else cell

    return [{name: value(cell) for name, cell in row.items()} for row in rows]


def compare(table):
    duckdb.sql("SET TimeZone = 'UTC'")
    expected = plain(pq.read_table(f"{table}.parquet").to_pylist())
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind, *_ in duckdb.sql(f"DESCRIBE FROM '{table}.parquet'").fetchall())
    readings = {
        "pyarrow, Arrow": pa.ipc.open_file(f"{table}.arrow").read_all().to_pylist(),
        "pyarrow, stream": pa.ipc.open_stream(f"{table}.stream").read_all().to_pylist(),
        "pandas, Parquet": pd.read_parquet(f"{table}.parquet").astype(object).to_dict("records"),
        "polars, Parquet": pl.read_parquet(f"{table}.parquet").to_dicts(),
        "polars, Arrow": pl.read_ipc(f"{table}.arrow").to_dicts(),
        "DuckDB, Parquet": duckdb.sql(f"FROM '{table}.parquet'").to_arrow_table().to_pylist(),
        "DuckDB, CSV": duckdb.sql(f"FROM read_csv('{table}.csv', columns = {{{columns}}})").to_arrow_table().to_pylist(),
        "DuckDB, NDJSON": duckdb.sql(f"FROM read_json('{table}.ndjson', columns = {{{columns}}})").to_arrow_table().to_pylist(),
    }
    for name, rows in readings.items():
        assert plain(rows) == expected, f"{name} reads {table} differently"
    types = pq.read_schema(f"{table}.parquet")
    assert all(field.type in (pa.large_string(), pa.int64(), pa.float64(), pa.bool_(), pa.timestamp("us", "UTC")) for field in types)
    print(f"{table}: {len(expected)} rows, the same in {len(readings) + 1} readings")


def main(ringtrace, capture):
    ringtrace, capture = Path(ringtrace).resolve(), Path(capture).resolve()
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), flags=re.M | re.S)
    assert len(blocks) == 4, "the recipes were found"
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.symlink(ringtrace, "ringtrace")
        os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
        for file in capture.parent.glob("*.txt"):
            shutil.copy(file, file.name.replace(capture.stem, "call"))
        shutil.copy(capture, "call.pcap")
        for table in ["stanzas", "calls", "messages", "anomalies"]:
            export = ["ringtrace", "export", "-q", "call.pcap", "--table", table, "--raw", "--format"]
            for format in ["csv", "parquet", "arrow", "ndjson"]:
                subprocess.run([*export, format, "-o", f"{table}.{format}"], check=True)
            with open(f"{table}.stream", "wb") as stream:
                subprocess.run([*export, "arrow"], stdout=stream, check=True)
            compare(table)
        for block in blocks:
            exec(compile(block, "docs/archives.md", "exec"), {})
        os.chdir("/")


if __name__ == "__main__":
    main(*sys.argv[1:])
