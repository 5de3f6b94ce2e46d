"""The stations transform and the count of entries as a user of faust-streaming writes them.

Settings come from the environment: BROKERS (host:port,...), APP (the consumer group), INPUT (a topic), PARTITIONS (of
it), JOB (stations or count). The table's changelog is the output, its keys and values JSON.
"""

import json
import os
from io import BytesIO

import fastavro
import faust

app = faust.App(
    os.environ["APP"],
    broker=[f"kafka://{broker}" for broker in os.environ["BROKERS"].split(",")],
    store="memory://",
    topic_partitions=int(os.environ["PARTITIONS"]),
    topic_disable_leader=True,
    web_enabled=False,
    datadir=os.environ["DATA"],
)
source = app.topic(
    os.environ["INPUT"],
    key_type=bytes,
    key_serializer="raw",
    value_type=bytes,
    value_serializer="raw",
)
table = app.Table("table", default=int, partitions=int(os.environ["PARTITIONS"]))

LINES = ("red", "blue", "green")
# Behind the registry's header of a zero and the schema's id.
HEADER = 5
TURNSTILE = fastavro.parse_schema(
    {
        "type": "record",
        "name": "Turnstile",
        "fields": [
            {"name": "station_id", "type": "int"},
            {"name": "station_name", "type": "string"},
            {"name": "line", "type": "string"},
        ],
    }
)


async def stations(rows):
    async for value in rows:
        row = json.loads(value)
        for line in LINES:
            if row[line]:
                table[f"{row['station_id']}-{line}"] = {
                    "station_id": row["station_id"],
                    "station_name": row["station_name"],
                    "order": row["order"],
                    "line": line,
                }


async def count(entries):
    async for value in entries:
        entry = fastavro.schemaless_reader(BytesIO(value[HEADER:]), TURNSTILE)
        table[entry["station_id"]] += 1


app.agent(source)(stations if os.environ["JOB"] == "stations" else count)

if __name__ == "__main__":
    app.main()
