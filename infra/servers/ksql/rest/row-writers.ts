import type { Exchange } from "../../../runtime/http/exchange.ts";
import { type ResultColumn, type ResultRow, rowJson, schemaText } from "../queries/result.ts";
import type { AnswerTaker } from "../service/run-query.ts";
import { typeText } from "../sql/types.ts";
import { errorBody } from "./errors.ts";
import { writeJsonValue } from "./json.ts";

export const ROWS_TYPE = "application/vnd.ksql.v1+json";
export const DELIMITED_TYPE = "application/vnd.ksqlapi.delimited.v1";

/** One of the three layouts in which ksqlDB answers a query. */
export interface RowWriter extends AnswerTaker {
  /** @param message - "Limit Reached" and the like, in the layouts that say so. */
  end(message: string | undefined): void;
  /** An error after the header. */
  fail(error: unknown): void;
}

/**
 * One JSON array, each element on its line: header, rows, final message (`/query`). A comma follows each element of a
 * stream's answer, so that a reader of lines has it at once; of a table's it stands between two, as nothing comes last.
 */
export function streamedRows(exchange: Exchange): RowWriter {
  let columns: readonly ResultColumn[] = [];
  let queryId = "";
  let isStream = false;
  const after = (): string => (isStream ? ",\n" : "");
  const before = (): string => (isStream ? "" : ",\n");
  return {
    begin(id, answer) {
      queryId = id;
      isStream = answer === "stream";
    },
    header(given) {
      columns = given;
      exchange.begin(200, ROWS_TYPE);
      const header = writeJsonValue({ header: { queryId, schema: schemaText(columns) } });
      void exchange.write(`[${header}${after()}`);
    },
    row(row: ResultRow) {
      const tombstone = row.tombstone ? ',"tombstone":true' : "";
      return exchange.write(`${before()}{"row":{"columns":${rowJson(row, columns)}${tombstone}}}${after()}`);
    },
    end(message) {
      exchange.end(message === undefined ? "]" : `${before()}${writeJsonValue({ finalMessage: message })}]`);
    },
    fail(error) {
      exchange.end(`${before()}${writeJsonValue({ errorMessage: errorBody(error).body })}]`);
    },
  };
}

function headerObject(queryId: string, columns: readonly ResultColumn[]): string {
  return writeJsonValue({
    queryId,
    columnNames: columns.map((column) => column.name),
    columnTypes: columns.map((column) => typeText(column.type)),
  });
}

/** One JSON text a line: a header object, then arrays (`/query-stream`). Tombstones are left out. */
export function delimitedRows(exchange: Exchange): RowWriter {
  let columns: readonly ResultColumn[] = [];
  let queryId = "";
  return {
    begin(id) {
      queryId = id;
    },
    header(given) {
      columns = given;
      exchange.begin(200, DELIMITED_TYPE);
      void exchange.write(`${headerObject(queryId, columns)}\n`);
    },
    row: (row) => (row.tombstone ? undefined : exchange.write(`${rowJson(row, columns)}\n`)),
    end: () => exchange.end(),
    fail: (error) => exchange.end(`${writeJsonValue(errorBody(error).body)}\n`),
  };
}

/** The same as one JSON array. */
export function jsonArrayRows(exchange: Exchange): RowWriter {
  let columns: readonly ResultColumn[] = [];
  let queryId = "";
  return {
    begin(id) {
      queryId = id;
    },
    header(given) {
      columns = given;
      exchange.begin(200, "application/json");
      void exchange.write(`[${headerObject(queryId, columns)}`);
    },
    row: (row) => (row.tombstone ? undefined : exchange.write(`,\n${rowJson(row, columns)}`)),
    end: () => exchange.end("]"),
    fail: (error) => exchange.end(`,\n${writeJsonValue(errorBody(error).body)}]`),
  };
}
