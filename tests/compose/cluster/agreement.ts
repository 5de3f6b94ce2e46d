import type { Endpoints } from "../../../infra/runtime/service/endpoints.ts";
import type { ProofView } from "../../../schemas/page/proof.ts";
import { HEADERS, parseReading, TOPICS } from "../../../schemas/topics.ts";
import { summedBy } from "../../chaos/clean-topic.ts";
import { differing } from "../../chaos/evidence.ts";
import { proofOf } from "../../pipeline/agreement.ts";
import { openTopicReader, type TopicReader } from "../../support/topic-reader.ts";
import type { Cluster } from "./cluster.ts";

/** Published on this machine, as the operations page lists them. */
export const ADDRESSES = {
  KAFKA_BROKERS: "localhost:9092,localhost:9093,localhost:9094",
  SCHEMA_REGISTRY_URL: "http://localhost:8081",
  KSQLDB_URL: "http://localhost:8088",
  DASHBOARD_URL: "http://localhost:8888",
} as const;

/** Counts of the same readings by four: devices, a reader of the clean topics, ksql, the auditor. */
export interface Agreement {
  /** Numbered by the devices, in all their boots. */
  readonly devices: { readonly turnstiles: number; readonly arrivals: number };
  /** Records in the clean topics. */
  readonly clean: { readonly turnstiles: number; readonly arrivals: number };
  readonly ksql: number;
  /** Devices whose count differs from the clean topics', or that have a reading twice. */
  readonly differing: readonly string[];
  /** Stations whose sum differs from the clean topic's. */
  readonly missummed: readonly string[];
  readonly proof: { readonly state: string; readonly findings: number; readonly reasons: readonly string[] };
}

/** Do all of them say the same, and the proof holds? */
export function agrees({ devices, clean, ksql, differing, missummed, proof }: Agreement): boolean {
  const same = devices.turnstiles === clean.turnstiles && devices.arrivals === clean.arrivals;
  const none = differing.length === 0 && missummed.length === 0 && proof.findings === 0;
  return same && none && ksql === clean.turnstiles && proof.state === "holds";
}

export async function agreementOf(cluster: Cluster): Promise<Agreement> {
  const reader = await openTopicReader(ADDRESSES as unknown as Endpoints);
  try {
    const [ledger, turnstiles, arrivals, sums, proof] = await Promise.all([
      ledgerOf(cluster),
      readingsIn(reader, TOPICS.turnstiles),
      readingsIn(reader, TOPICS.arrivals),
      summedBy(ADDRESSES.KSQLDB_URL),
      proofNow(),
    ]);
    const counted = new Map([...turnstiles.perDevice, ...arrivals.perDevice]);
    const devices = differing(ledger, counted).map(
      ([device, numbered, clean]) => `${device}: ${numbered} numbered, ${clean} clean`,
    );
    const missummed = differing(turnstiles.perStation, sums).map(
      ([station, clean, sum]) => `${station}: ${clean} clean, ${sum} summed`,
    );
    const numbered = (kind: RegExp): number =>
      [...ledger].reduce((sum, [device, count]) => sum + (kind.test(device) ? count : 0), 0);
    return {
      devices: { turnstiles: numbered(/-T\d+$/), arrivals: numbered(/-A\d+$/) },
      clean: { turnstiles: turnstiles.records, arrivals: arrivals.records },
      ksql: [...sums.values()].reduce((sum, count) => sum + count, 0),
      differing: [...devices, ...turnstiles.doubled, ...arrivals.doubled],
      missummed,
      proof: { state: proof.state, findings: proof.findings.open, reasons: proof.reasons },
    };
  } finally {
    await reader.close();
  }
}

export const proofNow = (): Promise<ProofView> => proofOf(ADDRESSES.DASHBOARD_URL);

/** By the devices' own memory: how many readings each has numbered. */
async function ledgerOf(cluster: Cluster): Promise<ReadonlyMap<string, number>> {
  const text = await cluster.program("firmware-sim", "dist/firmware-sim/main.js", "devices", "--json");
  const devices = JSON.parse(text) as readonly { readonly id: string; readonly numbered: number }[];
  return new Map(devices.map(({ id, numbered }) => [id, numbered]));
}

interface CleanReadings {
  readonly records: number;
  readonly perDevice: ReadonlyMap<string, number>;
  readonly perStation: ReadonlyMap<string, number>;
  readonly doubled: readonly string[];
}

async function readingsIn(reader: TopicReader, topic: string): Promise<CleanReadings> {
  const records = await reader.read([topic]);
  const seen = new Set<string>();
  const perDevice = new Map<string, number>();
  const perStation = new Map<string, number>();
  const doubled: string[] = [];
  for (const { headers } of records) {
    const reading = headers[HEADERS.reading] ?? "";
    if (seen.has(reading)) doubled.push(`${reading} is there twice`);
    seen.add(reading);
    const { deviceId } = parseReading(reading);
    const station = deviceId.split("-")[0] ?? "";
    perDevice.set(deviceId, (perDevice.get(deviceId) ?? 0) + 1);
    perStation.set(station, (perStation.get(station) ?? 0) + 1);
  }
  return { records: records.length, perDevice, perStation, doubled };
}
