import { InvalidArgumentError, Option } from "commander";
import { systemClock } from "../../infra/runtime/clock.ts";
import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import type { InRecord, Kafka } from "../../infra/runtime/kafka/ports.ts";
import { createRegistryClient } from "../../infra/runtime/registry/client.ts";
import { avroDecoder } from "../../infra/runtime/registry/codec.ts";
import type { AvroDecoder } from "../../infra/runtime/registry/ports.ts";
import { httpAccess } from "../../infra/runtime/security/http.ts";
import { kafkaAccess } from "../../infra/runtime/security/kafka.ts";
import { recordSettings } from "../../infra/runtime/security/record-settings.ts";
import { mustAnswer } from "../../infra/runtime/service/answering.ts";
import { logSettings, readConfig } from "../../infra/runtime/service/config.ts";
import { commandLogger, createProgram, runProgram } from "../../infra/runtime/service/program.ts";
import { printableLines } from "../../infra/runtime/text/printable.ts";
import { nearestStations } from "../../infra/runtime/text/stations.ts";
import { parseDuration } from "../../infra/runtime/text/units.ts";
import { CodedError, EXIT, isCoded } from "../../schemas/errors.ts";
import { stationById } from "../../schemas/network/network.ts";
import { HEADERS, parseReading, topicNames } from "../../schemas/topics.ts";
import { isWhole, ReplayCount } from "../records/count.ts";
import { type Interval, type RecordLog, rawRuns, recordsOf } from "../records/interval.ts";
import { endOf, momentOf } from "./moment.ts";
import { type Arrival, MAX_ARRIVALS, Story } from "./story.ts";
import { clockText, countText, dayText } from "./text.ts";

const { env } = process;
const name = "replay";
const print = (text: string): void => void process.stdout.write(`${printableLines(text)}\n`);
const started = systemClock.now();
const DAY_MS = 86_400_000;
const MOMENTS = "give 08:12, 08:12:30, 15m (ago), now, or 2026-11-30T08:12:00Z";

interface Flags {
  readonly from: number;
  readonly to: string;
  readonly station?: number;
  readonly speed: number;
  readonly lag: number;
  readonly count?: boolean;
  readonly json?: boolean;
}

async function replay(flags: Flags): Promise<void> {
  const { from, lag, json } = flags;
  const to = endOf(flags.to, from, started);
  if (to === undefined) throw new CodedError("USAGE", { message: `--to: ${MOMENTS}`, retryable: false });
  if (to <= from)
    throw new CodedError("USAGE", { message: "--to must be later than --from", retryable: false });
  const config = readConfig(recordSettings, env);
  await mustAnswer("KAFKA_BROKERS", env);
  const client = { clock: systemClock, logger: commandLogger(name, env) };
  const kafka = createKafka({ ...kafkaAccess(config), ...client, clientId: name });
  const avro = avroDecoder(createRegistryClient({ ...httpAccess("SCHEMA_REGISTRY", config), ...client }));
  const topics = topicNames(config.TOPIC_PREFIX);
  const isTold = !(flags.count || json);
  const count = new ReplayCount();
  const story = new Story((id) => stationById(id)?.name ?? `station ${id}`);
  const interval: Interval = { from, to };
  const take = ({ topic, timestamp, value, headers }: InRecord): void => {
    const { reading, times } = headers;
    const stationId = Number.parseInt(parseReading(reading ?? "").deviceId, 10);
    const isOther = flags.station !== undefined && Number.isInteger(stationId) && stationId !== flags.station;
    if (isOther) return;
    count.clean(reading);
    if (!isTold || !value || !Number.isInteger(stationId)) return;
    if (topic === topics.turnstiles) story.entry(timestamp, stationId);
    else story.arrival({ at: timestamp, stationId, value, times });
  };
  // A reading is in the raw topic before it is in a clean one: by so much at most, unless something stood still for longer.
  const around = { from: from - lag, to: to + lag };
  const unreadable = await withLog(kafka, async (log) => {
    await recordsOf(log, [topics.arrivals, topics.turnstiles], interval, take);
    if (isTold) await tell(story, interval, flags.speed, (value) => arrivalIn(avro, value));
    return rawRuns(log, topics, around, (run) => count.raw(run));
  });
  const { counted } = count;
  if (json) print(JSON.stringify({ from: new Date(from), to: new Date(to), ...counted }, null, 2));
  else {
    print(countText(interval, counted));
    if (unreadable > 0)
      print(`(${unreadable} records of the raw topic are no batches, and are passed over.)`);
  }
  if (!isWhole(counted)) process.exitCode = EXIT.failure;
}

