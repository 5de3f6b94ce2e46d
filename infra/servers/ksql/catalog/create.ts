import type { QueryPlan } from "../analysis/query-plan.ts";
import { refuse } from "../errors.ts";
import type { CreateStatement } from "../sql/ast.ts";
import { formatQuery, quoteName } from "../sql/format.ts";
import { readWith, type WithClause } from "./properties.ts";
import { checkFormats, checkNames, checkTimestamp } from "./schema-check.ts";
import type { Column, FormatName, Source } from "./source.ts";

/** Columns that a statement leaves to the schema registry. */
interface InferredColumns {
  readonly keys?: readonly Column[];
  readonly values?: readonly Column[];
}

/** Which side of a CREATE statement has to be read from the registry. */
export function toInfer(statement: CreateStatement): { keys: boolean; values: boolean } {
  if (statement.query) return { keys: false, values: false };
  const { keyFormat = "KAFKA", valueFormat } = readWith(statement.properties);
  return {
    keys: keyFormat === "AVRO" && !statement.columns.some((c) => c.key),
    values: valueFormat === "AVRO" && statement.columns.every((c) => c.key),
  };
}

/**
 * The stream or table that `CREATE … (columns) WITH (…)` declares over a topic.
 *
 * @param partitions - the topic's, or undefined when it does not exist and PARTITIONS must be given.
 * @param wrapsSingle - where the WITH clause says nothing, a single value stands in an object of its own.
 * @throws {CodedError} KSQL_STATEMENT_INVALID
 */
export function declaredSource(
  statement: CreateStatement,
  inferred: InferredColumns,
  partitions: number | undefined,
  wrapsSingle = true,
): Source {
  const { type, name } = statement;
  const clause = readWith(statement.properties);
  if (clause.topic === undefined) {
    throw refuse(
      `Failed to prepare statement: Missing required property "KAFKA_TOPIC" which has no default value.`,
    );
  }
  if (!clause.valueFormat) {
    throw refuse(
      "Statement is missing the 'VALUE_FORMAT' property from the WITH clause. Either provide one or set a default via the 'ksql.persistence.default.format.value' config.",
    );
  }
  checkKeyWords(statement);
  const declared = (key: boolean): readonly Column[] =>
    statement.columns.filter((c) => c.key === key).map((c) => ({ name: c.name, type: c.type }));
  const keys = inferred.keys ?? declared(true);
  const values = inferred.values ?? declared(false);
  if (keys.length === 0 && values.length === 0) {
    throw refuse("Failed to prepare statement: No columns supplied.");
  }
  if (type === "TABLE" && keys.length === 0) {
    throw refuse(
      "Tables require a PRIMARY KEY. Please define the PRIMARY KEY.\nUse CREATE TABLE with a PRIMARY KEY column, or CREATE STREAM.",
    );
  }
  checkNames([...keys, ...values]);
  const source: Source = {
    name,
    type,
    topic: clause.topic,
    partitions: partitions ?? clause.partitions ?? missingTopic(clause.topic),
    keys,
    values,
    keyFormat: clause.keyFormat ?? "KAFKA",
    valueFormat: clause.valueFormat,
    wrapValue: wrapOf(clause, clause.valueFormat, values, wrapsSingle),
    statement: statement.text,
    ...(clause.window ? { window: clause.window } : {}),
    ...(clause.timestamp ? { timestamp: clause.timestamp } : {}),
  };
  checkFormats(source);
  checkTimestamp([...source.keys, ...source.values], source.timestamp);
  return source;
}

/** Tables have PRIMARY KEYs and streams KEYs. */
function checkKeyWords({ type, columns }: CreateStatement): void {
  const wrong = columns.find((column) => column.key && column.primary !== (type === "TABLE"));
  if (!wrong) return;
  const [used, right] = wrong.primary ? ["PRIMARY KEY", "KEY"] : ["KEY", "PRIMARY KEY"];
  const { line, column } = wrong.position;
  throw refuse(
    `Failed to prepare statement: Line: ${line}, Col: ${column}: Column \`${wrong.name}\` is a '${used}' column: please use '${right}' for ${type.toLowerCase()}s.\nTables have PRIMARY KEYs, which are unique and NON NULL.\nStreams have KEYs, which have no uniqueness or NON NULL constraints.`,
  );
}

