import { AUDIT_KEYS, type Regrouping } from "../../../schemas/audit.ts";
import { CodedError } from "../../../schemas/errors.ts";
import { BUILT_IN_LIMITS, topicSettings, topicsByStation } from "../../../schemas/topic-settings.ts";
import { dedupGroup, type Topics, topicNames } from "../../../schemas/topics.ts";
import type { Clock } from "../../runtime/clock.ts";
import type {
  InRecord,
  Kafka,
  KafkaAdmin,
  LogReader,
  OutRecord,
  Producer,
} from "../../runtime/kafka/ports.ts";
import { readPartition } from "../../runtime/kafka/read-partition.ts";
import { numberBefore } from "./before.ts";
import { type Moves, movesOf } from "./moves.ts";
import { endsOf, type Obstacle, runningGroups, undrained, written } from "./readiness.ts";

export interface GrowthOptions {
  readonly kafka: Pick<Kafka, "admin" | "producer" | "logReader">;
  readonly prefix: string;
  readonly to: number;
  readonly clock: Pick<Clock, "now" | "sleep">;
  /** Nothing may be written for so long before anything is changed. */
  readonly quietMs: number;
  /** A line for each thing that is done. */
  readonly say: (line: string) => void;
}

/** What a change comes to. */
export interface Growth {
  readonly from: number;
  readonly to: number;
  /** Stations that dedup knows and that lie in another partition afterwards. */
  readonly stations: number;
  /** Their records in dedup's state. */
  readonly records: number;
}

/** The state topic of a query's step that counts. */
const ONE_STEP = /^(.*query_CTAS_\w+?_\d+)-changelog$/;
/** So many records are sent and awaited at once. */
const CHUNK = 500;

/**
 * More partitions for all that is partitioned by station; each station's state goes with it.
 *
 * The first topic that grows is the seal: from then on gateway, dedup and auditor do not start. The last is raw, whose
 * number is in force. A change that is killed anywhere in between goes on when it is called again: each of its steps may be
 * made twice.
 *
 * @throws {CodedError} PARTITIONS_IN_USE: something runs, or has records that it has not read; KAFKA_TOPIC_MISMATCH,
 * KAFKA_UNAVAILABLE
 */
export function grow(options: GrowthOptions): Promise<Growth> {
  return opened(options, async (tools) => {
    const { admin, reader, names, prefix, say, to } = tools;
    const from = await numberBefore(admin, names, to);
    if (from === to) return { from, to, stations: 0, records: 0 };
    refuseFor(await notStill(tools));
    refuseFor(await undrained(admin, reader, prefix));
    const [seal = "", ...rest] = topicsByStation(names);
    await admin.growTopics([{ topic: seal, partitions: to }]);
    say(`${seal} has ${to} partitions: gateway, dedup and auditor do not start until all is done`);
    // One that was only held up would go on with the old number.
    const loops = [
      ...producersOf(dedupGroup(prefix), names.raw, from),
      ...(await oneStepProducers(admin, names, from)),
    ];
    await admin.fence(loops);
    refuseFor(await undrained(admin, reader, prefix));
    await noteRegrouping(tools, from);
    for (const topic of rest.filter((each) => each !== names.raw)) {
      await admin.growTopics([{ topic, partitions: to }]);
      say(`${topic} has ${to} partitions`);
    }
    const moved = await moveStates(tools, from);
    await admin.growTopics([{ topic: names.raw, partitions: to }]);
    say(`${names.raw} has ${to} partitions: that number is in force`);
    return { from, to, ...moved };
  });
}

/**
 * What `grow` would do, and what keeps it from that. Nothing is changed.
 *
 * @throws {CodedError} KAFKA_TOPIC_MISMATCH, KAFKA_UNAVAILABLE
 */
export function preview(
  options: GrowthOptions,
): Promise<Growth & { readonly obstacles: readonly Obstacle[] }> {
  return opened(options, async (tools) => {
    const { admin, reader, names, prefix, to } = tools;
    const from = await numberBefore(admin, names, to);
    let [stations, records] = [0, 0];
    for (let partition = 0; partition < from; partition++) {
      const moves = await movesIn(tools, partition);
      stations += moves.stations.size;
      records += moves.copies.length;
    }
    const obstacles = [...(await notStill(tools)), ...(await undrained(admin, reader, prefix))];
    return { from, to, stations, records, obstacles };
  });
}

