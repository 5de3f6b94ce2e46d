import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../infra/runtime/clock.ts";
import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import { openClient } from "../../infra/runtime/kafka/kafkajs/client.ts";
import { contentsOf } from "../../infra/runtime/kafka/testing/contents.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { kafkaAccessOf } from "../../infra/runtime/security/kafka.ts";
import { type SecureKafka, startSecureKafka } from "../support/secure-kafka.ts";

const users = {
  plain: { name: "alice", password: "wonderland" },
  scram: { name: "bob", password: "builder" },
};
const around = { clientId: "test", clock: systemClock, logger: silentLogger };

let kafka: SecureKafka;
beforeAll(async () => {
  kafka = await startSecureKafka(users);
});
afterAll(() => kafka?.stop());

/** What a service's environment says of this broker. */
function settings(mechanism: string, user: { name: string; password: string }) {
  return {
    KAFKA_BROKERS: kafka.broker,
    KAFKA_TLS: "1",
    KAFKA_TLS_CA_FILE: kafka.caFile,
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: user.name,
    KAFKA_SASL_PASSWORD: user.password,
  };
}

test.each([
  ["plain", users.plain],
  ["scram-sha-512", users.scram],
] as const)("a record goes out and comes back through TLS and a login by %s", async (mechanism, user) => {
  const client = createKafka({ ...kafkaAccessOf(settings(mechanism, user)), ...around });
  const topic = `secret.${mechanism}`;
  const admin = await client.admin();
  await admin.ensureTopics([{ topic, partitions: 1 }]);
  await admin.close();
  const producer = await client.producer();
  await producer.send([{ topic, key: null, value: Buffer.from("whisper") }]);
  await producer.close();
  const seen = await contentsOf(client, [topic]);
  expect(seen.map(({ value }) => String(value))).toEqual(["whisper"]);
});

test("a wrong password, no login, and an authority that is not known are refused", async () => {
  const good = settings("plain", users.plain);
  const attempt = async (env: Record<string, string>): Promise<void> => {
    const client = openClient({ ...kafkaAccessOf(env), ...around }, { giveUpMs: 100 });
    const admin = client.kafka.admin();
    await admin.connect().finally(() => client.destroy());
  };
  await expect(attempt({ ...good, KAFKA_SASL_PASSWORD: "guess" })).rejects.toMatchObject({
    message: /authentication/i,
  });
  const { KAFKA_TLS_CA_FILE: _, ...untrusting } = good;
  await expect(attempt(untrusting)).rejects.toMatchObject({ message: /self-signed|certificate/i });
});
