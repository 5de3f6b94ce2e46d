import { messageOf } from "../../../../schemas/errors.ts";
import type { OutRecord } from "../../../runtime/kafka/ports.ts";
import { compile } from "../analysis/compile.ts";
import { columnsOf, type Scope } from "../analysis/scope.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { Column, Source } from "../catalog/source.ts";
import { recordWriter } from "../engine/record-writer.ts";
import { refuse } from "../errors.ts";
import type { Serdes } from "../formats/side.ts";
import type { Expression, InsertStatement } from "../sql/ast.ts";
import { BIGINT, isTemporal, typeText, widensBase } from "../sql/types.ts";
import { castConversion, fitDecimal } from "../values/cast.ts";
import type { Value } from "../values/value.ts";

interface Inserted {
  readonly source: Source;
  readonly key: readonly Value[];
  readonly values: readonly Value[];
  /** Epoch ms; undefined: now. */
  readonly time?: number;
}

const NOTHING: Scope = { source: "", alias: "", columns: [] };

/**
 * What `INSERT INTO … VALUES` writes.
 *
 * @throws {CodedError} KSQL_STATEMENT_INVALID with ksqlDB's texts.
 */
export function insertedRow(statement: InsertStatement, catalog: Catalog): Inserted {
  const { target, columns, values } = statement;
  const source = catalog.source(target);
  if (!source) {
    throw refuse(
      `Cannot insert values into an unknown stream/table: \`${target}\`${catalog.alternatives(target)}`,
    );
  }
  if (source.window) throw refuse("Cannot insert values into windowed stream/table!");
  const all = [...source.keys, ...source.values];
  const names = columns.length > 0 ? columns : all.map((column) => column.name);
  if (names.length !== values.length) {
    throw refuse(
      `Failed to insert values into '${target}'. Expected a value for each column. Expected Columns: [${names.join(", ")}]. Got ${values.length} values.`,
    );
  }
  const given = new Map<string, Value>();
  for (const [i, name] of names.entries()) {
    if (name === "ROWPARTITION" || name === "ROWOFFSET") {
      throw refuse(
        `Failed to insert values into '${target}'. Inserting into column \`${name}\` is not allowed.`,
      );
    }
    const column = name === "ROWTIME" ? { name, type: BIGINT } : all.find((c) => c.name === name);
    if (!column) throw refuse(`Column name(s) \`${name}\` does not exist in target schema: ${target}`);
    given.set(name, valueFor(column, values[i] ?? { kind: "null" }, target, catalog));
  }
  const of = (column: Column): Value => given.get(column.name) ?? null;
  const key = source.keys.map(of);
  if (source.type === "TABLE" && key.every((value) => value === null)) {
    throw refuse(
      `Failed to insert values into '${target}'. Value for primary key column(s) ${source.keys.map((k) => k.name).join(", ")} is required for tables`,
    );
  }
  const time = given.get("ROWTIME");
  return {
    source,
    key,
    values: source.values.map(of),
    ...(time === undefined || time === null ? {} : { time: Number(time) }),
  };
}

/** 1 / 0 and the like: in a row they give null and an entry in the log, here somebody waits for an answer. */
function evaluated(evaluate: () => Value, target: string, column: Column): Value {
  try {
    return evaluate();
  } catch (error) {
    throw refuse(
      `Failed to insert values into '${target}'. The value for ${column.name} cannot be computed: ${messageOf(error)}`,
    );
  }
}

function valueFor(column: Column, expression: Expression, target: string, { now }: Catalog): Value {
  const [reference] = columnsOf(expression);
  if (reference) {
    throw refuse(
      `Failed to prepare statement: '${reference.source ?? reference.name}' is not a valid stream/table name or alias.`,
    );
  }
  const { type, evaluate } = compile(expression, { ...NOTHING, now });
  const value = evaluated(() => evaluate([]), target, column);
  if (type === null || value === null) return null;
  const { base } = column.type;
  try {
    if (base === "DECIMAL" && (widensBase(type.base, "DECIMAL") || type.base === "STRING")) {
      return fitDecimal(value, column.type);
    }
    if (
      widensBase(type.base, base) ||
      (type.base === "STRING" && (isTemporal(column.type) || base === "BYTES"))
    ) {
      return castConversion(type, column.type)(value);
    }
    if (type.base === base) return value;
  } catch {
    // Told below.
  }
  throw refuse(
    `Failed to insert values into '${target}'. Expected type ${typeText(column.type)} for field \`${column.name}\` but got ${String(value)}(${typeText(type)})`,
  );
}

export function insertRecord(inserted: Inserted, serdes: Serdes, now: number): OutRecord {
  const { source, key, values, time = now } = inserted;
  // The time that was asked for stands, whatever the source's TIMESTAMP column says.
  const { timestamp: _, ...plain } = source;
  const record = recordWriter(plain, serdes).write({ key, values, time });
  if (!record) throw refuse(`Failed to insert values into '${source.name}'. ROWTIME must not be negative`);
  return record;
}
