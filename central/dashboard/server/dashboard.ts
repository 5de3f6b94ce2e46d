import { createServer } from "node:http";
import type { Registry } from "prom-client";
import { Gauge } from "prom-client";
import type { Clock } from "../../../infra/runtime/clock.ts";
import type { AccessRules } from "../../../infra/runtime/http/access.ts";
import { closedAccess } from "../../../infra/runtime/http/access-settings.ts";
import { closeServer, listen } from "../../../infra/runtime/http/listen.ts";
import { timeLimits } from "../../../infra/runtime/http/server.ts";
import type { Kafka, KafkaAdmin, TailGroupOptions } from "../../../infra/runtime/kafka/ports.ts";
import type { Logger } from "../../../infra/runtime/logger.ts";
import type { AvroDecoder } from "../../../infra/runtime/registry/ports.ts";
import type { HttpAccess } from "../../../infra/runtime/security/http.ts";
import type { ExperimentView } from "../../../schemas/page/experiments.ts";
import type { HopView, PageState } from "../../../schemas/page/page.ts";
import { type Topics, telemetryGroup } from "../../../schemas/topics.ts";
import { type AccessSettings, isLoopback } from "./experiments/access.ts";
import { Feed } from "./feed.ts";
import { WriterWatch } from "./fleet/writer-watch.ts";
import { History } from "./history/history.ts";
import { StationSums } from "./history/station-sums.ts";
import { Ticks } from "./history/ticks.ts";
import { createApp } from "./http/app.ts";
import { IncidentWatch } from "./incidents/watch.ts";
import { Channel } from "./live/channel.ts";
import { Viewers } from "./live/viewers.ts";
import { inputDecoder } from "./model/decode.ts";
import { ALL_SILENT_MS } from "./model/devices.ts";
import { Model } from "./model/model.ts";
import { Evidences } from "./proof/evidence.ts";
import { ProofKeeper } from "./proof/proof-view.ts";
import { Stories } from "./story/stories.ts";
import { type SystemWatch, watchSystem } from "./system-watch.ts";
import { hopsOf } from "./view/hops.ts";
import { project } from "./view/project.ts";
import { Versions } from "./view/versions.ts";
import { linesOf, type Watched, WHOLE_CITY } from "./view/watched.ts";

export interface DashboardOptions {
  readonly kafka: Kafka;
  readonly avro: AvroDecoder;
  readonly topics: Topics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly port: number;
  readonly host: string;
  /** Whose requests are taken; left out: this machine's and those of its own page. */
  readonly access?: AccessRules;
  readonly supervisorUrl: string | null;
  readonly ksql: HttpAccess | null;
  readonly simulatorUrl: string | null;
  /** What these two ask for with every write; absent: nothing. */
  readonly supervisorToken?: string;
  readonly simulatorToken?: string;
  /** Who may break things besides those who sit at this machine. */
  readonly demo: Omit<AccessSettings, "loopback">;
  /** How far back arrivals are read, ms. */
  readonly lookbackMs: number;
  /** What the page is about; absent: the whole city. */
  readonly watched?: Watched;
  readonly webRoot: string;
  readonly version: string;
  /** Names this process to the pages. */
  readonly instance: string;
}

export interface Dashboard {
  readonly url: string;
  readonly port: number;
  probe(): { readonly ready: boolean; readonly detail: Readonly<Record<string, unknown>> };
  stop(): Promise<void>;
}

/**
 * Between two rounds of reading, each of which ends with a delta, while a page is open: at least the first, ms, and the
 * second longer unless an entry is counted before that.
 */
const WATCHED = { gapMs: 60, waitMs: 60 } as const;
/** While no page is open, only requests and the hops' figures need what is read. */
const UNWATCHED = { gapMs: 250, waitMs: 0 } as const;
/** What changes without records, and while Kafka does not answer. */
const TICK_MS = 100;
/** The page's state has so many ended incidents; the API has all. */
const SHOWN_INCIDENTS = 20;
/** Quantiles are computed less often: no reader is faster. */
const QUANTILES_MS = 1_000;

