"""An archive of captures as Parquet, by Apache Spark: spark.py CAPTURES TARGET [CORES].

Each partition has some of the folders with captures, and reads each folder with `ringtrace export --format arrow`, so
that recordings of one call that lie together become one call. Rows go from ringtrace's standard output to Spark as
Arrow record batches. Each table is one data set in TARGET, partitioned by the month of its times, those with techniques
by these too. The environment variable RINGTRACE names the program.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
from pyspark.sql import SparkSession
from pyspark.sql.functions import col, date_format
from pyspark.sql.pandas.types import from_arrow_schema

RINGTRACE = os.environ.get("RINGTRACE", "ringtrace")
ENDINGS = {".pcap", ".pcapng"}

# Each table, the column with its time, and what it is partitioned by beside the month of that.
TABLES = [("calls", "start_utc", []), ("evidence", "time_utc", ["technique"]), ("stanzas", "time_utc", ["technique"])]


def command(table, captures):
    return [RINGTRACE, "export", "--quiet", "--format", "arrow", "--table", table, *captures]


def captures_in(folder):
    return sorted(str(path) for path in Path(folder).iterdir() if path.suffix in ENDINGS)


def exported(table, folder):
    """The record batches of one run. Exit code 1 says that something of a capture was lost; the rest is there."""
    with subprocess.Popen(command(table, captures_in(folder)), stdout=subprocess.PIPE) as run:
        with pa.ipc.open_stream(run.stdout) as stream:
            yield from stream
    if run.returncode not in (0, 1):
        raise RuntimeError(f"ringtrace ended with {run.returncode} on {folder}")


def layout(table):
    """The table's columns, asked of a run on nothing. Spark wants text in Arrow's small layout."""
    output = subprocess.run(command(table, [os.devnull]), stdout=subprocess.PIPE).stdout
    columns = pa.ipc.open_stream(output).schema
    small = {pa.large_string(): pa.string()}
    return pa.schema([pa.field(column.name, small.get(column.type, column.type)) for column in columns])


def read(spark, folder, table, partitions):
    folders = sorted({str(path.parent) for path in Path(folder).rglob("*") if path.suffix in ENDINGS})
    columns = layout(table)

    def rows(batches):
        for batch in batches:
            for folder in batch.column("folder").to_pylist():
                for found in exported(table, folder):
                    yield from pa.Table.from_batches([found]).cast(columns).to_batches()

    folders = spark.createDataFrame([(folder,) for folder in folders], "folder string").repartition(partitions)
    return folders.mapInArrow(rows, from_arrow_schema(columns))


def main(folder, target, cores="2"):
    spark = (
        SparkSession.builder.master(f"local-cluster[{cores},1,1024]")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    for table, when, kinds in TABLES:
        begun = time.monotonic()
        rows = read(spark, folder, table, partitions=4 * int(cores)).withColumn("month", date_format(col(when), "yyyy-MM"))
        rows.write.mode("overwrite").partitionBy(*kinds, "month").parquet(f"{target}/{table}")
        spark.read.parquet(f"{target}/{table}").createOrReplaceTempView(table)
        count = spark.table(table).count()
        print(f"{table}: {count} rows in {time.monotonic() - begun:.1f} s")
    begun = time.monotonic()
    spark.sql(
        """
        WITH seen AS (SELECT call_id, outcome, explode(split(captures, ';')) AS capture FROM calls)
        SELECT evidence.hypothesis, seen.outcome, count(DISTINCT seen.capture, seen.call_id) AS calls,
               count_if(evidence.supports) AS pieces_for, count_if(NOT evidence.supports) AS pieces_against
        FROM evidence JOIN seen ON seen.call_id = evidence.call_id AND seen.capture = evidence.capture
        WHERE evidence.question = 'timeout-terminate-sender' AND evidence.strength = 'direct'
        GROUP BY evidence.hypothesis, seen.outcome ORDER BY evidence.hypothesis, seen.outcome
        """
    ).show(truncate=False)
    print(f"the join took {time.monotonic() - begun:.1f} s")
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
