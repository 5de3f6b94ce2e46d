import type { SchemaName } from "./avro/names.ts";
import { parseStationTopic, type Topics } from "./topics.ts";

/** What keys and values of a topic are written in: Avro by a schema of ours, or something that needs none. */
export interface TopicFormat {
  readonly key: SchemaName | "json" | "text";
  readonly value: SchemaName | "json";
}

export const TOPIC_FORMATS: Readonly<Record<keyof Topics, TopicFormat>> = {
  raw: { key: "station-id", value: "reading-batch" },
  arrivals: { key: "station-id", value: "arrival" },
  turnstiles: { key: "station-id", value: "turnstile" },
  weather: { key: "weather-key", value: "weather" },
  connectStations: { key: "json", value: "json" },
  connectHeartbeat: { key: "json", value: "json" },
  stationsTable: { key: "station-key", value: "station" },
  stationsState: { key: "text", value: "json" },
  turnstileSummary: { key: "station-id", value: "turnstile-summary" },
  dedupState: { key: "station-id", value: "dedup-state" },
  devices: { key: "device-id", value: "device-state" },
  deadLetter: { key: "device-id", value: "dead-letter" },
  audit: { key: "text", value: "json" },
  incidents: { key: "text", value: "json" },
  fleet: { key: "text", value: "json" },
};

/** The Avro schemas of a topic that this project writes; a side that is not Avro, and others' topics, have none. */
export interface OwnSchemas {
  readonly key?: SchemaName;
  readonly value?: SchemaName;
}

/** @param topics - the names behind the prefix in use; a station's own topics are known too. */
export function ownSchemasOf(topic: string, topics: Topics): OwnSchemas {
  const names = Object.keys(topics) as (keyof Topics)[];
  const name = names.find((each) => topics[each] === topic) ?? parseStationTopic(topic)?.kind;
  if (!name) return {};
  const { key, value } = TOPIC_FORMATS[name];
  return {
    ...(key === "json" || key === "text" ? {} : { key }),
    ...(value === "json" ? {} : { value }),
  };
}
