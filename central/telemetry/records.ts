import type { ClientBase } from "pg";
import type { InRecord } from "../../infra/runtime/kafka/ports.ts";
import { isCoded, messageOf } from "../../schemas/errors.ts";
import { decodeRow, invalid, type Readable, type Refused } from "./row.ts";
import type { Inserted } from "./splitting.ts";

/** Records of one statement: while PostgreSQL inserts them, the next ones are decoded. */
const STATEMENT_ROWS = 1_000;

/** How a statement's rows are brought in. */
export type Insert = (client: ClientBase, rows: readonly Readable[]) => Promise<Inserted<Readable>>;

export interface RecordsInserted {
  readonly inserted: number;
  readonly duplicates: number;
  readonly refused: readonly Refused[];
}

/** Within a transaction: each record becomes a row, is one already, or is refused with its reason. */
export async function insertRecords(
  client: ClientBase,
  records: readonly InRecord[],
  insert: Insert,
): Promise<RecordsInserted> {
  const refused: Refused[] = [];
  let readable = 0;
  let inserted = 0;
  let unreadableRows = 0;
  const settle = (written: Inserted<Readable>): void => {
    inserted += written.inserted;
    unreadableRows += written.refused.length;
    for (const { row, error } of written.refused) {
      refused.push({
        record: row.record,
        error: isCoded(error) ? error : invalid(`PostgreSQL refuses the row: ${messageOf(error)}`, error),
      });
    }
  };
  let running: Promise<Inserted<Readable>> = Promise.resolve({ inserted: 0, refused: [] });
  for (let from = 0; from < records.length; from += STATEMENT_ROWS) {
    const rows: Readable[] = [];
    for (const record of records.slice(from, from + STATEMENT_ROWS)) {
      const decoded = decodeRow(record);
      if ("row" in decoded) rows.push(decoded);
      else refused.push(decoded);
    }
    readable += rows.length;
    settle(await running);
    running = insert(client, rows);
  }
  settle(await running);
  return { inserted, duplicates: readable - unreadableRows - inserted, refused };
}
