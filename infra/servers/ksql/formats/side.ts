import { isCoded } from "../../../../schemas/errors.ts";
import type { Source } from "../catalog/source.ts";
import { ERROR_CODE, refuse } from "../errors.ts";
import { avroSerde } from "./avro.ts";
import { avroSchema } from "./avro-schema.ts";
import { jsonSerde } from "./json.ts";
import { kafkaSerde } from "./kafka.ts";
import type { SchemaRegistry } from "./registry.ts";
import type { Serde } from "./serde.ts";

type Side = "key" | "value";

export interface Serdes {
  readonly key: Serde;
  readonly value: Serde;
}

function needRegistry(registry: SchemaRegistry | undefined): SchemaRegistry {
  if (registry) return registry;
  throw refuse(
    "KSQL is not configured to use a schema registry: set SCHEMA_REGISTRY_URL",
    ERROR_CODE.noRegistry,
  );
}

function shapeOf(
  source: Source,
  side: Side,
): { wrapped: boolean; columns: Source["keys"]; format: Source["keyFormat"] } {
  return side === "key"
    ? { wrapped: source.keys.length > 1, columns: source.keys, format: source.keyFormat }
    : {
        wrapped: source.wrapValue || source.values.length > 1,
        columns: source.values,
        format: source.valueFormat,
      };
}

/**
 * Register what a source writes in Avro.
 *
 * @param onlyMissing - leave a subject alone that has a schema: another program owns the topic.
 */
export async function registerSchemas(
  source: Source,
  registry: SchemaRegistry | undefined,
  onlyMissing: boolean,
): Promise<void> {
  for (const side of ["key", "value"] as const) {
    const { columns, format, wrapped } = shapeOf(source, side);
    if (format !== "AVRO" || (columns.length === 0 && side === "key")) continue;
    const known = needRegistry(registry);
    const subject = `${source.topic}-${side}`;
    if (onlyMissing && (await known.latest(subject))) continue;
    try {
      await known.register(subject, avroSchema(columns, wrapped, side === "key"));
    } catch (error) {
      if (isCoded(error, "REGISTRY_INCOMPATIBLE")) {
        throw refuse(`Could not register schema for topic: ${error.message}`);
      }
      throw error;
    }
  }
}

/**
 * How to read and write a source's records.
 *
 * @param writing - schemas are registered under the topic's subjects first.
 */
export async function serdesOf(
  source: Source,
  registry: SchemaRegistry | undefined,
  writing: boolean,
): Promise<Serdes> {
  const make = async (side: Side): Promise<Serde> => {
    const { columns, format, wrapped } = shapeOf(source, side);
    // A keyless source has no bytes there; values without columns are an empty object or record.
    if (format === "KAFKA" || (columns.length === 0 && side === "key")) return kafkaSerde(columns);
    if (format === "JSON") return jsonSerde(columns, wrapped);
    const known = needRegistry(registry);
    const schema = avroSchema(columns, wrapped, side === "key");
    const subject = `${source.topic}-${side}`;
    const id = writing ? await known.register(subject, schema) : undefined;
    return avroSerde(columns, wrapped, side === "key", known, subject, id);
  };
  return { key: await make("key"), value: await make("value") };
}
