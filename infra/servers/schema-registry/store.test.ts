import { expect, test } from "vitest";
import { CodedError } from "../../../schemas/errors.ts";
import type { Kafka } from "../../runtime/kafka/ports.ts";
import { memoryKafka } from "../../runtime/kafka/testing/memory.ts";
import { silentLogger } from "../../runtime/logger.ts";
import { ManualClock } from "../../runtime/testing/manual-clock.ts";
import { register } from "./core/decisions.ts";
import { deleteSubject } from "./core/deletion.ts";
import { setConfig, setMode } from "./core/settings.ts";
import { RegistryStore } from "./store.ts";

const open = (kafka: Kafka, clock = new ManualClock()): Promise<RegistryStore> =>
  RegistryStore.open({ kafka, topic: "_schemas", clock, logger: silentLogger, timeoutMs: 1000 });

test("64 registrations of one schema at once give one id and one record", async () => {
  const kafka = memoryKafka();
  const store = await open(kafka);
  const answers = await Promise.all(
    Array.from({ length: 64 }, (_, i) =>
      store.write((state) => register(state, i % 2 === 0 ? "even" : "odd", { schema: '"int"' })),
    ),
  );
  expect(new Set(answers.map(({ id }) => id))).toEqual(new Set([1]));
  expect(kafka.records("_schemas")).toHaveLength(2);
});

test("a registry opened on what another left knows all of it, the deleted and the next id too", async () => {
  const kafka = memoryKafka();
  const first = await open(kafka);
  await first.write((state) => register(state, "s", { schema: '"int"' }));
  await first.write((state) => register(state, "s", { schema: '"long"' }));
  await first.write((state) => register(state, "gone", { schema: '"string"' }));
  await first.write((state) => deleteSubject(state, "gone", false));
  await first.write((state) => deleteSubject(state, "gone", true));
  await first.write((state) => setConfig(state, "s", { compatibilityLevel: "FULL" }));
  await first.write((state) => setMode(state, null, "READONLY", false));
  await first.close();
  const { state } = await open(kafka);
  expect(state.versions("s", "live").map((v) => [v.version, v.id, v.schema])).toEqual([
    [1, 1, '"int"'],
    [2, 2, '"long"'],
  ]);
  expect([state.subjects("all"), state.nextId, state.levelOf("s"), state.modeOf("s")]).toEqual([
    ["s"],
    4,
    "FULL",
    "READONLY",
  ]);
});

test("an id is not given twice, though compaction removed every trace of its schema", async () => {
  const kafka = memoryKafka();
  const first = await open(kafka);
  await first.write((state) => register(state, "s", { schema: '"int"' }));
  await first.write((state) => deleteSubject(state, "s", false));
  await first.write((state) => deleteSubject(state, "s", true));
  const newest = new Map(kafka.records("_schemas").map((r) => [String(r.key), r]));
  const compacted = memoryKafka();
  await (await compacted.admin()).ensureTopics([{ topic: "_schemas", partitions: 1 }]);
  compacted.append([...newest.values()].filter((r) => r.value !== null));
  const second = await open(compacted);
  expect(await second.write((state) => register(state, "s", { schema: '"long"' }))).toMatchObject({ id: 2 });
});

test("damaged and foreign records in the topic are passed over", async () => {
  const kafka = memoryKafka();
  await (await kafka.admin()).ensureTopics([{ topic: "_schemas", partitions: 1 }]);
  const put = (key: string | null, value: string | null): void => {
    kafka.append([
      {
        topic: "_schemas",
        partition: 0,
        key: key && Buffer.from(key),
        value: value && Buffer.from(value),
      } as never,
    ]);
  };
  put(null, "x");
  put("no json", "x");
  put('{"keytype":"NOOP","magic":0}', null);
  put('{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}', "cut{");
  put('{"keytype":"CONTEXT","context":".","magic":0}', "{}");
  put(
    '{"keytype":"SCHEMA","subject":"t","version":1,"magic":1}',
    '{"subject":"t","version":1,"id":9,"schema":"\\"int\\"","deleted":false}',
  );
  put(
    '{"keytype":"SCHEMA","subject":"d","version":1,"magic":1}',
    '{"subject":"d","version":1,"id":9,"schema":"\\"int\\"","deleted":false}',
  );
  put('{"keytype":"DELETE_SUBJECT","subject":"d","magic":0}', '{"subject":"d","version":1}');
  const { state } = await open(kafka);
  expect([state.subjects("live"), state.subjects("all"), state.nextId]).toEqual([["t"], ["d", "t"], 10]);
});

test("a write that Kafka does not acknowledge is answered with 50002, and its late arrival is seen before the next", async () => {
  const kafka = memoryKafka();
  let late: (() => void) | undefined;
  const failing: Kafka = {
    ...kafka,
    producer: async () => {
      const real = await kafka.producer();
      let first = true;
      return {
        ...real,
        send: async (records) => {
          if (!first) {
            late?.();
            late = undefined;
            return real.send(records);
          }
          first = false;
          late = () => kafka.append(records);
          throw new CodedError("KAFKA_UNAVAILABLE", { message: "no acknowledgement", retryable: true });
        },
      };
    },
  };
  const store = await open(failing);
  await expect(store.write((state) => register(state, "s", { schema: '"int"' }))).rejects.toMatchObject({
    status: 500,
    code: 50002,
  });
  expect(await store.write((state) => register(state, "t", { schema: '"long"' }))).toMatchObject({ id: 2 });
  expect(store.state.versions("s", "live").map(({ id }) => id)).toEqual([1]);
});

test("a write that never comes back is given up on", async () => {
  const kafka = memoryKafka();
  const clock = new ManualClock();
  const deaf: Kafka = {
    ...kafka,
    tail: async () => ({ caughtUp: Promise.resolve(), failed: new Promise(() => {}), stop: async () => {} }),
  };
  const store = await open(deaf, clock);
  const write = store.write((state) => register(state, "s", { schema: '"int"' }));
  await new Promise((resolve) => setImmediate(resolve));
  clock.advance(1000);
  await expect(write).rejects.toMatchObject({ status: 500, code: 50002 });
});

test("a refused request does not hold up the next", async () => {
  const store = await open(memoryKafka());
  const refused = store.write((state) => register(state, "s", { schema: "nonsense" }));
  const taken = store.write((state) => register(state, "s", { schema: '"int"' }));
  await expect(refused).rejects.toMatchObject({ status: 422, code: 42201 });
  expect(await taken).toMatchObject({ id: 1 });
});
