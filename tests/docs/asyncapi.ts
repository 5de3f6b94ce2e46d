import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { schemaJson } from "../../infra/runtime/avro/contracts.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { TOPIC_FORMATS, type TopicFormat } from "../../schemas/topic-schemas.ts";
import { BUILT_IN_LIMITS, topicSettings } from "../../schemas/topic-settings.ts";
import { CLEAN_TOPICS, HEADERS, TOPICS, type Topics } from "../../schemas/topics.ts";

/** What travels on a topic, who writes it and who reads it. */
export interface TopicContract extends TopicFormat {
  readonly writer: string;
  readonly summary: string;
  readonly headers?: readonly string[];
}

const READING_HEADERS = [HEADERS.reading, HEADERS.times];

export const CONTRACTS: Readonly<Record<keyof Topics, TopicContract>> = {
  raw: {
    ...TOPIC_FORMATS.raw,
    writer: "gateway",
    summary: "A batch of readings as its agent sent it; at least once, one record per PUBLISH.",
    headers: [HEADERS.gatewayTime],
  },
  arrivals: {
    ...TOPIC_FORMATS.arrivals,
    writer: "dedup",
    summary: "A train at a station; exactly once.",
    headers: READING_HEADERS,
  },
  turnstiles: {
    ...TOPIC_FORMATS.turnstiles,
    writer: "dedup",
    summary: "One entry at a station; exactly once.",
    headers: READING_HEADERS,
  },
  weather: {
    ...TOPIC_FORMATS.weather,
    writer: "weather box, by the REST Proxy",
    summary: "The sky, once an hour of service time; °F.",
  },
  connectStations: {
    ...TOPIC_FORMATS.connectStations,
    writer: "Kafka Connect; the stations transform, where this topic does not say what the table says",
    summary: "A row of PostgreSQL's table stations, keyed by stop_id; a tombstone deletes.",
  },
  connectHeartbeat: {
    ...TOPIC_FORMATS.connectHeartbeat,
    writer: "Kafka Connect",
    summary: "Debezium's sign of life, at intervals: its replication slot advances with it.",
  },
  stationsTable: {
    ...TOPIC_FORMATS.stationsTable,
    writer: "stations",
    summary: "A station on a line; two stops make one. A tombstone deletes.",
  },
  stationsState: {
    ...TOPIC_FORMATS.stationsState,
    writer: "stations",
    summary: "The transform's own memory; not for others.",
  },
  turnstileSummary: {
    ...TOPIC_FORMATS.turnstileSummary,
    writer: "ksqlDB",
    summary: "Entries of a station so far: COUNT.",
  },
  dedupState: {
    ...TOPIC_FORMATS.dedupState,
    writer: "dedup",
    summary: "Per device and boot the ranges of numbers seen; written with the readings it counts.",
  },
  devices: {
    ...TOPIC_FORMATS.devices,
    writer: "gateway",
    summary: "The newest health of a device or an agent.",
  },
  deadLetter: {
    ...TOPIC_FORMATS.deadLetter,
    writer: "gateway, dedup, stations, telemetry",
    summary: "What can never pass, with its bytes, reason and origin.",
  },
  audit: {
    ...TOPIC_FORMATS.audit,
    writer: "audit",
    summary: "The proof: the verdict, each finding, its resolution, and the auditor's own memory.",
  },
  incidents: {
    ...TOPIC_FORMATS.incidents,
    writer: "dashboard",
    summary:
      "What needed attention, from its beginning to its end, by its id; a tombstone forgets the oldest.",
  },
  fleet: {
    ...TOPIC_FORMATS.fleet,
    writer: "fleet ingest",
    summary: "A vehicle's event, keyed by the vehicle.",
  },
};

export const DOCUMENT = join(projectRoot(), "docs", "asyncapi.json");
const AVRO = "application/vnd.apache.avro+json;version=1.9.0";

