"""What Python's confluent-kafka does with a schema registry, given its address: the findings as JSON on stdout."""

import json
import sys

from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.serialization import MessageField, SerializationContext

SUBJECT = "python-value"
INT = {"name": "station_id", "type": "int"}
NAME = {"name": "station_name", "type": "string", "default": ""}


def record(*fields):
    return json.dumps({"type": "record", "name": "Entry", "namespace": "py", "fields": list(fields)})


def refused(action):
    try:
        action()
    except SchemaRegistryError as error:
        return [error.http_status_code, error.error_code]
    return None


registry = SchemaRegistryClient({"url": sys.argv[1]})
context = SerializationContext("python", MessageField.VALUE)

# Registers by itself, as producers do.
first = AvroSerializer(registry, record(INT))
old = first({"station_id": 40380}, context)
wider = AvroSerializer(registry, record(INT, NAME))
new = wider({"station_id": 40380, "station_name": "Clark/Lake"}, context)

# A consumer that knows nothing yet reads both, the older with the newer schema's default.
reader = AvroDeserializer(SchemaRegistryClient({"url": sys.argv[1]}), record(INT, NAME))
latest = registry.get_latest_version(SUBJECT)
strange = Schema(record({"name": "station_id", "type": "string"}), "AVRO")

json.dump(
    {
        "header": [list(old[:5]), list(new[:5])],
        "read": [reader(old, context), reader(new, context)],
        "subjects": [s for s in registry.get_subjects() if s == SUBJECT],
        "versions": registry.get_versions(SUBJECT),
        "latest": [latest.version, latest.schema_id],
        "found": registry.lookup_schema(SUBJECT, Schema(record(INT), "AVRO")).version,
        "compatible": [
            registry.test_compatibility(SUBJECT, Schema(record(INT), "AVRO")),
            registry.test_compatibility(SUBJECT, strange),
        ],
        "config": [
            registry.set_compatibility(SUBJECT, "FULL")["compatibility"],
            registry.get_compatibility(SUBJECT),
        ],
        "incompatible": refused(lambda: registry.register_schema(SUBJECT, strange)),
        "unknown": refused(lambda: SchemaRegistryClient({"url": sys.argv[1]}).get_schema(999999)),
        "deleted": registry.delete_subject(SUBJECT),
        "gone": refused(lambda: SchemaRegistryClient({"url": sys.argv[1]}).get_latest_version(SUBJECT)),
    },
    sys.stdout,
)
