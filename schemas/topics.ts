/** Every Kafka topic name of the system, built and parsed in this one place. */
const NAMES = {
  raw: "org.chicago.cta.readings.raw",
  arrivals: "org.chicago.cta.arrivals",
  turnstiles: "org.chicago.cta.turnstiles",
  weather: "org.chicago.cta.weather",
  connectStations: "org.chicago.cta.connect.stations",
  connectHeartbeat: "org.chicago.cta.connect.heartbeat",
  stationsTable: "org.chicago.cta.stations.table",
  stationsState: "org.chicago.cta.stations.state",
  turnstileSummary: "TURNSTILE_SUMMARY",
  dedupState: "org.chicago.cta.dedup.state",
  devices: "org.chicago.cta.devices",
  deadLetter: "org.chicago.cta.deadletter",
  audit: "org.chicago.cta.audit",
  incidents: "org.chicago.cta.incidents",
  fleet: "fleet.telemetry",
} as const;

/**
 * The topics of clean records that dedup writes, one kind of reading each; each has a copy per station. To partition,
 * make and describe them, everything else goes by this list.
 */
export const CLEAN_TOPICS = ["arrivals", "turnstiles"] as const satisfies readonly (keyof typeof NAMES)[];
export type CleanTopic = (typeof CLEAN_TOPICS)[number];

export type Topics = { readonly [K in keyof typeof NAMES]: string };

/** All names behind a prefix (`TOPIC_PREFIX`), so that tests and tenants share a cluster without meeting. */
export function topicNames(prefix = ""): Topics {
  return Object.fromEntries(Object.entries(NAMES).map(([key, name]) => [key, prefix + name])) as Topics;
}

/** The names of a system of its own. */
export const TOPICS: Topics = topicNames();

/** The consumer group that brings the vehicles' events into PostgreSQL: its offsets in Kafka tell its lag. */
export function telemetryGroup({ fleet }: Pick<Topics, "fleet">): string {
  return `${fleet}.writer`;
}

/** The consumer group that removes what came twice: its offsets tell its lag. */
export function dedupGroup(prefix = ""): string {
  return `${prefix}dedup`;
}

const STATION_TOPIC = new RegExp(`org\\.chicago\\.cta\\.station\\.(${CLEAN_TOPICS.join("|")})\\.(\\d+)$`);

/** `org.chicago.cta.station.arrivals.40380`: by id, because 15 names belong to two stations. */
export function stationTopic(kind: CleanTopic, stationId: number, prefix = ""): string {
  return `${prefix}org.chicago.cta.station.${kind}.${stationId}`;
}

export function parseStationTopic(
  topic: string,
): { readonly kind: CleanTopic; readonly stationId: number } | undefined {
  const match = STATION_TOPIC.exec(topic);
  if (!match) return undefined;
  return { kind: match[1] as CleanTopic, stationId: Number(match[2]) };
}

/**
 * The partition of everything about a station, from its numeric id and not from key bytes: an Avro key holds the
 * registry's schema id, so a new id would move most stations away from their state.
 */
export function partitionOf(stationId: number, partitions: number): number {
  // Station ids are multiples of ten: fold the digits so that neighbours spread.
  return Math.floor(stationId / 10) % partitions;
}

/** Record headers of the clean topics, ASCII. */
export const HEADERS = {
  /** `deviceId;bootId;seq;total` */
  reading: "reading",
  /** `service;device;edge;gateway;dedup`, epoch ms: the reading's time at each hop. */
  times: "times",
  /** On the raw topic: when the gateway took the batch, epoch ms. */
  gatewayTime: "gateway-time",
  /** On dead letters: which readings are in it, as far as that can be told; as `formatLost` writes it. */
  lost: "lost",
  /** On rows of sums: how far the clean topic is in them, as `formatCut` writes it. */
  cut: "cut",
  /** The same of this row alone: an engine that counts in parallel says nothing of other stations' rows. */
  rowCut: "row-cut",
} as const;

/** Which reading a clean record is, and how many its device had counted by then. */
export interface ReadingIdentity {
  readonly deviceId: string;
  readonly bootId: number;
  readonly seq: number;
  readonly total: number;
}

export function formatReading(deviceId: string, bootId: number, seq: number, total: number): string {
  return `${deviceId};${bootId};${seq};${total}`;
}

/** @returns numbers that are NaN where the header is not of the form `formatReading` writes. */
export function parseReading(header: string): ReadingIdentity {
  const [deviceId = "", bootId, seq, total] = header.split(";");
  return { deviceId, bootId: Number(bootId), seq: Number(seq), total: Number(total) };
}

/** A reading's time at each hop, epoch ms of that hop's clock. */
export interface HopTimes {
  readonly service: number;
  readonly device: number;
  readonly edge: number;
  readonly gateway: number;
  readonly dedup: number;
}

export function formatTimes(t: HopTimes): string {
  return `${t.service};${t.device};${t.edge};${t.gateway};${t.dedup}`;
}

/** @returns undefined when the header is not of the form `formatTimes` writes. */
export function parseTimes(header: string): HopTimes | undefined {
  const [service, device, edge, gateway, dedup, ...rest] = header.split(";").map(Number);
  if (
    rest.length > 0 ||
    [service, device, edge, gateway, dedup].some((n) => n === undefined || Number.isNaN(n))
  ) {
    return undefined;
  }
  return { service, device, edge, gateway, dedup } as HopTimes;
}

/** Per partition of a topic the next offset, of which everything below is in a record: `partition:offset`, by commas. */
export function formatCut(cut: ReadonlyMap<number, number>): string {
  return [...cut].map(([partition, next]) => `${partition}:${next}`).join(",");
}

/** @returns undefined where the header is missing, or not of the form that `formatCut` writes. */
export function parseCut(header: string | undefined): ReadonlyMap<number, number> | undefined {
  if (header === undefined) return undefined;
  const cut = new Map<number, number>();
  for (const part of header.split(",")) {
    const [partition, next, ...rest] = part.split(":").map(Number);
    if (rest.length > 0 || !Number.isSafeInteger(partition) || !Number.isSafeInteger(next)) return undefined;
    cut.set(partition as number, next as number);
  }
  return cut;
}

/** Readings `from` to `to` of a device's boot. */
export interface ReadingRange {
  readonly deviceId: string;
  readonly bootId: number;
  readonly from: number;
  readonly to: number;
}

/** A header names at most this many ranges: a batch of an agent has no more readings. */
const LOST_RANGES = 256;

/** `deviceId;bootId;from;to`, separated by commas. */
export function formatLost(ranges: readonly ReadingRange[]): string {
  return ranges
    .slice(0, LOST_RANGES)
    .map(({ deviceId, bootId, from, to }) => `${deviceId};${bootId};${from};${to}`)
    .join(",");
}

/** @returns the ranges that are of the form `formatLost` writes; others are left out. */
export function parseLost(header: string): readonly ReadingRange[] {
  return header
    .split(",", LOST_RANGES)
    .map((text) => {
      const [deviceId = "", ...numbers] = text.split(";");
      const [bootId = 0, from = 0, to = 0] = numbers.map(Number);
      return { deviceId, bootId, from, to };
    })
    .filter(
      ({ deviceId, bootId, from, to }) =>
        deviceId !== "" && [bootId, from, to].every(Number.isSafeInteger) && from >= 1 && to >= from,
    );
}
