import { ksqlClient } from "../../central/ksql/client.ts";
import type { Endpoints } from "../../infra/runtime/service/endpoints.ts";
import { HEADERS, parseReading, TOPICS } from "../../schemas/topics.ts";
import { proofOf } from "../pipeline/agreement.ts";
import type { TopicReader } from "../support/topic-reader.ts";

/** Entries of turnstiles, each counted by another. */
export interface Counts {
  /** The auditor's two sums: clean records, and what the query has summed. */
  readonly auditor: {
    readonly clean: number;
    readonly summed: number;
    readonly findings: number;
    readonly state: string;
  };
  /** What a reader of the clean topic gets, and how many different readings those are. */
  readonly consumer: { readonly records: number; readonly readings: number };
  readonly ksql: number;
  /** Stations that the consumer and ksql count differently, with both counts. */
  readonly differing: Readonly<Record<string, readonly [number, number]>>;
}

export async function countsOf(endpoints: Endpoints, reader: TopicReader): Promise<Counts> {
  const [records, table, proof] = await Promise.all([
    reader.read([TOPICS.turnstiles]),
    summary(endpoints.KSQLDB_URL),
    proofOf(endpoints.DASHBOARD_URL),
  ]);
  const readings = new Set<string>();
  const perStation = new Map<string, number>();
  for (const { headers, value } of records) {
    const { deviceId, bootId, seq } = parseReading(headers[HEADERS.reading] ?? "");
    readings.add(`${deviceId} ${bootId} ${seq}`);
    const { station_id } = (await reader.avro(value)) as { readonly station_id: number };
    perStation.set(String(station_id), (perStation.get(String(station_id)) ?? 0) + 1);
  }
  const stations = new Set([...perStation.keys(), ...table.keys()]);
  const differing = [...stations].flatMap((station) => {
    const counts = [perStation.get(station) ?? 0, table.get(station) ?? 0] as const;
    return counts[0] === counts[1] ? [] : [[station, counts] as const];
  });
  return {
    auditor: {
      clean: proof.clean ?? 0,
      summed: proof.summed ?? 0,
      findings: proof.findings.open,
      state: proof.state,
    },
    consumer: { records: records.length, readings: readings.size },
    ksql: [...table.values()].reduce((sum, count) => sum + count, 0),
    differing: Object.fromEntries(differing),
  };
}

/** Are they all this number, and the proof without a finding? */
export function agree({ auditor, consumer, ksql, differing }: Counts, entries: number): boolean {
  const all = [auditor.clean, auditor.summed, consumer.records, consumer.readings, ksql];
  return (
    all.every((count) => count === entries) &&
    auditor.findings === 0 &&
    auditor.state === "holds" &&
    Object.keys(differing).length === 0
  );
}

/** The rows of ksql's table, by station. */
async function summary(url: string): Promise<ReadonlyMap<string, number>> {
  const rows = new Map<string, number>();
  for await (const line of ksqlClient(url).query("SELECT * FROM TURNSTILE_SUMMARY;")) {
    if (line.kind === "row") rows.set(String(line.values[0]), Number(line.values[1]));
  }
  return rows;
}
