import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { readingsTopic, refusedTopic } from "../../schemas/mqtt.ts";
import type { Refusal } from "../../schemas/states.ts";
import { batch, payload, STATION } from "./samples.ts";

/** A real mqtt.js client that acts as a station's agent. */
export interface TestAgent {
  readonly client: MqttClient;
  /** Batch ids in the order their PUBACKs came. */
  readonly acknowledged: number[];
  readonly refusals: Refusal[];
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>;
  publish(id: number, bytes?: Buffer): Promise<void>;
  end(): void;
}

/** @throws what CONNECT is refused with; its `code` is the CONNACK's return code. */
export async function connectAgent(url: string, options: IClientOptions = {}): Promise<TestAgent> {
  const stationId = Number(options.username ?? STATION);
  const client = mqtt.connect(url, {
    username: String(stationId),
    clientId: String(stationId),
    reconnectPeriod: 0,
    keepalive: 20,
    ...options,
  });
  const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    client.once("connect", () => resolve());
    client.once("error", reject);
    client.once("close", () => reject(new Error("closed")));
  });
  client.on("error", () => {});
  const acknowledged: number[] = [];
  const refusals: Refusal[] = [];
  client.on("message", (_topic, bytes) => refusals.push(JSON.parse(String(bytes)) as Refusal));
  await client.subscribeAsync(refusedTopic(stationId));
  return {
    client,
    acknowledged,
    refusals,
    closed,
    publish: (id, bytes = payload(batch(id, { stationId }))) =>
      new Promise((resolve, reject) => {
        client.publish(readingsTopic(stationId), bytes, { qos: 1 }, (error) => {
          if (error) return reject(error);
          acknowledged.push(id);
          resolve();
        });
      }),
    end: () => void client.end(true),
  };
}
