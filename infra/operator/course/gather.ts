import { z } from "zod";
import type { Kafka } from "../../runtime/kafka/ports.ts";
import type { AvroReader, RegistryApi } from "../../runtime/registry/ports.ts";
import type { Fetch } from "../../runtime/security/http.ts";
import { readable } from "../inspect/decode.ts";
import { peek } from "../inspect/peek.ts";
import { summarize } from "../inspect/topics.ts";
import { committedBy } from "./commits.ts";
import type { ConnectorFacts, CourseFacts, RecordSample, TableFacts, TopicFacts } from "./facts.ts";

/** A server to ask over HTTP. */
export interface HttpAsked {
  readonly url: string;
  readonly fetch: Fetch;
}

export interface Sources {
  readonly kafka: Kafka;
  readonly registry: RegistryApi;
  readonly avro: AvroReader;
  readonly connect: HttpAsked;
  readonly ksql: HttpAsked;
}

const OFFSETS_TOPIC = "__consumer_offsets";
/** Of each topic; the stations have 230 rows. */
const SAMPLES = 500;
/** A course's producer makes some hundred topics, one for each station: of each kind so many are looked into. */
const MOST_TOPICS = 40;
const COMMITS = 20_000;
const WITHIN_MS = 10_000;
const COURSE_WORDS = /arrival|turnstile|weather|station|summary/i;

/** @throws {CodedError} KAFKA_UNAVAILABLE, REGISTRY_UNAVAILABLE */
export async function gather(sources: Sources): Promise<CourseFacts> {
  const { kafka } = sources;
  const admin = await kafka.admin();
  const all = await summarize(admin, true).finally(() => admin.close());
  const named = all.filter(({ topic }) => COURSE_WORDS.test(topic) && !topic.startsWith("__"));
  const topics: TopicFacts[] = [];
  const chosen = lookedInto(named.filter(({ written }) => written > 0).map(({ topic }) => topic));
  for (const { topic: name, written } of named) {
    const samples = chosen.has(name) ? await samplesOf(sources, name) : [];
    topics.push({ name, written, samples });
  }
  const looked = topics.filter(({ samples }) => samples.length > 0).map(({ name }) => name);
  return {
    topics,
    subjects: await subjectsOf(sources.registry, looked),
    connectors: await connectorsOf(sources.connect),
    tables: await tablesOf(sources.ksql),
    groups: all.some(({ topic }) => topic === OFFSETS_TOPIC) ? await groupsOf(kafka) : new Map(),
  };
}

/** Some topics of each kind: a hundred of arrivals leave room for the others. */
export function lookedInto(topics: readonly string[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  return new Set(
    topics.filter((topic) => {
      const kind = COURSE_WORDS.exec(topic)?.[0].toLowerCase() ?? "";
      const kindOf = /arrival/i.test(topic) ? "arrival" : kind;
      counts.set(kindOf, (counts.get(kindOf) ?? 0) + 1);
      return (counts.get(kindOf) ?? 0) <= MOST_TOPICS;
    }),
  );
}

async function samplesOf({ kafka, avro }: Sources, topic: string): Promise<readonly RecordSample[]> {
  const samples: RecordSample[] = [];
  await peek(kafka, { ...once(topic), limit: SAMPLES }, async (record) => {
    const { key, value } = await readable(record, avro);
    samples.push({ key, value });
  });
  return samples;
}

async function groupsOf(kafka: Kafka): Promise<ReadonlyMap<string, readonly string[]>> {
  const groups = new Map<string, Set<string>>();
  await peek(kafka, { ...once(OFFSETS_TOPIC), limit: COMMITS }, async ({ key, value }) => {
    const committed = value && committedBy(key);
    if (!committed) return;
    const known = groups.get(committed.topic) ?? new Set();
    groups.set(committed.topic, known.add(committed.group));
  });
  return new Map([...groups].map(([topic, names]) => [topic, [...names]]));
}

/** All that is there now, from the beginning. */
function once(topic: string) {
  return { topic, fromBeginning: true, follow: false, signal: AbortSignal.timeout(WITHIN_MS) };
}

async function subjectsOf(
  registry: RegistryApi,
  topics: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for (const subject of topics.flatMap((topic) => [`${topic}-key`, `${topic}-value`])) {
    const latest = await registry.latest(subject);
    if (latest) found.set(subject, fieldsOf(latest.schema));
  }
  return found;
}

const recordSchema = z.object({ fields: z.array(z.object({ name: z.string() })) });
const connectorList = z.record(
  z.string(),
  z.object({
    status: z.object({
      connector: z.object({ state: z.string() }),
      tasks: z.array(z.object({ state: z.string() })),
    }),
  }),
);
const tableList = z.array(z.object({ tables: z.array(z.object({ name: z.string(), topic: z.string() })) }));

function fieldsOf(schema: string): readonly string[] {
  try {
    return recordSchema.parse(JSON.parse(schema)).fields.map(({ name }) => name);
  } catch {
    return [];
  }
}

async function connectorsOf(asked: HttpAsked): Promise<readonly ConnectorFacts[] | undefined> {
  const answer = connectorList.safeParse(await jsonOf(asked, "/connectors?expand=status"));
  if (!answer.success) return undefined;
  return Object.entries(answer.data).map(([name, { status }]) => ({
    name,
    state: status.connector.state,
    tasks: status.tasks.map(({ state }) => state),
  }));
}

async function tablesOf(asked: HttpAsked): Promise<readonly TableFacts[] | undefined> {
  const body = JSON.stringify({ ksql: "SHOW TABLES;", streamsProperties: {} });
  const answer = tableList.safeParse(await jsonOf(asked, "/ksql", { method: "POST", body }));
  return answer.success ? answer.data.flatMap(({ tables }) => tables) : undefined;
}

/** undefined: no answer, or one that is not JSON. */
async function jsonOf({ url, fetch }: HttpAsked, path: string, init: RequestInit = {}): Promise<unknown> {
  try {
    const response = await fetch(url.replace(/\/$/, "") + path, {
      ...init,
      headers: { "content-type": "application/json" },
      signal: AbortSignal.timeout(WITHIN_MS),
    });
    return await response.json();
  } catch {
    return undefined;
  }
}
