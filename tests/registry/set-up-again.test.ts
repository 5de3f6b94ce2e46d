import { afterEach, expect, test } from "vitest";
import { memoryKafka } from "../../infra/runtime/kafka/testing/memory.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { registryApi } from "../../infra/runtime/registry/api.ts";
import { createRegistryClient } from "../../infra/runtime/registry/client.ts";
import { avroCodec } from "../../infra/runtime/registry/codec.ts";
import { parseFrame } from "../../infra/runtime/registry/wire-format.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { ManualClock } from "../../infra/runtime/testing/manual-clock.ts";
import {
  type ScratchRegistry,
  scratchRegistry,
} from "../../infra/servers/schema-registry/testing/scratch-registry.ts";

/** Our registry server, which loses all that it knew while a process goes on that writes under its ids. */
const LOOK_MS = 10_000;
let registry: ScratchRegistry;
const over = new AbortController();
afterEach(async () => {
  over.abort();
  await registry.close();
});

test("what a process writes is registered again under the same ids, also where another came before it", async () => {
  registry = await scratchRegistry(memoryKafka());
  const clock = new ManualClock();
  /** The address stays, whatever stands behind it. */
  const server = { url: "http://registry", fetch: reaching(() => registry) };
  const client = createRegistryClient({ ...server, clock, logger: silentLogger, keep: over.signal });
  const api = registryApi(server);
  const [key, value] = ["turnstiles-key", "turnstiles-value"];
  await api.register("earlier-value", '{"type":"fixed","name":"F","size":2}');
  const keys = await avroCodec<number>(client, key, "station-id");
  const values = await avroCodec<unknown>(client, value, "turnstile");
  const ids = [keys.id, values.id];
  expect(ids).toEqual([2, 3]);

  await registry.close();
  registry = await scratchRegistry(memoryKafka());
  clock.advance(LOOK_MS);
  await eventually(async () => expect((await api.latest(key))?.id).toBe(2));
  expect((await api.latest(value))?.id).toBe(3);
  expect(parseFrame(keys.encode(40380)).id).toBe(2);

  await registry.close();
  registry = await scratchRegistry(memoryKafka());
  for (const size of [1, 2, 3])
    await api.register(`others-${size}`, `{"type":"fixed","name":"F","size":${size}}`);
  clock.advance(LOOK_MS);
  await eventually(async () => expect((await api.latest(key))?.id).toBe(parseFrame(keys.encode(40380)).id));
  expect(parseFrame(keys.encode(40380)).id).toBeGreaterThan(3);
  expect((await api.latest(value))?.id).toBe(values.id);
  // Nobody may choose ids there any more but by asking for it.
  expect(await registry.ask(`GET /mode/${key}?defaultToGlobal=true`)).toMatchObject({
    body: { mode: "READWRITE" },
  });
});

function reaching(now: () => ScratchRegistry): typeof fetch {
  return (input, init) => fetch(String(input).replace("http://registry", now().url), init);
}
