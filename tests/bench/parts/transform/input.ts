import type { Kafka, OutRecord } from "../../../../infra/runtime/kafka/ports.ts";
import { avroCodec } from "../../../../infra/runtime/registry/codec.ts";
import type { RegistryClient } from "../../../../infra/runtime/registry/ports.ts";
import type { TurnstileRecord } from "../../../../schemas/records.ts";

const SEND = 1_000;
/** As a system embeds them. */
export const PARTITIONS = 2;
/** Stops of the `stations` table: two for each station. */
const STOPS = 10_000;
/** Rows of the transform's table: of eight stations one is on two lines, two are on none. */
export const STATION_ROWS = (STOPS / 2 / 8) * 7;

/** How often each stop is in so many rows. */
export function roundsOf(rows: number): number {
  return rows / STOPS;
}

/** The round, from 1, that `fillRows` wrote into a station's name. */
export function roundOf(stationName: string): number {
  return Number(stationName.slice(stationName.lastIndexOf(" ") + 1));
}

/** Entries of so many stations in turn, as `dedup` writes them. */
export async function fillEntries(
  kafka: Kafka,
  registry: RegistryClient,
  topic: string,
  records: number,
  stations: number,
): Promise<void> {
  const key = await avroCodec<number>(registry, `${topic}-key`, "station-id");
  const value = await avroCodec<TurnstileRecord>(registry, `${topic}-value`, "turnstile");
  await fill(kafka, topic, PARTITIONS, records, (n) => {
    const station_id = n % stations;
    return {
      topic,
      partition: station_id % PARTITIONS,
      key: key.encode(station_id),
      value: value.encode({ station_id, station_name: `Station ${station_id}`, line: "blue" }),
    };
  });
}

/**
 * Rows of `stations` as Connect writes them, each stop changed again and again.
 *
 * @param records - a multiple of the stops.
 */
export async function fillRows(kafka: Kafka, topic: string, records: number): Promise<void> {
  await fill(kafka, topic, 1, records, (n) => {
    const stop = n % STOPS;
    const station = stop >> 1;
    const row = {
      stop_id: stop,
      direction_id: stop % 2 === 0 ? "N" : "S",
      stop_name: `Station ${station} (${stop % 2 === 0 ? "north" : "south"}bound)`,
      station_name: `Station ${station}, change ${Math.floor(n / STOPS) + 1}`,
      station_descriptive_name: `Station ${station}`,
      station_id: station,
      order: station % 40,
      red: station % 4 === 0,
      blue: station % 4 === 1 || station % 8 === 0,
      green: station % 4 === 2,
    };
    return { topic, partition: 0, key: Buffer.from(String(stop)), value: Buffer.from(JSON.stringify(row)) };
  });
}

async function fill(
  kafka: Kafka,
  topic: string,
  partitions: number,
  records: number,
  at: (n: number) => OutRecord,
): Promise<void> {
  const admin = await kafka.admin();
  await admin.ensureTopics([{ topic, partitions }]);
  await admin.close();
  const producer = await kafka.producer();
  for (let from = 0; from < records; from += SEND) {
    await producer.send(Array.from({ length: Math.min(SEND, records - from) }, (_, n) => at(from + n)));
  }
  await producer.close();
}
