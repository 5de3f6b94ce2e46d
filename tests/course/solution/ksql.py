"""The sums by ksqlDB's REST API."""

import requests

import settings

STATEMENTS = f"""
CREATE STREAM turnstile (station_id INT, station_name VARCHAR, line VARCHAR)
  WITH (KAFKA_TOPIC='{settings.TURNSTILES}', VALUE_FORMAT='AVRO');
CREATE TABLE turnstile_summary WITH (VALUE_FORMAT='JSON') AS
  SELECT station_id, COUNT(station_id) AS count FROM turnstile GROUP BY station_id;
"""


def main():
    answer = requests.post(
        f"{settings.KSQL}/ksql",
        headers={"Content-Type": "application/vnd.ksql.v1+json"},
        json={
            "ksql": STATEMENTS,
            "streamsProperties": {"ksql.streams.auto.offset.reset": "earliest"},
        },
        timeout=60,
    )
    if not answer.ok:
        raise SystemExit(answer.text)


if __name__ == "__main__":
    main()
