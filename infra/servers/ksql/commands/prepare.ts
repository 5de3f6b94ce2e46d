import { isJsonObject } from "../../../runtime/json/lossless.ts";
import { toInfer } from "../catalog/create.ts";
import { withDefaults } from "../catalog/defaults.ts";
import { readWith } from "../catalog/properties.ts";
import type { Column, Source } from "../catalog/source.ts";
import { refuse, unsupported } from "../errors.ts";
import { columnsOfSchema, parseSchemaText } from "../formats/avro-schema.ts";
import type { SchemaRegistry } from "../formats/registry.ts";
import type { CreateStatement, Statement } from "../sql/ast.ts";
import { commandId } from "./apply.ts";
import type { Command } from "./command.ts";

/** What a statement needs to know of the world outside. */
export interface Lookups {
  readonly registry: SchemaRegistry | undefined;
  /** A topic's partitions; undefined when it does not exist. */
  partitionsOf(topic: string): Promise<number | undefined>;
}

/**
 * A CREATE, DROP or TERMINATE as a command: what it leaves open is looked up.
 *
 * @throws {CodedError} KSQL_STATEMENT_INVALID, REGISTRY_UNAVAILABLE, KAFKA_UNAVAILABLE
 */
export async function prepareCommand(
  statement: Statement,
  properties: Readonly<Record<string, string>>,
  lookups: Lookups,
): Promise<Command> {
  const base = { version: 1, id: commandId(statement), statement: statement.text, properties } as const;
  if (statement.kind !== "create" || statement.query) return { ...base, inferred: {} };
  const complete = withDefaults(statement, properties);
  const { topic } = readWith(complete.properties);
  const partitions = topic === undefined ? undefined : await lookups.partitionsOf(topic);
  const inferred = await infer(complete, topic, lookups.registry);
  return { ...base, inferred, ...(partitions === undefined ? {} : { partitions }) };
}

async function infer(
  statement: CreateStatement,
  topic: string | undefined,
  registry: SchemaRegistry | undefined,
): Promise<Command["inferred"]> {
  const wanted = toInfer(statement);
  if (topic === undefined || !registry) return {};
  await refuseRecords(statement, topic, registry);
  const keys = wanted.keys ? await columnsFrom(registry, `${topic}-key`, "ROWKEY") : undefined;
  const values = wanted.values ? await columnsFrom(registry, `${topic}-value`, "ROWVAL") : undefined;
  if (wanted.values && !values) {
    throw refuse(
      `Schema for message values on topic '${topic}' does not exist in the Schema Registry.\nSubject: ${topic}-value\nPossible causes include:\n- The topic itself does not exist\n- Messages on the topic are not AVRO serialized\n- The schema is registered on a different instance of the Schema Registry`,
    );
  }
  return { ...(keys ? { keys } : {}), ...(values ? { values } : {}) };
}

/**
 * A single key column is a bare value, and so is a single value column without its wrapping. Records are nested types
 * here: a source that read them would leave out every row.
 *
 * @throws {CodedError} KSQL_STATEMENT_INVALID
 */
async function refuseRecords(
  { properties, columns }: CreateStatement,
  topic: string,
  registry: SchemaRegistry,
): Promise<void> {
  const { keyFormat, valueFormat, wrapValue } = readWith(properties);
  const bareKey = columns.filter((column) => column.key).length <= 1;
  const bare = [
    ...(keyFormat === "AVRO" && bareKey ? ["key"] : []),
    ...(valueFormat === "AVRO" && wrapValue === false ? ["value"] : []),
  ];
  for (const half of bare) {
    const found = await registry.latest(`${topic}-${half}`);
    const schema = found && parseSchemaText(found.schema);
    if (isJsonObject(schema) && schema.get("type") === "record")
      throw unsupported("the nested Avro type record");
  }
}

async function columnsFrom(
  registry: SchemaRegistry,
  subject: string,
  bareName: string,
): Promise<readonly Column[] | undefined> {
  const found = await registry.latest(subject);
  return found && columnsOfSchema(parseSchemaText(found.schema), bareName);
}

/**
 * A segment that is no longer the newest may be compacted at once. By age, a commit's marker, which has the time of now,
 * would begin the next one behind rows with event times of long ago: readers of each change then miss some.
 */
const ROLLED_BY_SIZE = { "segment.ms": "9223372036854775807", "segment.bytes": String(16 * 1024 * 1024) };

/** The topic that a new source needs made; undefined when it is there. */
export function topicToCreate(
  source: Source,
  statement: CreateStatement,
  existing: number | undefined,
): { topic: string; partitions: number; config: Record<string, string> } | undefined {
  if (existing !== undefined) return undefined;
  const { retentionMs } = readWith(statement.properties);
  const config: Record<string, string> = {};
  if (retentionMs !== undefined) config["retention.ms"] = String(retentionMs);
  if (source.type === "TABLE") {
    config["cleanup.policy"] = source.window ? "compact,delete" : "compact";
    Object.assign(config, ROLLED_BY_SIZE);
  }
  return { topic: source.topic, partitions: source.partitions, config };
}
