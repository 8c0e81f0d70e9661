"""Runs the Python of docs/archives.md on recordings, and compares what each library reads of each format.

recipes.py RINGTRACE CAPTURE..., where what requirements.txt names is installed.
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
    """Rows as values that are the same whoever read them: times in microseconds, nothing as None."""

    def value(cell):
        if cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and cell != cell):
            return None
        if hasattr(cell, "timestamp"):
            # To be cut as the tables are, not rounded.
            return pd.Timestamp(cell).as_unit("ns").tz_convert("UTC").value // 1000
        return cell.item() if hasattr(cell, "item") else cell

    return [{name: value(cell) for name, cell in row.items()} for row in rows]


def csv_by_pandas(table, schema):
    """A CSV file with the types of a schema: text that looks like a number stays text."""
    kinds = {pa.int64(): "Int64", pa.float64(): "float64", pa.bool_(): "boolean", pa.large_string(): "string"}
    times = [column.name for column in schema if pa.types.is_timestamp(column.type)]
    kinds = {column.name: kinds.get(column.type, "string") for column in schema}
    rows = pd.read_csv(f"{table}.csv", dtype=kinds, keep_default_na=False, na_values=[""])
    for name in times:
        rows[name] = pd.to_datetime(rows[name], utc=True, format="ISO8601")
    return rows.astype(object).to_dict("records")


def csv_by_polars(table, schema):
    kinds = {pa.int64(): pl.Int64, pa.float64(): pl.Float64, pa.bool_(): pl.Boolean}
    times = [column.name for column in schema if pa.types.is_timestamp(column.type)]
    kinds = {column.name: kinds.get(column.type, pl.String) for column in schema}
    rows = pl.read_csv(f"{table}.csv", schema=kinds)
    return rows.with_columns(pl.col(times).str.to_datetime("%+", time_unit="ns", time_zone="UTC")).to_dicts()


def compare(table):
    """Lets each library read each format; gives how many rows all of them saw, and how many readings there were."""
    duckdb.sql("SET TimeZone = 'UTC'")
    schema = pq.read_schema(f"{table}.parquet")
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind, *_ in duckdb.sql(f"DESCRIBE FROM '{table}.parquet'").fetchall())
    arrow = pa.ipc.open_file(f"{table}.arrow").read_all()

    def by_duckdb(relation):
        return relation.to_arrow_table().to_pylist()

    expected = plain(pq.read_table(f"{table}.parquet").to_pylist())
    readings = {
        "pyarrow, Arrow": arrow.to_pylist(),
        "pyarrow, Arrow stream": pa.ipc.open_stream(f"{table}.stream").read_all().to_pylist(),
        "pandas, Parquet": pd.read_parquet(f"{table}.parquet").astype(object).to_dict("records"),
        "pandas, Arrow": pd.read_feather(f"{table}.arrow").astype(object).to_dict("records"),
        "pandas, CSV": csv_by_pandas(table, schema),
        "polars, Parquet": pl.read_parquet(f"{table}.parquet").to_dicts(),
        "polars, Arrow": pl.read_ipc(f"{table}.arrow").to_dicts(),
        "polars, CSV": csv_by_polars(table, schema),
        "DuckDB, Parquet": by_duckdb(duckdb.read_parquet(f"{table}.parquet")),
        "DuckDB, Arrow": by_duckdb(duckdb.from_arrow(arrow)),
        "DuckDB, CSV": by_duckdb(duckdb.sql(f"FROM read_csv('{table}.csv', columns = {{{columns}}})")),
        "DuckDB, NDJSON": by_duckdb(duckdb.sql(f"FROM read_json('{table}.ndjson', columns = {{{columns}}})")),
    }
    for name, rows in readings.items():
        rows = plain(rows)
        assert rows == expected, f"{name} reads {table} differently: {differences(rows, expected)}"
    known = (pa.large_string(), pa.int64(), pa.float64(), pa.bool_(), pa.timestamp("us", "UTC"))
    assert all(field.type in known for field in schema)
    for metadata in [pq.read_metadata(f"{table}.parquet").metadata, arrow.schema.metadata]:
        assert metadata[b"ringtrace.table"] == table.encode()
        assert b"ringtrace.schema" in metadata and b"ringtrace.version" in metadata
    assert expected, f"{table} has no rows to compare"
    print(f"{table}: {len(expected)} rows, the same in {len(readings) + 1} readings")


def differences(rows, expected):
    """The first cells in which they differ."""
    cells = [
        (place, name, row.get(name), cell)
        for place, (row, other) in enumerate(zip(rows, expected))
        for name, cell in other.items()
        if row.get(name) != cell
    ]
    return f"{len(rows)} rows of {len(expected)}, {cells[:3]}"


def export(table, format, captures, target):
    """Exit code 1 says that something of a capture was lost, as of one that is damaged; the rest is there."""
    command = ["ringtrace", "export", "-q", *captures, "--table", table, "--raw", "--format", format]
    run = subprocess.run(command, stdout=target)
    assert run.returncode in (0, 1), f"{command} ended with {run.returncode}"


def main(ringtrace, *captures):
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), flags=re.M | re.S)
    assert len(blocks) == 4, "the recipes were found"
    ringtrace, captures = Path(ringtrace).resolve(), [Path(capture).resolve() for capture in captures]
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.symlink(ringtrace, "ringtrace")
        os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
        names = ["call.pcap", *(f"other-{number}.pcap" for number in range(1, len(captures)))]
        for capture, name in zip(captures, names):
            shutil.copy(capture, name)
            for file in capture.parent.glob(f"{capture.stem}.*keys*.txt"):
                shutil.copy(file, file.name.replace(capture.stem, Path(name).stem))
        for table in ["stanzas", "calls", "evidence", "anomalies", "messages"]:
            for format, ending in [("csv", "csv"), ("parquet", "parquet"), ("arrow", "stream"), ("ndjson", "ndjson")]:
                with open(f"{table}.{ending}", "wb") as target:
                    export(table, format, names, target)
            export(table, "arrow", [*names, "-o", f"{table}.arrow"], None)
            compare(table)
        for block in blocks:
            exec(compile(block, "docs/archives.md", "exec"), {})
        os.chdir("/")


if __name__ == "__main__":
    main(*sys.argv[1:])
