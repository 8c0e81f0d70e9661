"""An archive of captures as one Parquet data set, by Apache Spark: spark.py CAPTURES TARGET [CORES].

Each partition reads captures with `ringtrace export --format arrow`; rows go from its standard output to Spark as Arrow
record batches. The environment variable RINGTRACE names the program.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

RINGTRACE = os.environ.get("RINGTRACE", "ringtrace")
ENDINGS = {".pcap", ".pcapng"}


def command(table, captures):
    return [RINGTRACE, "export", "--quiet", "--format", "arrow", "--table", table, *captures]


def exported(table, captures):
    """The record batches of one run. Exit code 1 says that something of a capture was lost; the rest is there."""
    with subprocess.Popen(command(table, captures), stdout=subprocess.PIPE) as run:
        with pa.ipc.open_stream(run.stdout) as stream:
            yield from stream
    if run.returncode not in (0, 1):
        raise RuntimeError(f"ringtrace ended with {run.returncode} on {captures}")


def layout(table):
    """The table's columns, asked of a run on nothing. Spark wants text in Arrow's small layout."""
    output = subprocess.run(command(table, [os.devnull]), stdout=subprocess.PIPE).stdout
    columns = pa.ipc.open_stream(output).schema
    small = {pa.large_string(): pa.string()}
    return pa.schema([pa.field(column.name, small.get(column.type, column.type)) for column in columns])


def read(spark, folder, table, partitions):
    captures = sorted(str(path) for path in Path(folder).rglob("*") if path.suffix in ENDINGS)
    columns = layout(table)

    def rows(batches):
        for batch in batches:
            for capture in batch.column("path").to_pylist():
                for found in exported(table, [capture]):
                    yield from pa.Table.from_batches([found]).cast(columns).to_batches()

    paths = spark.createDataFrame([(path,) for path in captures], "path string").repartition(partitions)
    return paths.mapInArrow(rows, from_arrow_schema(columns))


def main(folder, target, cores="2"):
    spark = (
        SparkSession.builder.master(f"local-cluster[{cores},1,1024]")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    for table in ["calls", "stanzas"]:
        begun = time.monotonic()
        rows = read(spark, folder, table, partitions=4 * int(cores))
        rows.write.mode("overwrite").parquet(f"{target}/{table}")
        spark.read.parquet(f"{target}/{table}").createOrReplaceTempView(table)
        count = spark.table(table).count()
        print(f"{table}: {count} rows in {time.monotonic() - begun:.1f} s")
    begun = time.monotonic()
    spark.sql(
        """
        SELECT calls.outcome, count(DISTINCT calls.captures, calls.call_id) AS calls, count(*) AS acks,
               round(percentile(stanzas.ack_latency_ms, 0.5), 1) AS median_ack_ms
        FROM calls JOIN stanzas ON stanzas.call_id = calls.call_id AND stanzas.capture = calls.captures
        WHERE stanzas.tag = 'ack' AND stanzas.ack_latency_ms IS NOT NULL
        GROUP BY calls.outcome ORDER BY calls DESC, outcome
        """
    ).show(truncate=False)
    print(f"the join took {time.monotonic() - begun:.1f} s")
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
