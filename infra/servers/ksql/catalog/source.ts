import type { SourceKind } from "../sql/ast.ts";
import type { SqlType } from "../sql/types.ts";

export interface Column {
  readonly name: string;
  readonly type: SqlType;
}

export type FormatName = "KAFKA" | "JSON" | "AVRO";

export interface SourceWindow {
  readonly type: "TUMBLING" | "HOPPING";
  /** Milliseconds. */
  readonly size: number;
}

/** A stream or table: how to read a topic as rows. */
export interface Source {
  readonly name: string;
  readonly type: SourceKind;
  readonly topic: string;
  readonly partitions: number;
  readonly keys: readonly Column[];
  readonly values: readonly Column[];
  readonly keyFormat: FormatName;
  readonly valueFormat: FormatName;
  /** A single value column stands in an object or record of its own; keys never do. */
  readonly wrapValue: boolean;
  /** Keys end with the start of a window, 8 bytes. */
  readonly window?: SourceWindow;
  /** The column that gives a row's time, and the pattern when it is text. */
  readonly timestamp?: { readonly column: string; readonly format?: string };
  readonly statement: string;
  /** The query that writes it; none for a source over an existing topic. */
  readonly queryId?: string;
}
