import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ksqlClient } from "../../../../central/ksql/client.ts";
import type { InRecord } from "../../../../infra/runtime/kafka/ports.ts";
import { projectRoot } from "../../../../infra/runtime/project-root.ts";
import type { AvroDecoder } from "../../../../infra/runtime/registry/ports.ts";
import type { Endpoints } from "../../../../infra/runtime/service/endpoints.ts";
import { freePort } from "../../../../infra/runtime/testing/free-port.ts";
import type { StationRecord } from "../../../../schemas/records.ts";
import type { OutputRow } from "./outputs.ts";
import { type Program, startProgram } from "./program.ts";
import { countRow, stationRow } from "./rows.ts";

const POLL_MS = 5;

type KafkaAddresses = Pick<Endpoints, "KAFKA_BROKERS" | "SCHEMA_REGISTRY_URL">;

export function startStationsProgram(endpoints: KafkaAddresses, prefix: string): Program {
  return startProgram(process.execPath, [join(projectRoot(), "dist", "central", "main.js"), "stations"], {
    ...addresses(endpoints),
    TOPIC_PREFIX: prefix,
  });
}

export interface KsqlProgram extends Program {
  readonly url: string;
}

/** A ksql server; instances of one service share their statements. */
export async function startKsqlProgram(
  endpoints: KafkaAddresses,
  service: string,
  stateFolder: string,
): Promise<KsqlProgram> {
  const port = await freePort();
  const main = join(projectRoot(), "dist", "infra", "servers", "ksql", "main.js");
  const program = startProgram(process.execPath, [main, "--service-id", service], {
    ...addresses(endpoints),
    KSQL_PORT: String(port),
    KSQL_STATE_DIR: stateFolder,
  });
  return { ...program, url: `http://127.0.0.1:${port}` };
}

/** The project's own statements over another topic. */
export async function startCounting(url: string, input: string, output: string): Promise<void> {
  const script = readFileSync(join(projectRoot(), "central", "ksql", "turnstile.ksql"), "utf8")
    .replaceAll("'org.chicago.cta.turnstiles'", `'${input}'`)
    .replaceAll("'TURNSTILE_SUMMARY'", `'${output}'`);
  const client = ksqlClient(url);
  await answering(async () => client.version());
  await client.run(script);
}

/** Resolves with the row of one station once the table has been restored. */
export async function whenRestored(url: string, station: number): Promise<readonly unknown[]> {
  const client = ksqlClient(url);
  return answering(async () => {
    for await (const line of client.query(`SELECT * FROM TURNSTILE_SUMMARY WHERE STATION_ID = ${station};`)) {
      if (line.kind === "row") return line.values;
    }
    throw new Error(`no station ${station}`);
  });
}

async function answering<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch {
      await sleep(POLL_MS);
    }
  }
}

export async function ksqlRow(
  decoder: AvroDecoder,
  { key, value }: InRecord,
): Promise<OutputRow | undefined> {
  if (!key || !value) return undefined;
  const { COUNT } = (await decoder.decode(value)) as { readonly COUNT: number };
  return countRow(Number(await decoder.decode(key)), COUNT);
}

export async function tableRow(decoder: AvroDecoder, { value }: InRecord): Promise<OutputRow | undefined> {
  return value ? stationRow((await decoder.decode(value)) as StationRecord) : undefined;
}

function addresses({ KAFKA_BROKERS, SCHEMA_REGISTRY_URL }: KafkaAddresses): Readonly<Record<string, string>> {
  return { KAFKA_BROKERS, SCHEMA_REGISTRY_URL, LOG_LEVEL: "warn" };
}
