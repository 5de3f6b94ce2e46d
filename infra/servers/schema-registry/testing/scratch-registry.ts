import type { Clock } from "../../../runtime/clock.ts";
import type { Kafka } from "../../../runtime/kafka/ports.ts";
import { silentLogger } from "../../../runtime/logger.ts";
import { ManualClock } from "../../../runtime/testing/manual-clock.ts";
import { registryServer } from "../http/server.ts";
import { RegistryStore } from "../store.ts";

export interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: unknown;
}

export interface ScratchRegistry {
  readonly url: string;
  readonly store: RegistryStore;
  /** `PUT /config`, with a body as JSON or, if it is a string, as it stands. */
  readonly ask: (line: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
  readonly close: () => Promise<void>;
}

/** A registry on a free port, for tests. */
export async function scratchRegistry(
  kafka: Kafka,
  topic = "_schemas",
  clock: Clock = new ManualClock(),
): Promise<ScratchRegistry> {
  const store = await RegistryStore.open({ kafka, topic, clock, logger: silentLogger });
  const metrics = { contentType: "text/plain", metrics: async () => "" };
  const server = registryServer({ store: () => store, metrics, logger: silentLogger });
  const { url } = await server.listen(0);
  return {
    url,
    store,
    ask: (line, body, headers) => ask(url, line, body, headers),
    async close() {
      await server.close();
      await store.close();
    },
  };
}

export async function ask(
  url: string,
  line: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const [method = "GET", path = "/"] = line.split(" ");
  const response = await fetch(url + path, {
    method,
    headers: { "content-type": "application/vnd.schemaregistry.v1+json", ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    body: text === "" ? "" : JSON.parse(text),
  };
}
