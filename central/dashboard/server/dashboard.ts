import { createServer } from "node:http";
import { closedAccess } from "../../../infra/runtime/http/access-settings.ts";
import { closeServer, listen } from "../../../infra/runtime/http/listen.ts";
import { isLoopback } from "../../../infra/runtime/http/loopback.ts";
import { timeLimits } from "../../../infra/runtime/http/server.ts";
import type { ExperimentView } from "../../../schemas/page/experiments.ts";
import type { PageState } from "../../../schemas/page/page.ts";
import { type WatchedCity, watchCity } from "./city.ts";
import { createApp } from "./http/app.ts";
import { Channel } from "./live/channel.ts";
import { dashboardMetrics } from "./metrics.ts";
import type { DashboardOptions } from "./options.ts";
import { Versions } from "./view/versions.ts";
import { linesOf, WHOLE_CITY } from "./view/watched.ts";

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
    detail: readiness(watch),
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
  dashboardMetrics(options.metrics, { pages, model, proof });

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

function trialWords({ hop, order, target }: ExperimentView): string {
  return `Trial, ${hop}: ${order}${target === null ? "" : ` (${target})`}`;
}

/** What a page at this state must show as its sum; null: no station has data. */
function entriesOf({ entries }: PageState): number | null {
  const counts = Object.values(entries);
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
}

function readiness({ feed, system, model, proof }: WatchedCity): Readonly<Record<string, unknown>> {
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
