import { readFileSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { parseNetwork } from "../../../../infra/runtime/service/network-file.ts";
import { readingsTopic } from "../../../../schemas/mqtt.ts";
import { CHICAGO } from "../../../../schemas/network/network.ts";
import { DelayStatistics } from "../../statistics.ts";
import type { FromLoad, LoadOptions, ToLoad } from "./messages.ts";
import { StationBatches } from "./station-batches.ts";
import { AnswerReader, connectPacket, nextId, publishPacket } from "./wire.ts";

/** Many agents of one process: real MQTT over sockets of their own, a bounded window each. */
const options = JSON.parse(process.argv[2] ?? "{}") as LoadOptions;
const network = options.network === undefined ? CHICAGO : parseNetwork(readFileSync(options.network, "utf8"));
const KEEPALIVE_S = 60;
const TICK_MS = 5;
/** So many at once: a listener's queue of connections that nobody has accepted yet has an end. */
const CONNECTS = 256;

const say = (message: FromLoad): void => void process.send?.(message);

let allowed = options.pace === "window" ? Number.POSITIVE_INFINITY : 0;
let published = 0;
let acknowledged = 0;
let bytes = 0;
let stopped = false;
let delays: DelayStatistics | undefined;

class Agent {
  readonly connected: Promise<void>;
  #socket: Socket;
  readonly #topic: Buffer;
  readonly #next: (now: number) => Buffer;
  readonly #sentAt: Float64Array;
  #id = 0;
  #sent = 0;
  #acknowledged = 0;

  constructor(stationId: number) {
    this.#topic = Buffer.from(readingsTopic(stationId));
    this.#sentAt = new Float64Array(options.window);
    this.#next = payloads(stationId);
    this.#socket = createConnection({ host: "127.0.0.1", port: options.port, noDelay: true });
    this.connected = new Promise((resolve, reject) => {
      const answers = new AnswerReader(resolve, () => this.#onAcknowledged());
      this.#socket.on("data", (chunk) => {
        answers.read(chunk);
        if (options.pace === "window") this.fill(options.window);
      });
      this.#socket.on("error", reject);
      this.#socket.on("close", () => {
        if (!stopped || acknowledged < published) throw new Error(`station ${stationId}: the broker closed`);
      });
      this.#socket.write(connectPacket(String(stationId), KEEPALIVE_S));
    });
  }

  /** Publish up to `most` batches, as far as window and allowance go. @returns how many. */
  fill(most: number): number {
    const packets: Buffer[] = [];
    while (
      packets.length < most &&
      !stopped &&
      this.#sent - this.#acknowledged < options.window &&
      (published + 1) * options.batch <= allowed
    ) {
      this.#id = nextId(this.#id);
      const packet = publishPacket(this.#topic, this.#id, this.#next(Date.now()));
      packets.push(packet);
      bytes += packet.length;
      this.#sentAt[this.#sent++ % options.window] = performance.now();
      published++;
    }
    if (packets.length > 0)
      this.#socket.write(packets.length === 1 ? (packets[0] as Buffer) : Buffer.concat(packets));
    return packets.length;
  }

  #onAcknowledged(): void {
    acknowledged++;
    const sentAt = this.#sentAt[this.#acknowledged++ % options.window] ?? 0;
    delays?.add(performance.now() - sentAt);
  }
}

function payloads(stationId: number): (now: number) => Buffer {
  if (options.text !== undefined) {
    const text = Buffer.alloc(options.text, "x");
    return () => text;
  }
  const station = network.stationById(stationId);
  if (!station) throw new RangeError(`there is no station ${stationId}`);
  const batches = new StationBatches(station, options.batch, options.boot);
  return (now) => batches.next(now);
}

const agents: Agent[] = [];
let turn = 0;

/** One batch of each agent in turn, while they may. */
function fillAll(): void {
  for (let idle = 0; idle < agents.length && (published + 1) * options.batch <= allowed; turn++) {
    idle = (agents[turn % agents.length]?.fill(1) ?? 0) > 0 ? 0 : idle + 1;
  }
}

async function run(): Promise<void> {
  const began = performance.now();
  if (options.pace !== "window") {
    const { pace } = options;
    setInterval(() => {
      if (typeof pace === "number") allowed = (pace * (performance.now() - began)) / 1_000;
      fillAll();
    }, TICK_MS).unref();
  } else for (const agent of agents) agent.fill(options.window);
  await sleep(options.warmUpS * 1_000);
  say({ kind: "measuring" });
  delays = new DelayStatistics();
  const from = { at: performance.now(), acknowledged };
  await sleep(options.seconds * 1_000);
  const seconds = (performance.now() - from.at) / 1_000;
  stopped = true;
  const [p50Ms, p99Ms] = [delays.quantile(0.5), delays.quantile(0.99)];
  say({ kind: "measured", seconds, acknowledged: acknowledged - from.acknowledged, p50Ms, p99Ms });
  while (acknowledged < published) await sleep(10);
  say({ kind: "done", publishes: published, readings: published * options.batch, bytes });
}

process.on("disconnect", () => process.exit(0));
process.on("message", (message: ToLoad) => {
  if ("go" in message) void run();
  else allowed = message.allowed;
});
for (let first = 0; first < options.stations.length; first += CONNECTS) {
  const some = options.stations.slice(first, first + CONNECTS).map((stationId) => new Agent(stationId));
  agents.push(...some);
  await Promise.all(some.map((agent) => agent.connected));
}
say({ kind: "connected" });
