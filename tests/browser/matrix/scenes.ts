import { createServer } from "node:http";
import type { Duplex } from "node:stream";
import express from "express";
import { readyCity, type ServedOptions, serve } from "../../../central/dashboard/server/testing/served.ts";
import { SmallChicago } from "../../../central/dashboard/server/testing/small-chicago.ts";
import { closeServer, listen } from "../../../infra/runtime/http/listen.ts";
import { memoryKafka } from "../../../infra/runtime/kafka/testing/memory.ts";
import { OneTurnstile } from "../../story/one-turnstile.ts";
import { BusyChicago } from "../busy-chicago.ts";

const BEAT_MS = 500;
/** The turnstile that an experiment unplugs: Lake is the busiest station. */
const STRUCK = "41660-T1";

/** A server that shows one state of the world. */
export interface Scene {
  readonly url: string;
  /** The server goes away. */
  readonly cut: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

type Start = (webRoot: string) => Promise<Scene>;

/** Every state of the world that the page has to show. */
export const SCENES = {
  /** All is well on a busy morning. */
  morning: (webRoot) => busy({ webRoot }),
  /** Turnstiles are silent, trains have broken down, an agent is gone. */
  trouble: (webRoot) => busy({ webRoot, begin: trouble }),
  /** The auditor has found a lost reading. */
  broken: async (webRoot) => {
    const city = await smallCity();
    city.find({});
    return calm(city, { webRoot });
  },
  /** Counts are behind at two hops, one of which stands still. */
  "catching up": async (webRoot) => {
    const city = await smallCity();
    catchUp(city);
    return calm(city, { webRoot });
  },
  /** The auditor says nothing any more, as with Kafka gone. */
  "auditor silent": async (webRoot) => calm(await smallCity(), { webRoot, audited: false }),
  /** Topics without a record. */
  empty: async (webRoot) => calm(new SmallChicago(() => Date.now()), { webRoot }),
  /** Stations and devices, no train, no entry. */
  "before the first train": async (webRoot) => calm(await readyCity(), { webRoot }),
  /** The page comes, and no answer after it. */
  deaf: (webRoot) => deaf(webRoot),
  /** An experiment can be made. */
  trial,
  /** One entry, followed from hop to hop. */
  story,
} satisfies Record<string, Start>;

export type SceneName = keyof typeof SCENES;

interface BusyOptions extends ServedOptions {
  readonly begin?: (busy: BusyChicago) => void;
}

async function busy({ begin, ...options }: BusyOptions): Promise<Scene> {
  const chicago = await BusyChicago.at(Date.now());
  const dashboard = await serve(chicago.city, options);
  begin?.(chicago);
  const beat = setInterval(() => chicago.advance(Date.now()), BEAT_MS);
  const cut = async (): Promise<void> => {
    clearInterval(beat);
    await dashboard.stop();
  };
  return { url: dashboard.url, cut, stop: cut };
}

/** Some trains and entries, and nothing more to come. */
async function smallCity(): Promise<SmallChicago> {
  const city = await readyCity();
  city.press(40380, 1_200);
  city.press(Number.parseInt(STRUCK, 10), 34);
  city.arrive("BL001", 40380, "blue", "b");
  city.arrive("RL001", 41400, "red", "a");
  city.arrive("GL001", 40380, "green", "a");
  return city;
}

async function calm(city: SmallChicago, options: ServedOptions): Promise<Scene> {
  const dashboard = await serve(city, options);
  return { url: dashboard.url, cut: () => dashboard.stop(), stop: () => dashboard.stop() };
}

function unplug(city: SmallChicago, turnstile: string, waiting: number): void {
  city.unplug(turnstile);
  city.press(Number.parseInt(turnstile, 10), waiting);
  city.tell(turnstile, "unplugged");
}

function trouble(busy: BusyChicago): void {
  unplug(busy.city, "40380-T1", 9);
  unplug(busy.city, "41400-T1", 1_234);
  busy.city.unplug("40890-blue-A1");
  for (const train of ["GL003", "RL002", "BL004"]) busy.breakDown(train);
  busy.city.agentGone(40450);
}

function catchUp(city: SmallChicago): void {
  const movedAt = Date.now() - 45_000;
  city.audit({
    state: "stalled",
    reasons: ["dedup stands still since 45 s: 12,345 readings wait in it."],
    inFlight: [
      { hop: "device", waiting: 21, since: movedAt, movedAt: Date.now(), state: "catching-up" },
      { hop: "dedup", waiting: 12_345, since: movedAt, movedAt, state: "stalled" },
    ],
    turnstiles: {
      ...{ numbered: 30_000, inDevices: 21, inOutboxes: 0, inGateway: 0, inDedup: 12_345 },
      ...{ clean: 17_634, unaudited: 0, lost: 0, unexplained: 0, inSummary: 0, summed: 17_634 },
      ...{ miscounted: 0, repeated: 0 },
      lostBy: { "dead-letter": 0, quarantine: 0, "ring-full": 0, "memory-erased": 0, "outbox-lost": 0 },
    },
  });
}

async function deaf(webRoot: string): Promise<Scene> {
  const app = express();
  app.use(express.static(webRoot));
  app.use(() => {});
  const server = createServer(app);
  // Neither accepted nor refused.
  const sockets: Duplex[] = [];
  server.on("upgrade", (_request, socket) => sockets.push(socket));
  const { url } = await listen(server, 0);
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    await closeServer(server);
  };
  return { url, cut: stop, stop };
}

async function trial(webRoot: string): Promise<Scene> {
  const order = { carryOut: (): void => {} };
  const simulator = createServer((_request, response) => {
    order.carryOut();
    response.end("{}");
  });
  const { url: simulatorUrl } = await listen(simulator, 0);
  const city = await smallCity();
  order.carryOut = () => unplug(city, STRUCK, 9);
  const scene = await calm(city, { webRoot, simulatorUrl });
  const stop = async (): Promise<void> => {
    await scene.stop();
    await closeServer(simulator);
  };
  return { ...scene, stop };
}

async function story(webRoot: string): Promise<Scene> {
  const system = new OneTurnstile({
    ...{ kafka: memoryKafka(() => Date.now()), prefix: "", deviceId: STRUCK, webRoot },
  });
  await system.start();
  const stop = (): Promise<void> => system.stop();
  return { url: system.dashboard.url, cut: stop, stop };
}
