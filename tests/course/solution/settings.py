"""What a solution has to change to run here: addresses, and nothing else."""

import os

BROKERS = os.environ.get("KAFKA_BROKERS", "localhost:9092")
REGISTRY = os.environ.get("SCHEMA_REGISTRY_URL", "http://localhost:8081")
REST_PROXY = os.environ.get("REST_PROXY_URL", "http://localhost:8082")
CONNECT = os.environ.get("CONNECT_URL", "http://localhost:8083")
KSQL = os.environ.get("KSQLDB_URL", "http://localhost:8088")

STATIONS = "org.chicago.cta.stations"
STATIONS_TABLE = "org.chicago.cta.stations.table.v1"
ARRIVALS = "org.chicago.cta.arrivals.v1"
TURNSTILES = "org.chicago.cta.turnstiles.v1"
WEATHER = "org.chicago.cta.weather.v1"
