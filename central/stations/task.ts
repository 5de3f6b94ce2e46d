import { defined } from "../../infra/runtime/defined.ts";
import type { InRecord, OutRecord, PartitionTask } from "../../infra/runtime/kafka/ports.ts";
import type { AvroCodec } from "../../infra/runtime/registry/ports.ts";
import { type DeadLetter, deadLetter } from "../../schemas/dead-letter.ts";
import { type CodedError, isCoded } from "../../schemas/errors.ts";
import type { StationRecord } from "../../schemas/records.ts";
import type { Topics } from "../../schemas/topics.ts";
import { correctedOffset } from "./correction.ts";
import { type PlacedEvent, parseRow } from "./row.ts";
import { decodeStop, encodeStop } from "./state.ts";
import { type StationKey, StationsTable } from "./table.ts";

/** What one transaction did. */
export interface RowCounts {
  rows: number;
  /** Rows of stops on none of the three lines. */
  skipped: number;
  /** Rows of the table written or deleted. */
  written: number;
  deadLetters: number;
}

export interface StationsTaskOptions {
  readonly topics: Topics;
  readonly key: AvroCodec<StationKey>;
  readonly value: AvroCodec<StationRecord>;
  readonly deadLetterKey: AvroCodec<string>;
  readonly deadLetter: AvroCodec<DeadLetter>;
  /** A transaction is committed; `stops` is how many stops are known now. */
  readonly onCommitted: (counts: RowCounts, stops: number) => void;
  readonly onDeadLetter: (error: CodedError) => void;
}

const nothing = (): RowCounts => ({ rows: 0, skipped: 0, written: 0, deadLetters: 0 });

/** Connect's rows into the table of stations, exactly once (delivery rule 6). */
export class StationsTask implements PartitionTask {
  readonly #options: StationsTaskOptions;
  readonly #table = new StationsTable();
  #counts = nothing();

  constructor(options: StationsTaskOptions) {
    this.#options = options;
  }

  restore(record: InRecord): void {
    this.#table.restore(...decodeStop(record));
  }

  process(records: readonly InRecord[]): readonly OutRecord[] {
    const { topics, key, value } = this.#options;
    this.#counts = nothing();
    const out: OutRecord[] = [];
    const events: PlacedEvent[] = [];
    for (const record of records) {
      const event = this.#read(record, out);
      if (event) events.push(event);
    }
    const { stops, stations } = this.#table.apply(events);
    for (const [station, row] of stations) {
      out.push({ topic: topics.stationsTable, key: key.encode(station), value: row && value.encode(row) });
    }
    for (const [stopId, stop] of stops)
      out.push({ topic: topics.stationsState, ...encodeStop(stopId, stop) });
    this.#counts.written = stations.length;
    return out;
  }

  committed(): void {
    this.#options.onCommitted(this.#counts, this.#table.stopCount);
  }

  /** @returns undefined for what is no row: it went to the dead letters. */
  #read(record: InRecord, out: OutRecord[]): PlacedEvent | undefined {
    try {
      const event = parseRow(record.key, record.value);
      this.#counts.rows++;
      if (event.kind === "row" && event.stop.lines.length === 0) this.#counts.skipped++;
      const corrects = correctedOffset(record.headers);
      return { ...event, offset: record.offset, ...defined({ corrects }) };
    } catch (error) {
      if (!isCoded(error, "ROW_INVALID")) throw error;
      out.push(this.#dead(record, error));
      return undefined;
    }
  }

  #dead(record: InRecord, error: CodedError): OutRecord {
    const { topics, onDeadLetter, deadLetterKey, deadLetter: codec } = this.#options;
    this.#counts.deadLetters++;
    onDeadLetter(error);
    const origin = `${record.topic}-${record.partition}@${record.offset}`;
    const original = record.value ?? record.key ?? Buffer.alloc(0);
    return {
      topic: topics.deadLetter,
      key: deadLetterKey.encode(origin),
      value: codec.encode(deadLetter(origin, "stations", error, original)),
    };
  }
}
