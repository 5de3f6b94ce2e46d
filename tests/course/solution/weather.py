"""The weather by requests, over the REST Proxy."""

import json

import requests

import settings

KEY = {"type": "record", "name": "key", "fields": [{"name": "timestamp", "type": "long"}]}
VALUE = {
    "type": "record",
    "name": "weather",
    "fields": [{"name": "temperature", "type": "float"}, {"name": "status", "type": "string"}],
}


def main():
    answer = requests.post(
        f"{settings.REST_PROXY}/topics/{settings.WEATHER}",
        headers={"Content-Type": "application/vnd.kafka.avro.v2+json"},
        data=json.dumps(
            {
                "key_schema": json.dumps(KEY),
                "value_schema": json.dumps(VALUE),
                "records": [
                    {"key": {"timestamp": 1}, "value": {"temperature": 60.5, "status": "sunny"}}
                ],
            }
        ),
        timeout=30,
    )
    answer.raise_for_status()
    offset = answer.json()["offsets"][0]
    if offset.get("error"):
        raise SystemExit(offset)


if __name__ == "__main__":
    main()
