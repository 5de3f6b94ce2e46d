import { connectAsync, type MqttClient } from "mqtt";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type RecordingBroker, startRecordingBroker } from "./recording-broker.ts";

let broker: RecordingBroker;
let client: MqttClient;

beforeEach(async () => {
  broker = await startRecordingBroker();
  client = await connectAsync(broker.url, { reconnectPeriod: 0, clientId: "a" });
  client.on("error", () => {});
});

afterEach(async () => {
  client.end(true);
  await broker.close();
});

test("a PUBLISH is recorded and acknowledged", async () => {
  await client.publishAsync("x", "1", { qos: 1 });
  expect(broker.publishes).toMatchObject([{ topic: "x", qos: 1, clientId: "a", acknowledged: true }]);
});

test("withheld PUBACKs leave when released", async () => {
  broker.treat("withhold");
  let acknowledged = false;
  const sent = client.publishAsync("x", "1", { qos: 1 }).then(() => {
    acknowledged = true;
  });
  await broker.until((all) => all.length === 1);
  expect(acknowledged).toBe(false);
  broker.release();
  await sent;
});

test("a lost PUBACK does not stop the ones behind it", async () => {
  broker.treat((packet) => (String(packet.payload) === "1" ? "lose" : "ack"));
  client.publish("x", "1", { qos: 1 });
  await client.publishAsync("x", "2", { qos: 1 });
  expect(broker.publishes.map((p) => p.acknowledged)).toEqual([false, true]);
});

test("a killed broker comes back on its port; wills and refusals are seen", async () => {
  const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
  await broker.kill();
  await closed;
  broker = await startRecordingBroker(broker.port);
  const will = { topic: "w", payload: Buffer.from("gone"), qos: 1, retain: false } as const;
  const second = await connectAsync(broker.url, { reconnectPeriod: 0, clientId: "b", will });
  second.on("error", () => {});
  broker.treat("refuse");
  second.publish("x", "1", { qos: 1 });
  await broker.until((all) => all.length === 2);
  expect(broker.publishes).toMatchObject([
    { topic: "x", clientId: "b", acknowledged: false },
    { topic: "w", clientId: null },
  ]);
  broker.refuseConnections(5);
  await expect(connectAsync(broker.url, { reconnectPeriod: 0 })).rejects.toMatchObject({ code: 5 });
});
