import { createServer } from "node:http";
import type { Registry } from "prom-client";
import { Gauge } from "prom-client";
import type { Clock } from "../../../infra/runtime/clock.ts";
import { closeServer, listen } from "../../../infra/runtime/http/listen.ts";
import type { Kafka, KafkaAdmin } from "../../../infra/runtime/kafka/ports.ts";
import type { Logger } from "../../../infra/runtime/logger.ts";
import type { AvroDecoder } from "../../../infra/runtime/registry/ports.ts";
import type { HttpAccess } from "../../../infra/runtime/security/http.ts";
import type { HopView, PageState } from "../../../schemas/page/page.ts";
import { type Topics, telemetryGroup } from "../../../schemas/topics.ts";
import { type AccessSettings, isLoopback } from "./experiments/access.ts";
import { Feed } from "./feed.ts";
import { WriterWatch } from "./fleet/writer-watch.ts";
import { createApp } from "./http/app.ts";
import { Channel } from "./live/channel.ts";
import { Viewers } from "./live/viewers.ts";
import { inputDecoder } from "./model/decode.ts";
import { Model } from "./model/model.ts";
import { ProofKeeper } from "./proof/keeper.ts";
import { totalsOf } from "./proof/totals.ts";
import { type Surroundings, watchSurroundings } from "./surroundings.ts";
import { hopsOf, project } from "./view/project.ts";
import { Versions } from "./view/versions.ts";

export interface DashboardOptions {
  readonly kafka: Kafka;
  readonly avro: AvroDecoder;
  readonly topics: Topics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly port: number;
  readonly host: string;
  readonly supervisorUrl: string | null;
  readonly ksql: HttpAccess | null;
  readonly simulatorUrl: string | null;
  /** Who may break things besides those who sit at this machine. */
  readonly demo: Pick<AccessSettings, "controls" | "token">;
  /** How far back arrivals are read, ms. */
  readonly lookbackMs: number;
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

/** At most ten deltas a second and page. */
const TICK_MS = 100;
/** Quantiles are computed less often: nobody reads faster. */
const QUANTILES_MS = 1_000;

/** Serve the page and its data. Listens at once, before Kafka answers: a page then shows what is still starting. */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { kafka, clock, topics } = options;
  const model = new Model();
  const viewers = new Viewers();
  const feed = new Feed({
    ...options,
    decode: inputDecoder(topics, options.avro),
    apply: (input, live) => model.apply(input, clock.now(), live),
  });
  const asker = kafkaAsker(kafka);
  const writer = new WriterWatch({ kafka, group: telemetryGroup(topics), topic: topics.fleet, clock });
  const surroundings = watchSurroundings({ ...options, askKafka: asker.ask });
  const proof = new ProofKeeper({
    totals: () => totalsOf(model.devices.all(), model.dedup, model.summed),
    shown: () => viewers.shown(clock.monotonic()),
    violations: () => viewers.violations(clock.monotonic()),
    deadLetters: () => model.deadLetters,
    live: () => feed.behind.size === 0,
    down: () => surroundings.down,
  });

  let hops: readonly HopView[] = [];
  const measure = (): void => {
    const service = model.clock.serviceAt(clock.now());
    if (service !== null) model.history.watch(service);
    // Before all has been read, totals leap: that is no rate.
    if (feed.behind.size === 0) model.rates.observe(clock.now(), proof.last);
    hops = hopsOf(model, clock.now(), proof.last);
  };
  // Proof and entries of one version are of one moment: the page's sum is the proof's.
  const state = (): PageState =>
    project(model, {
      now: clock.now(),
      proof: proof.look(clock.monotonic(), clock.now()),
      hops,
      writer: writer.view,
      parts: surroundings.parts,
      live: feed.behind.size === 0,
    });
  const versions = new Versions(options.instance, state());
  viewers.sent(versions.version, entriesOf(versions.state));

  const probe = (): ReturnType<Dashboard["probe"]> => ({
    ready: feed.behind.size === 0,
    detail: readiness(feed, surroundings, model, viewers.count(clock.monotonic()), proof),
  });
  const server = createServer(
    createApp({
      ...options,
      model,
      proof: () => proof.last,
      hops: () => hops,
      ready: probe,
      now: () => clock.now(),
      experiments: {
        ...options,
        access: { ...options.demo, loopback: isLoopback(options.host) },
        now: () => clock.now(),
      },
    }),
  );
  const channel = new Channel(server, versions, viewers, clock);
  register(options.metrics, channel, model, proof);

  const stopTick = clock.every(TICK_MS, () => {
    const before = versions.version;
    if (versions.put(state())) viewers.sent(versions.version, entriesOf(versions.state));
    channel.publish(before);
  });
  const stopMeasuring = clock.every(QUANTILES_MS, measure);
  const stop = async (): Promise<void> => {
    stopTick();
    stopMeasuring();
    surroundings.stop();
    await channel.close();
    await closeServer(server);
    await feed.stop();
    await writer.stop();
    await asker.close();
  };
  try {
    const { url, port } = await listen(server, options.port, options.host);
    return { url, port, probe, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What a page at this state must show as its sum; null: no station has data. */
function entriesOf({ entries }: PageState): number | null {
  const counts = Object.values(entries);
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
}

/** Does Kafka answer? One admin connection, made anew after a failure. */
function kafkaAsker(kafka: Kafka): { ask(): Promise<unknown>; close(): Promise<void> } {
  let admin: Promise<KafkaAdmin> | null = null;
  return {
    async ask() {
      admin ??= kafka.admin();
      try {
        return await (await admin).listTopics();
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
  surroundings: Surroundings,
  model: Model,
  pages: number,
  proof: ProofKeeper,
): Readonly<Record<string, unknown>> {
  return {
    behind: [...feed.behind],
    down: surroundings.down,
    undecodable: feed.undecodable,
    pages,
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
  gauge("proof_holds", "1 while the proof holds, 0 catching up, -1 broken.", () => {
    const state = proof.last?.state;
    if (state === undefined) return null;
    return { holds: 1, "catching-up": 0, broken: -1 }[state];
  });
  for (const name of ["devices", "waiting", "clean", "summed", "shown", "lost"] as const)
    gauge(`entries_${name}`, `Entries: ${name} (delivery rule 9).`, () => proof.last?.[name] ?? null);
}
