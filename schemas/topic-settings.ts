import { LIMITS } from "./mqtt.ts";
import { STATIONS, type Station } from "./network/network.ts";
import { CLEAN_TOPICS, stationTopic, type Topics } from "./topics.ts";

/** How a topic is made, and what must hold of one that exists. */
export interface TopicSettings {
  readonly topic: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

export interface TopicLimits {
  /** Of every topic that has several. `npm run partitions` changes it for those that are partitioned by station. */
  readonly partitions: number;
  /** What each of the merged clean topics may hold per partition, bytes. */
  readonly mergedBytes: number;
}

/** The built-in tier: few input partitions, because each has its own transactions (7 ms of a core per commit). */
export const BUILT_IN_LIMITS: TopicLimits = { partitions: 2, mergedBytes: 512 * 1024 * 1024 };

/**
 * How a topic with several partitions takes another number of them. `station`: its records lie where `partitionOf` puts
 * their station, so all of these have one number and change it together. `key`: a key has its partition for good, or its
 * newest record would not be its last; such a topic keeps the number that it was made with.
 *
 * In the order in which a change goes through them: as long as the first has another number than the last, it is not
 * finished.
 */
const PARTITIONED_BY = {
  deadLetter: "station",
  arrivals: "station",
  turnstiles: "station",
  dedupState: "station",
  raw: "station",
  devices: "key",
  turnstileSummary: "key",
  fleet: "key",
} as const satisfies Partial<Record<keyof Topics, "station" | "key">>;

function partitionedBy(names: Topics, what: "station" | "key"): readonly string[] {
  const known = Object.entries(PARTITIONED_BY) as [keyof typeof PARTITIONED_BY, "station" | "key"][];
  return known.flatMap(([name, by]) => (by === what ? [names[name]] : []));
}

/** Topics that are partitioned by station, in the order in which their number changes. */
export function topicsByStation(names: Topics): readonly string[] {
  return partitionedBy(names, "station");
}

/** Topics that keep the number of partitions that they were made with. */
export function topicsByKey(names: Topics): readonly string[] {
  return partitionedBy(names, "key");
}

const MB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;
/** A clean copy per station: 397 bytes a reading, so some 170,000 readings of one station. */
const STATION_BYTES = 64 * MB;

const KEPT = { "retention.ms": "-1" };
const COMPACTED = { "cleanup.policy": "compact", "segment.bytes": String(16 * MB) };
/** The broker's time: a wrong clock upstream cannot poison the topic. */
const BROKER_TIME = { "message.timestamp.type": "LogAppendTime" };

/** Every topic of the system but those per station. */
export function topicSettings(names: Topics, limits: TopicLimits): readonly TopicSettings[] {
  const { partitions } = limits;
  const clean = { ...KEPT, "retention.bytes": String(limits.mergedBytes), "segment.bytes": String(64 * MB) };
  return [
    {
      topic: names.raw,
      partitions,
      // No limit here: a raw record may go only once dedup has committed it.
      config: {
        ...KEPT,
        ...BROKER_TIME,
        "retention.bytes": "-1",
        "segment.bytes": String(64 * MB),
        "max.message.bytes": String(LIMITS.recordBytes),
      },
    },
    ...CLEAN_TOPICS.map((name) => ({ topic: names[name], partitions, config: clean })),
    // One partition: the newest record is the weather.
    { topic: names.weather, partitions: 1, config: { "retention.ms": String(7 * DAY_MS) } },
    // One partition: two stops, which are two keys, make one station.
    { topic: names.connectStations, partitions: 1, config: COMPACTED },
    { topic: names.connectHeartbeat, partitions: 1, config: COMPACTED },
    { topic: names.stationsTable, partitions: 1, config: COMPACTED },
    { topic: names.stationsState, partitions: 1, config: COMPACTED },
    { topic: names.turnstileSummary, partitions, config: COMPACTED },
    {
      topic: names.dedupState,
      partitions,
      config: { ...COMPACTED, "max.message.bytes": String(LIMITS.recordBytes) },
    },
    { topic: names.devices, partitions, config: { ...COMPACTED, ...BROKER_TIME } },
    {
      topic: names.deadLetter,
      partitions,
      config: {
        ...KEPT,
        ...BROKER_TIME,
        "retention.bytes": String(256 * MB),
        "segment.bytes": String(64 * MB),
      },
    },
    // One partition: a finding, its resolution and the auditor's own position have one order.
    { topic: names.audit, partitions: 1, config: COMPACTED },
    // One partition: what several dashboards write of one incident has one order.
    { topic: names.incidents, partitions: 1, config: COMPACTED },
    { topic: names.fleet, partitions, config: { "retention.ms": String(7 * DAY_MS) } },
  ];
}

/**
 * The clean topics of each station, two of each: 184 for Chicago. Dedup makes them, the first when it needs them. One partition
 * each: a station's readings are all in one input partition, so only one producer ever writes there.
 */
export function stationTopicSettings(
  prefix: string,
  stations: readonly Pick<Station, "id">[] = STATIONS,
): readonly TopicSettings[] {
  const config = { ...KEPT, "retention.bytes": String(STATION_BYTES), "segment.bytes": String(16 * MB) };
  return stations.flatMap(({ id }) =>
    CLEAN_TOPICS.map((kind) => ({
      topic: stationTopic(kind, id, prefix),
      partitions: 1,
      config,
    })),
  );
}