function missingTopic(topic: string): never {
  throw refuse(
    `Topic '${topic}' does not exist. If you want to create a new topic for the stream/table please re-run the statement providing the required 'PARTITIONS' configuration in the WITH clause (and optionally 'REPLICAS'). For example: CREATE STREAM/TABLE ... WITH (KAFKA_TOPIC='${topic}', PARTITIONS=1, ...);`,
  );
}

function wrapOf(
  clause: WithClause,
  format: FormatName,
  values: readonly Column[],
  wrapsSingle: boolean,
): boolean {
  if (clause.wrapValue === undefined) return format !== "KAFKA" && (wrapsSingle || values.length !== 1);
  if (values.length !== 1) {
    throw refuse("'WRAP_SINGLE_VALUE' is only valid for single-field value schemas");
  }
  if (format === "KAFKA" && clause.wrapValue) {
    throw refuse("Format 'KAFKA' does not support 'WRAP_SINGLE_VALUE' set to 'true'.");
  }
  return clause.wrapValue;
}

/**
 * The stream or table that `CREATE … AS SELECT` writes.
 *
 * @param topicPartitions - of the sink's topic where that exists.
 * @param wrapsSingle - as for `declaredSource`.
 * @throws {CodedError} KSQL_STATEMENT_INVALID
 */
export function sinkSource(
  statement: CreateStatement,
  plan: QueryPlan,
  queryId: string,
  topicPartitions?: number,
  wrapsSingle = true,
): Source {
  const { type, name, query } = statement;
  if (plan.type !== type) {
    throw refuse(
      `Invalid result type. Your SELECT query produces a ${plan.type}. Please use CREATE ${plan.type} AS SELECT statement instead.`,
    );
  }
  const clause = readWith(statement.properties);
  const { source, group } = plan;
  const topic = clause.topic ?? name;
  const partitions = clause.partitions ?? source.partitions;
  if (topicPartitions !== undefined && topicPartitions !== partitions) {
    throw refuse(
      `A Kafka topic with the name '${topic}' already exists, with different partition/replica configuration than required. KSQL expects ${partitions} partitions (topic has ${topicPartitions}).`,
    );
  }
  const values = plan.columns.filter((c) => !c.key).map(({ name: n, type: t }) => ({ name: n, type: t }));
  const valueFormat = clause.valueFormat ?? source.valueFormat;
  const window = group?.window ?? source.window;
  const sink: Source = {
    name,
    type,
    topic,
    partitions,
    keys: plan.keyOrder.map(({ name: n, type: t }) => ({ name: n, type: t })),
    values,
    keyFormat: clause.keyFormat ?? source.keyFormat,
    valueFormat,
    wrapValue: wrapOf(clause, valueFormat, values, wrapsSingle),
    statement: statement.text,
    queryId,
    ...(window ? { window: { type: window.type, size: window.size } } : {}),
    ...(clause.timestamp ? { timestamp: clause.timestamp } : {}),
  };
  try {
    checkFormats(sink);
  } catch (error) {
    if (!(error instanceof Error) || !query) throw error;
    const aliases = plan.columns.map((column) => column.name);
    throw refuse(
      `${error.message}\nStatement: CREATE ${type} ${quoteName(name)}${withText(statement)} AS ${formatQuery(query, aliases)}`,
    );
  }
  return sink;
}

/** The WITH clause as ksqlDB quotes it in `Statement: …`. */
function withText({ properties }: CreateStatement): string {
  const listed = Object.entries(properties).map(
    ([name, value]) => `${name}=${typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : value}`,
  );
  return listed.length === 0 ? "" : ` WITH (${listed.join(", ")})`;
}