async function withLog<T>(kafka: Kafka, read: (log: RecordLog) => Promise<T>): Promise<T> {
  const admin = await kafka.admin();
  const reader = kafka.logReader({ headers: [HEADERS.reading, HEADERS.times] });
  try {
    return await read({ admin, reader });
  } finally {
    await reader.stop();
    await admin.close();
  }
}

/** @returns undefined when the value cannot be read. @throws {CodedError} REGISTRY_UNAVAILABLE */
async function arrivalIn(avro: AvroDecoder, value: Buffer): Promise<Arrival | undefined> {
  try {
    return (await avro.decode(value, "arrival")) as Arrival;
  } catch (error) {
    if (isCoded(error, "AVRO_INVALID", "REGISTRY_UNKNOWN_SCHEMA")) return undefined;
    throw error;
  }
}

async function tell(
  story: Story,
  { from, to }: Interval,
  speed: number,
  read: (value: Buffer) => Promise<Arrival | undefined>,
): Promise<void> {
  const lines = await story.lines(read);
  // Of more than a day, a time alone would not say when.
  const withDay = to - from > DAY_MS;
  const began = systemClock.monotonic();
  for (const { at, text } of lines) {
    const dueMs = speed === 0 ? 0 : (at - from) / speed - (systemClock.monotonic() - began);
    if (dueMs > 0) await systemClock.sleep(dueMs);
    print(`${withDay ? `${dayText(at)} ` : ""}${clockText(at)}  ${text}`);
  }
  if (story.untold > 0)
    print(`… and ${story.untold} more trains: only the first ${MAX_ARRIVALS} are printed.`);
  if (lines.length > 0) print("");
}

function moment(text: string): number {
  const ms = momentOf(text, started);
  if (ms === undefined) throw new InvalidArgumentError(MOMENTS);
  return ms;
}

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError("give 30s, 10m, 2h or 1d");
  return ms;
}

function speedOf(text: string): number {
  const speed = Number(text.replace(/[x×]$/, ""));
  if (!(speed >= 0.1 && speed <= 10_000))
    throw new InvalidArgumentError("give how many times faster than it was, 0.1 to 10000");
  return speed;
}

function stationOf(text: string): number {
  const near = nearestStations(text, 3);
  const [station] = near;
  const isMeant =
    station && (String(station.id) === text || station.name.toLowerCase() === text.toLowerCase());
  if (isMeant) return station.id;
  const words = near.map(({ id, name: stationName }) => `${id} (${stationName})`).join(", ");
  throw new InvalidArgumentError(`did you mean ${words}?`);
}

const program = createProgram({
  name,
  description:
    "Tells again what happened between two moments, and counts its readings again from the records.",
  settings: [recordSettings, logSettings],
  examples: `  npm run replay                                   the last fifteen minutes
  npm run replay -- --from 08:00 --to 08:15 --speed 60
  npm run replay -- --from 2h --station 40380 --count
  npm run --silent replay -- --from 1h --json`,
  env,
});

program
  .addOption(
    new Option("--from <moment>", "08:12, 15m (ago), or 2026-11-30T08:12:00Z")
      .argParser(moment)
      .default(started - 15 * 60_000, "15m"),
  )
  .option("--to <moment>", "the first moment behind it; 08:15: the next after --from", "now")
  .option("--station <id>", "only this one, by its id or name", stationOf)
  .addOption(
    new Option("--speed <n>", "how many times faster than it was; left out: at once")
      .argParser(speedOf)
      .default(0, "at once"),
  )
  .addOption(
    new Option("--lag <time>", "how much older a reading may be in the raw topic")
      .argParser(duration)
      .default(10 * 60_000, "10m"),
  )
  .option("--count", "only count")
  .option("--json", "only count, for programs")
  .addHelpText(
    "after",
    `
Times are those of the records, in this machine's zone. It reads, and changes nothing.
Exit 1: a number between two others is missing, is there twice, comes behind a later one or was never in the raw
topic, or a record names no reading.`,
  )
  .action(replay);

await runProgram(program);
