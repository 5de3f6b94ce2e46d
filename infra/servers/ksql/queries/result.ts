import { javaDouble } from "../../../runtime/text/java-double.ts";
import type { OutputColumn } from "../analysis/query-plan.ts";
import { type SqlType, typeText } from "../sql/types.ts";
import { type Value, valueText } from "../values/value.ts";

export interface ResultColumn {
  readonly name: string;
  readonly type: SqlType;
  /** Shown as KEY in the header: of pull queries on tables only. */
  readonly key: boolean;
}

export interface ResultRow {
  readonly values: readonly Value[];
  /** The row is no longer in the table: only what tells which row stands in it. */
  readonly tombstone?: true;
}

/** Who takes a query's answer, row by row. */
export interface ResultTaker {
  header(columns: readonly ResultColumn[]): void;
  /** Resolves when the client can take more. */
  row(row: ResultRow): Promise<void> | void;
}

export function resultColumns(columns: readonly OutputColumn[], keys: boolean): readonly ResultColumn[] {
  return columns.map(({ name, type, key, bound }) => ({ name, type, key: keys && (key || bound === true) }));
}

/** A value in an answer: unlike on a topic, times are ISO 8601 text. */
function answerJson(value: Value, type: SqlType): string {
  if (value === null) return "null";
  switch (type.base) {
    case "DOUBLE": {
      const text = javaDouble(Number(value));
      return Number.isFinite(Number(value)) ? text : JSON.stringify(text);
    }
    case "STRING":
    case "TIMESTAMP":
    case "DATE":
    case "TIME":
    case "BYTES":
      return JSON.stringify(valueText(value, type));
    default:
      return String(value);
  }
}

export function rowJson(row: ResultRow, columns: readonly ResultColumn[]): string {
  return `[${columns.map((c, i) => answerJson(row.values[i] ?? null, c.type)).join(",")}]`;
}

/** `` `ID` INTEGER KEY, `COUNT` BIGINT `` */
export function schemaText(columns: readonly ResultColumn[]): string {
  return columns.map((c) => `\`${c.name}\` ${typeText(c.type)}${c.key ? " KEY" : ""}`).join(", ");
}
