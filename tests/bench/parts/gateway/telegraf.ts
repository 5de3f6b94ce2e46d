import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onPath } from "../../../../infra/launcher/supervisor/process/child.ts";
import { eventually } from "../../../../infra/runtime/testing/eventually.ts";
import { freePort } from "../../../../infra/runtime/testing/free-port.ts";
import { STATIONS } from "../../../../schemas/network/network.ts";
import type { Contender, Figures } from "../../harness.ts";
import { type BenchCluster, plainTopic } from "../mqtt-load/cluster.ts";
import { startLoad } from "../mqtt-load/load.ts";
import { spending, watchMemory } from "../mqtt-load/processes.ts";
import { WINDOW } from "./ours.ts";

/** About a batch of one reading, and of a hundred, as the gateway's agents send them. */
const TEXT_BYTES: Readonly<Record<number, number>> = { 1: 64, 100: 3_000 };
const WARM_UP_S = 3;
const POLL_MS = 50;
/** What may be between the load and Kafka: enough for half a second, and no flood that only fills mosquitto's queue. */
const BACKLOG = 20_000;
/** Nothing more came for so long: what is missing is lost. */
const SILENCE_MS = 15_000;

/**
 * The usual bridge, tuned: mosquitto acknowledges, Telegraf reads it with QoS 1 and writes to Kafka with `acks=all`.
 *
 * mosquitto acknowledges before Kafka has anything, so the rate is that of Kafka's end offsets.
 */
export function telegrafContenders(
  cluster: () => BenchCluster,
  seconds: number,
  note: (line: string) => void,
): readonly Contender[] {
  const programs = { mosquitto: find("mosquitto"), telegraf: find("telegraf") };
  const missing = Object.entries(programs).flatMap(([name, path]) => (path ? [] : [name]));
  const { mosquitto, telegraf } = programs;
  if (!mosquitto || !telegraf) {
    note(`gateway: mosquitto with Telegraf is left out, not installed: ${missing.join(", ")}`);
    return [];
  }
  return [1, 100].map((batch) => ({
    name: `mosquitto + Telegraf, ${batch === 1 ? "1 reading" : `${batch} readings`} a PUBLISH`,
    run: () => bridged(cluster(), { mosquitto, telegraf }, batch, seconds),
  }));
}

function find(program: string): string | undefined {
  return onPath(program) ?? onPath(program, "/usr/sbin:/usr/local/sbin") ?? undefined;
}

