import type { Kafka, KafkaAdmin, TailGroupOptions } from "../../../infra/runtime/kafka/ports.ts";
import type { HopView, PageState } from "../../../schemas/page/page.ts";
import { telemetryGroup } from "../../../schemas/topics.ts";
import { Feed } from "./feed.ts";
import { WriterWatch } from "./fleet/writer-watch.ts";
import { History } from "./history/history.ts";
import { StationSums } from "./history/station-sums.ts";
import { Ticks } from "./history/ticks.ts";
import { IncidentWatch } from "./incidents/watch.ts";
import { Viewers } from "./live/viewers.ts";
import { inputDecoder } from "./model/decode.ts";
import { ALL_SILENT_MS } from "./model/devices.ts";
import { Model } from "./model/model.ts";
import type { DashboardOptions } from "./options.ts";
import { Evidences } from "./proof/evidence.ts";
import { ProofKeeper } from "./proof/proof-view.ts";
import { Stories } from "./story/stories.ts";
import { type SystemWatch, watchSystem } from "./system-watch.ts";
import { hopsOf } from "./view/hops.ts";
import { project } from "./view/project.ts";
import { WHOLE_CITY } from "./view/watched.ts";

/** The page's state holds this many ended incidents. The API has all of them. */
const SHOWN_INCIDENTS = 20;

export type WatchedCity = ReturnType<typeof watchCity>;

/** Makes the page's state from the model, which the topics feed, and from what else is known. */
export function watchCity(options: DashboardOptions & TailGroupOptions) {
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