/** Every topic as AsyncAPI 3. */
export function asyncApi(): object {
  const settings = topicSettings(TOPICS, BUILT_IN_LIMITS);
  const names = Object.keys(CONTRACTS) as (keyof Topics)[];
  const channels = names.map((name) => {
    const { summary } = CONTRACTS[name];
    const { partitions, config } = settings.find(({ topic }) => topic === TOPICS[name]) ?? {
      partitions: 1,
      config: {},
    };
    const policy =
      "cleanup.policy" in config
        ? { topicConfiguration: { "cleanup.policy": [config["cleanup.policy"]] } }
        : {};
    const channel = {
      address: TOPICS[name],
      description: summary,
      messages: { [name]: { $ref: `#/components/messages/${name}` } },
      bindings: { kafka: { partitions, ...policy } },
    };
    return [name, channel] as const;
  });
  const stations = CLEAN_TOPICS.map((kind) => {
    const channel = {
      address: `org.chicago.cta.station.${kind}.{stationId}`,
      description: `The records of ${TOPICS[kind]} of one station.`,
      parameters: { stationId: { description: "For example 40380." } },
      messages: { [kind]: { $ref: `#/components/messages/${kind}` } },
    };
    return [`station-${kind}`, channel] as const;
  });
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Elevated's topics in Kafka",
      version: "1.0.0",
      description:
        "Avro keys and values begin with the registry's header: a zero, the schema's id in four bytes. TOPIC_PREFIX stands before every address. Made from the sources by npm run docs.",
    },
    servers: { kafka: { host: "localhost:9092", protocol: "kafka" } },
    channels: Object.fromEntries([...channels, ...stations]),
    operations: Object.fromEntries(
      names.map((name) => [
        `write-${name}`,
        {
          action: "send",
          channel: { $ref: `#/channels/${name}` },
          summary: `Written by ${CONTRACTS[name].writer}.`,
        },
      ]),
    ),
    components: { messages: Object.fromEntries(names.map((name) => [name, message(name)])) },
  };
}

function message(name: keyof Topics): object {
  const { key, value, headers = [] } = CONTRACTS[name];
  const properties = Object.fromEntries(headers.map((header) => [header, { type: "string" }]));
  return {
    name,
    contentType: value === "json" ? "application/json" : "application/vnd.apache.avro",
    ...(headers.length > 0 ? { headers: { type: "object", properties, required: headers } } : {}),
    payload: payloadOf(value),
    ...(key === "json" || key === "text" ? {} : { "x-key-avro": schemaJson(key) }),
    bindings: { kafka: { key: keyOf(key) } },
  };
}

function payloadOf(value: TopicContract["value"]): object {
  if (value === "json") return { type: "object" };
  return { schemaFormat: AVRO, schema: copied(schemaJson(value)) };
}

/** As JSON has it: Kafka's binding knows no Avro; `x-key-avro` has the schema itself. */
function keyOf(key: TopicContract["key"]): object {
  if (key === "json" || key === "text") return { type: key === "text" ? "string" : "integer" };
  const schema = schemaJson(key) as string | { readonly fields: readonly { name: string; type: string }[] };
  const json = (type: string): object => ({ type: type === "string" ? "string" : "integer" });
  if (typeof schema === "string") return json(schema);
  const properties = schema.fields.map(({ name, type }) => [name, json(type)] as const);
  return { type: "object", properties: Object.fromEntries(properties) };
}

function copied(schema: unknown): object {
  return JSON.parse(JSON.stringify(schema)) as object;
}

export function asyncApiText(): string {
  return `${JSON.stringify(asyncApi(), null, 2)}\n`;
}

/** Write the document again when it differs. */
export function writeAsyncApi(): boolean {
  const text = asyncApiText();
  if (existsSync(DOCUMENT) && readFileSync(DOCUMENT, "utf8") === text) return false;
  writeFileSync(DOCUMENT, text);
  return true;
}