function bridged(
  cluster: BenchCluster,
  programs: { readonly mosquitto: string; readonly telegraf: string },
  batch: number,
  seconds: number,
): Promise<Figures> {
  return cluster.withTopics(async (prefix) => {
    const { kafka, brokers, kafkaPid } = cluster;
    const spec = plainTopic(prefix);
    const admin = await kafka.admin();
    await admin.ensureTopics([spec]);
    const inKafka = async (): Promise<number> =>
      (await admin.endOffsets(spec.topic)).reduce((sum, end) => sum + end, 0);
    const folder = mkdtempSync(join(tmpdir(), "elevated-bench-"));
    const port = await freePort();
    const config = { mosquitto: join(folder, "mosquitto.conf"), telegraf: join(folder, "telegraf.conf") };
    writeFileSync(config.mosquitto, mosquittoConfig(port));
    writeFileSync(config.telegraf, telegrafConfig(port, brokers, spec.topic));
    const mosquitto = started(programs.mosquitto, ["-c", config.mosquitto]);
    let telegraf: ChildProcess | undefined;
    try {
      await eventually(() => accepts(port), 10_000, 50);
      telegraf = started(programs.telegraf, ["--quiet", "--config", config.telegraf]);
      const pids = { mosquitto: mosquitto.pid ?? 0, telegraf: telegraf.pid ?? 0, kafka: kafkaPid };
      await untilBridged(port, inKafka);
      const before = await inKafka();
      const memory = [pids.mosquitto, pids.telegraf].map(watchMemory);
      const load = await startLoad({
        port,
        stations: STATIONS.map(({ id }) => id),
        batch,
        window: WINDOW,
        warmUpS: WARM_UP_S,
        seconds,
        pace: "allowance",
        text: TEXT_BYTES[batch] ?? 64,
      });
      const allowing = setInterval(
        () =>
          void inKafka().then(
            (count) => load.allow((count - before + BACKLOG) * batch),
            () => {},
          ),
        POLL_MS,
      );
      try {
        await load.begin();
        const from = { at: performance.now(), count: await inKafka() };
        const spent = spending(pids);
        await load.measured;
        const to = { at: performance.now(), count: await inKafka() };
        const used = spent.spent();
        const { publishes } = await load.done;
        const end = await settled(inKafka, before + publishes);
        const through = to.count - from.count;
        const perMillion = (s: number): number => (s * 1e6) / (through * batch);
        return {
          "PUBLISHes/s": (1_000 * through) / (to.at - from.at),
          "readings/s": (1_000 * through * batch) / (to.at - from.at),
          "lost of all, %": (100 * Math.max(0, before + publishes - end)) / publishes,
          "mosquitto and Telegraf, processor s per million readings": perMillion(
            used.mosquitto + used.telegraf,
          ),
          "Kafka, processor s per million readings": perMillion(used.kafka),
          "mosquitto and Telegraf, RssAnon peak, MB": memory.reduce((sum, { peak }) => sum + peak(), 0) / 1e6,
        };
      } finally {
        clearInterval(allowing);
        for (const { stop } of memory) stop();
        load.end();
      }
    } finally {
      await Promise.all([telegraf, mosquitto].map(killed));
      await admin.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

/** Telegraf subscribes when it likes: publish until the first message comes out at the other end. */
async function untilBridged(port: number, inKafka: () => Promise<number>): Promise<void> {
  const load = await startLoad({
    port,
    stations: STATIONS.slice(0, 1).map(({ id }) => id),
    batch: 1,
    window: 1,
    warmUpS: 0,
    seconds: 30,
    pace: 20,
    text: 64,
  });
  try {
    await load.begin();
    await eventually(async () => {
      if ((await inKafka()) === 0) throw new Error("Telegraf has written nothing");
    }, 25_000);
  } finally {
    load.end();
  }
  for (let before = -1, now = await inKafka(); now > before; before = now, now = await inKafka())
    await sleep(1_000);
}

/** @returns the end offsets' sum, once it has reached `wanted` or stands still. */
async function settled(inKafka: () => Promise<number>, wanted: number): Promise<number> {
  let last = { at: performance.now(), count: await inKafka() };
  while (last.count < wanted && performance.now() - last.at < SILENCE_MS) {
    await sleep(POLL_MS);
    const count = await inKafka();
    if (count > last.count) last = { at: performance.now(), count };
  }
  return last.count;
}

/** Everything in memory, nothing bounded: what makes it fastest. */
function mosquittoConfig(port: number): string {
  return [
    `listener ${port} 127.0.0.1`,
    "allow_anonymous true",
    "persistence false",
    "max_inflight_messages 0",
    "max_queued_messages 0",
    "set_tcp_nodelay true",
    "log_type error",
    "log_dest stderr",
    "",
  ].join("\n");
}

function telegrafConfig(port: number, brokers: string, topic: string): string {
  return `
[agent]
  interval = "1s"
  flush_interval = "100ms"
  metric_batch_size = 5000
  metric_buffer_limit = 2000000
  omit_hostname = true
[[inputs.mqtt_consumer]]
  servers = ["tcp://127.0.0.1:${port}"]
  topics = ["cta/v1/+/readings"]
  qos = 1
  client_id = "telegraf"
  persistent_session = true
  max_undelivered_messages = 20000
  data_format = "value"
  data_type = "string"
[[outputs.kafka]]
  brokers = ["${brokers}"]
  topic = "${topic}"
  required_acks = -1
  idempotent_writes = true
  compression_codec = 0
  max_retry = 10
  data_format = "influx"
`;
}

function started(program: string, args: readonly string[]): ChildProcess {
  return spawn(program, args, { stdio: "ignore" });
}

async function killed(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

function accepts(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: "127.0.0.1", port }, () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", reject);
  });
}
