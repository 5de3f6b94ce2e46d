"""The stations' table by faust: rows of the connector in, one station with its line out."""

import os
from dataclasses import dataclass

import faust

import settings


@dataclass
class Station(faust.Record, validation=False):
    stop_id: int
    direction_id: str
    stop_name: str
    station_name: str
    station_descriptive_name: str
    station_id: int
    order: int
    red: bool
    blue: bool
    green: bool


@dataclass
class TransformedStation(faust.Record):
    station_id: int
    station_name: str
    order: int
    line: str


app = faust.App(
    "course-stations",
    broker=f"kafka://{settings.BROKERS}",
    store="memory://",
    topic_partitions=1,
    web_enabled=False,
    datadir=os.environ.get("FAUST_DATADIR", "faust-data"),
)
rows = app.topic(settings.STATIONS, value_type=Station)
out = app.topic(settings.STATIONS_TABLE, partitions=1)
table = app.Table(settings.STATIONS_TABLE, default=TransformedStation, partitions=1, changelog_topic=out)


@app.agent(rows)
async def transform(stream):
    async for station in stream:
        line = "red" if station.red else "blue" if station.blue else "green" if station.green else ""
        table[station.station_id] = TransformedStation(
            station_id=station.station_id,
            station_name=station.station_name,
            order=station.order,
            line=line,
        )


if __name__ == "__main__":
    app.main()
