"""Arrivals and turnstiles by confluent-kafka, with Avro keys and values."""

import time

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

import settings

KEY = """{"type": "record", "name": "key", "fields": [{"name": "timestamp", "type": "long"}]}"""
ARRIVAL = """{"type": "record", "name": "arrival", "namespace": "course", "fields": [
  {"name": "station_id", "type": "int"}, {"name": "train_id", "type": "string"},
  {"name": "direction", "type": "string"}, {"name": "line", "type": "string"},
  {"name": "train_status", "type": "string"}, {"name": "prev_station_id", "type": ["null", "int"]},
  {"name": "prev_direction", "type": ["null", "string"]}]}"""
TURNSTILE = """{"type": "record", "name": "turnstile", "namespace": "course", "fields": [
  {"name": "station_id", "type": "int"}, {"name": "station_name", "type": "string"},
  {"name": "line", "type": "string"}]}"""

STATIONS = [(40010, "Austin"), (40020, "Harlem/Lake"), (40380, "Clark/Lake")]


def serializers(registry, schema):
    return AvroSerializer(registry, KEY), AvroSerializer(registry, schema)


def main():
    admin = AdminClient({"bootstrap.servers": settings.BROKERS})
    made = admin.create_topics([NewTopic(settings.TURNSTILES, num_partitions=2, replication_factor=1)])
    made[settings.TURNSTILES].result(timeout=30)
    registry = SchemaRegistryClient({"url": settings.REGISTRY})
    # The topic of arrivals is made by Kafka, as the first record is written.
    producer = Producer({"bootstrap.servers": settings.BROKERS})
    failed = []

    def send(topic, pair, value):
        key, body = pair
        at = {"timestamp": int(time.time() * 1000)}
        producer.produce(
            topic,
            key=key(at, SerializationContext(topic, MessageField.KEY)),
            value=body(value, SerializationContext(topic, MessageField.VALUE)),
            on_delivery=lambda error, _: failed.append(error) if error else None,
        )

    arrival, turnstile = serializers(registry, ARRIVAL), serializers(registry, TURNSTILE)
    for number, (station, name) in enumerate(STATIONS):
        train = {
            "station_id": station,
            "train_id": f"B{number}",
            "direction": "a",
            "line": "blue",
            "train_status": "in_service",
            "prev_station_id": None,
            "prev_direction": None,
        }
        send(settings.ARRIVALS, arrival, train)
        for _ in range(number + 1):
            entry = {"station_id": station, "station_name": name, "line": "blue"}
            send(settings.TURNSTILES, turnstile, entry)
    producer.flush(30)
    if failed:
        raise SystemExit(f"not delivered: {failed}")


if __name__ == "__main__":
    main()