interface Tools extends GrowthOptions {
  readonly admin: KafkaAdmin;
  readonly reader: LogReader;
  readonly producer: Producer;
  readonly names: Topics;
}

async function opened<T>(options: GrowthOptions, run: (tools: Tools) => Promise<T>): Promise<T> {
  const { kafka, prefix } = options;
  const admin = await kafka.admin();
  const reader = kafka.logReader({});
  let producer: Producer | undefined;
  try {
    producer = await kafka.producer({ lingerMs: 0 });
    return await run({ ...options, admin, reader, producer, names: topicNames(prefix) });
  } finally {
    await producer?.close();
    await reader.stop();
    await admin.close();
  }
}

/** Of a loop's partitions, as its workers name them. */
function producersOf(group: string, input: string, partitions: number): readonly string[] {
  return Array.from({ length: partitions }, (_, partition) => `${group}-${input}-${partition}`);
}

/** Of queries that count in one step: they count in two from now on. */
async function oneStepProducers(
  admin: KafkaAdmin,
  { arrivals, turnstiles }: Topics,
  from: number,
): Promise<readonly string[]> {
  const queries = (await admin.listTopics()).flatMap((topic) => ONE_STEP.exec(topic)?.[1] ?? []);
  return queries.flatMap((query) =>
    [arrivals, turnstiles].flatMap((input) => producersOf(query, input, from)),
  );
}

async function notStill({ admin, names, prefix, clock, quietMs, say }: Tools): Promise<readonly Obstacle[]> {
  const running = runningGroups(await admin.activeGroups(), prefix);
  if (running.length > 0) return running;
  say(`looking for ${quietMs / 1_000} s whether something is written`);
  const watched = [...topicsByStation(names), names.devices, names.audit];
  const before = await endsOf(admin, watched);
  await clock.sleep(quietMs);
  const mend = "stop everything but Kafka, gateways, agents and the auditor too";
  return written(before, await endsOf(admin, watched)).map((topic) => ({
    ...{ cause: `somebody writes ${topic}`, mend },
  }));
}

function refuseFor(obstacles: readonly Obstacle[]): void {
  const [first] = obstacles;
  if (!first) return;
  throw new CodedError("PARTITIONS_IN_USE", {
    message: `${obstacles.map(({ cause }) => cause).join("; ")}: ${first.mend}`,
    retryable: false,
    context: { obstacles },
  });
}

/** The auditor goes on from here: what is before lies where the old number has put it. */
async function noteRegrouping({ admin, producer, names, to, clock }: Tools, from: number): Promise<void> {
  const own = topicSettings(names, BUILT_IN_LIMITS).filter(({ topic }) => topic === names.audit);
  await admin.ensureTopics(own);
  // dedup's state is not among them: it is read from its beginning each time.
  const counted = [names.raw, names.deadLetter, names.arrivals, names.turnstiles];
  const now = Object.entries(await endsOf(admin, counted));
  const ends = Object.fromEntries(now.map(([topic, all]) => [topic, all.slice(0, from)]));
  const value = Buffer.from(JSON.stringify({ from, to, at: clock.now(), ends } satisfies Regrouping));
  await producer.send([{ topic: names.audit, partition: 0, key: Buffer.from(AUDIT_KEYS.regrouping), value }]);
}

async function moveStates(tools: Tools, from: number): Promise<Pick<Growth, "stations" | "records">> {
  const { producer, names, say } = tools;
  let [stations, records] = [0, 0];
  for (let partition = 0; partition < from; partition++) {
    const moves = await movesIn(tools, partition);
    await sendAll(producer, moves.copies);
    await sendAll(producer, moves.tombstones);
    stations += moves.stations.size;
    records += moves.copies.length;
    say(
      `${names.dedupState}-${partition}: ${moves.stations.size} stations moved, ${moves.copies.length} records`,
    );
  }
  return { stations, records };
}

async function movesIn({ reader, names, to }: Tools, partition: number): Promise<Moves> {
  const records: InRecord[] = [];
  for await (const record of readPartition(reader, names.dedupState, partition)) records.push(record);
  return movesOf(records, to);
}

async function sendAll(producer: Producer, records: readonly OutRecord[]): Promise<void> {
  for (let at = 0; at < records.length; at += CHUNK) await producer.send(records.slice(at, at + CHUNK));
}
