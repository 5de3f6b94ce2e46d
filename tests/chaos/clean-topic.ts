import kafkajs from "kafkajs";
import type { CleanRecord } from "./evidence.ts";

/** A stranger's consumer of the clean topic, from its beginning on: kafkajs as everybody has it, and nothing of ours. */
export class CleanTopic {
  readonly records: CleanRecord[] = [];
  readonly stations = new Map<string, number>();
  readonly #seen = new Set<string>();
  #stop: () => Promise<void> = async () => {};

  static async open(brokers: string, topic: string): Promise<CleanTopic> {
    const clean = new CleanTopic();
    const { Kafka, logLevel } = kafkajs;
    const client = new Kafka({
      brokers: brokers.split(","),
      clientId: "oracle",
      logLevel: logLevel.NOTHING,
      retry: { retries: 1_000, maxRetryTime: 2_000 },
    });
    const consumer = client.consumer({ groupId: `oracle-${process.pid}-${Date.now()}` });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ partition, message }) => {
        const reading = String(message.headers?.["reading"] ?? "");
        const offset = Number(message.offset);
        clean.records.push({ partition, offset, reading });
        const place = `${partition}@${offset}`;
        if (clean.#seen.has(place)) return;
        clean.#seen.add(place);
        const station = reading.split("-")[0] ?? "";
        clean.stations.set(station, (clean.stations.get(station) ?? 0) + 1);
      },
    });
    clean.#stop = () => consumer.disconnect();
    return clean;
  }

  async close(): Promise<void> {
    await this.#stop().catch(() => {});
  }
}

/** What ksql's table has per station: asked over HTTP, by nothing of ours. */
export async function summedBy(ksqlUrl: string): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(`${ksqlUrl}/query-stream`, {
    method: "POST",
    headers: { accept: "application/json", "content-type": "application/json" },
    body: JSON.stringify({ sql: "SELECT * FROM TURNSTILE_SUMMARY;", properties: {} }),
  });
  if (!response.ok) throw new Error(`ksql answers ${response.status}: ${await response.text()}`);
  const [, ...rows] = (await response.json()) as readonly (readonly unknown[])[];
  return new Map(rows.map(([station, count]) => [String(station), Number(count)]));
}