/** Serve the page and its data. Listens at once, before Kafka answers: a page then shows what is still starting. */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { clock } = options;
  let channel: Channel | undefined;
  let publishedAt = clock.monotonic();
  const pace = (): typeof WATCHED | typeof UNWATCHED => (channel?.pages ? WATCHED : UNWATCHED);
  const publish = (leastMs: number): void => {
    if (!channel || clock.monotonic() - publishedAt < leastMs) return;
    publishedAt = clock.monotonic();
    const before = versions.version;
    if (versions.put(watch.state())) sent();
    channel.publish(before);
  };
  // While much is to be caught up with, rounds follow each other at once.
  const watch = watchCity({
    ...options,
    gapMs: () => pace().gapMs,
    waitMs: () => pace().waitMs,
    onRound: () => publish(pace().gapMs / 2),
  });
  const { model, feed, system, proof, viewers, evidences, incidents, stories } = watch;
  const versions = new Versions(options.instance, watch.state());
  const sent = (): void => viewers.sent(versions.version, entriesOf(versions.state), clock.monotonic());
  sent();

  const probe = (): ReturnType<Dashboard["probe"]> => ({
    ready: feed.behind.size === 0,
    detail: readiness(feed, system, model, proof),
  });
  const access = options.access ?? closedAccess();
  const now = (): number => clock.now();
  const server = createServer(
    timeLimits(),
    createApp({
      ...options,
      ...{ access, model, evidences, stories, now, ready: probe, hops: watch.hops, history: watch.history },
      incidents: incidents.incidents,
      proof: () => proof.last,
      gtfs: { lines: linesOf(options.watched ?? WHOLE_CITY), state: () => versions.state },
      experiments: {
        ...{ ...options, now, state: () => versions.state, faults: () => system.faults },
        begun(started) {
          incidents.begun(started);
          watch.ticks.trial(started.at, trialWords(started.experiment));
        },
        access: { ...options.demo, loopback: isLoopback(options.host) },
      },
    }),
  );
  const pages = new Channel(server, { versions, viewers, clock, access, logger: options.logger });
  channel = pages;
  register(options.metrics, pages, model, proof);

  const stopTick = clock.every(TICK_MS, () => publish(4 * pace().gapMs));
  const stopMeasuring = clock.every(QUANTILES_MS, watch.measure);
  const stop = async (): Promise<void> => {
    stopTick();
    stopMeasuring();
    system.stop();
    await pages.close();
    await closeServer(server);
    await watch.stop();
  };
  try {
    const { url, port } = await listen(server, options.port, options.host);
    return { url, port, probe, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the page is told: the model that the topics feed, and what is known besides. */
function watchCity(options: DashboardOptions & TailGroupOptions) {
  const { kafka, clock, topics } = options;
  const model = new Model();
  const viewers = new Viewers();
  const decode = inputDecoder(topics, options.avro);
  const sums = new StationSums();
  const ticks = new Ticks();
  const feed = new Feed({
    ...options,
    decode: async (record) => sums.see(record, await decode(record)),
    apply(input, live) {
      model.apply(input, clock.now(), live);
      incidents.take(input, live);
      if (input.kind === "audit" && model.audit.verdict) ticks.see(model.audit.verdict);
    },
  });
  const asker = kafkaAsker(kafka);
  const writer = new WriterWatch({ kafka, group: telemetryGroup(topics), topic: topics.fleet, clock });
  const system = watchSystem({ ...options, askKafka: asker.ask });
  const proof = new ProofKeeper({
    audit: model.audit,
    summed: () => model.entries,
    deadLetters: () => model.deadLetters,
    pages: () => viewers.counts(clock.monotonic()),
    down: () => system.down,
    live: () => feed.behind.size === 0,
  });
  const readers = readersOf(options, { model, decode, sums, ticks, feed, system });
  let hops: readonly HopView[] = [];
  const incidents = new IncidentWatch({
    ...{ ...options, topic: topics.incidents, isRead: () => feed.hasRead("incidents") },
    look: () => ({
      now: clock.now(),
      state: state(),
      verdict: model.audit.verdict,
      findings: model.audit.findings,
    }),
  });
  /** The proof and the entries of one version are of one moment. The proof counts what is newer than its verdict. */
  const state = (): PageState =>
    project(model, {
      now: clock.now(),
      proof: proof.look(clock.now()),
      hops,
      incidents: incidents.incidents.views(SHOWN_INCIDENTS),
      writer: writer.view,
      parts: system.parts,
      silentSince: silentSince(model.devices.heardAt, system.down, clock.now()),
      live: feed.behind.size === 0,
      watched: options.watched ?? WHOLE_CITY,
    });
  return {
    ...{ model, viewers, feed, system, proof, incidents, ticks, state, ...readers },
    hops: () => hops,
    measure(): void {
      const service = model.clock.serviceAt(clock.now());
      if (service !== null) model.history.watch(service);
      model.rates.observe(proof.last);
      hops = hopsOf(model, clock.now(), proof.last, model.audit.verdict);
    },
    async stop(): Promise<void> {
      await incidents.stop();
      await feed.stop();
      await readers.stop();
      await writer.stop();
      await asker.close();
    },
  };
}

interface Read {
  readonly model: Model;
  readonly decode: ReturnType<typeof inputDecoder>;
  readonly sums: StationSums;
  readonly ticks: Ticks;
  readonly feed: Feed;
  readonly system: SystemWatch;
}

/** What reads Kafka when somebody asks: the evidence of a finding, one reading's story, a moment of the past. */
function readersOf(options: DashboardOptions, { model, decode, sums, ticks, feed, system }: Read) {
  const { kafka, clock, topics } = options;
  const evidences = new Evidences({ kafka, avro: options.avro, topics });
  const stories = new Stories({
    ...{ kafka, topics, model, simulatorUrl: options.simulatorUrl },
    parts: () => system.parts,
    down: () => system.down,
    now: () => clock.now(),
  });
  const history = new History({
    ...{ ...options, decode, sums, ticks, watched: options.watched ?? WHOLE_CITY },
    findings: () => model.audit.findings,
    devicesNow: () => model.devices.all().length,
    regrouped: () => model.audit.regrouping !== null,
    live: () => feed.behind.size === 0,
  });
  const stop = async (): Promise<void> => {
    await Promise.all([evidences.stop(), stories.stop(), history.stop()]);
  };
  return { evidences, stories, history, stop };
}

function trialWords({ hop, order, target }: ExperimentView): string {
  return `Trial, ${hop}: ${order}${target === null ? "" : ` (${target})`}`;
}

/** What a page at this state must show as its sum; null: no station has data. */
function entriesOf({ entries }: PageState): number | null {
  const counts = Object.values(entries);
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
}

/**
 * Since when nothing is heard of the devices; null: they are heard.
 *
 * @param heardAt - when the last state of any device or agent came, wall ms; null: none yet.
 */
function silentSince(heardAt: number | null, down: readonly string[], now: number): number | null {
  if (heardAt === null) return null;
  return now - heardAt > ALL_SILENT_MS || down.some((part) => /^kafka$/i.test(part)) ? heardAt : null;
}

/** Does Kafka answer? One admin connection, made again after a failure. */
function kafkaAsker(kafka: Kafka): { ask(): Promise<unknown>; close(): Promise<void> } {
  let admin: Promise<KafkaAdmin> | null = null;
  return {
    async ask() {
      admin ??= kafka.admin();
      try {
        return await (await admin).clusterId();
      } catch (error) {
        const failed = admin;
        admin = null;
        void failed.then((a) => a.close()).catch(() => {});
        throw error;
      }
    },
    async close() {
      await admin?.then((a) => a.close()).catch(() => {});
    },
  };
}

function readiness(
  feed: Feed,
  system: SystemWatch,
  model: Model,
  proof: ProofKeeper,
): Readonly<Record<string, unknown>> {
  return {
    behind: [...feed.behind],
    down: system.down,
    undecodable: feed.undecodable,
    pages: proof.last?.pages.open ?? 0,
    stations: model.stations().length,
    entries: proof.last?.summed ?? null,
    proof: proof.last?.state ?? null,
  };
}

function register(metrics: Registry, channel: Channel, model: Model, proof: ProofKeeper): void {
  const gauge = (name: string, help: string, value: () => number | null): void => {
    new Gauge({
      name: `dashboard_${name}`,
      help,
      registers: [metrics],
      collect() {
        const now = value();
        // No data is no sample, not a zero.
        if (now === null) this.remove();
        else this.set(now);
      },
    });
  };
  gauge("pages", "Pages connected.", () => channel.pages);
  gauge("negative_delays", "Readings whose hop times go backwards.", () => model.delays.negative);
  gauge("dead_letters", "Records in the dead-letter topic.", () => model.deadLetters);
  gauge(
    "pages_behind",
    "Pages that have not drawn what they were sent.",
    () => proof.last?.pages.behind ?? null,
  );
  for (const name of ["devices", "waiting", "clean", "summed", "lost"] as const)
    gauge(`entries_${name}`, `Entries: ${name} (delivery rule 9).`, () => proof.last?.[name] ?? null);
}
