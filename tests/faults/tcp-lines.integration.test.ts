import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { avroType } from "../../schemas/avro/schemas.ts";
import { SingleObjectCodec } from "../../schemas/avro/single-object.ts";
import { parseMqttTopic } from "../../schemas/mqtt.ts";
import type { ReadingBatch } from "../../schemas/readings.ts";
import { eventually } from "../support/eventually.ts";
import { type RecordingBroker, startRecordingBroker } from "../support/recording-broker.ts";
import { type SimulatorControl, simulatorControl } from "../support/simulator.ts";
import { type StageProcess, startStage } from "../support/stage-process.ts";

/*
 * Simulator and agents in homes of their own, as in containers, that share nothing but a TCP port. What was pressed
 * arrives, each once per identity and in order, whatever is pulled or killed between.
 */
const codec = new SingleObjectCodec<ReadingBatch>(avroType("reading-batch"));
const homes = { simulator: "", agent: "" };
const running = new Set<StageProcess>();
let link = "";
let broker: RecordingBroker;

beforeEach(async () => {
  homes.simulator = mkdtempSync(join(tmpdir(), "tcp-lines-simulator-"));
  homes.agent = mkdtempSync(join(tmpdir(), "tcp-lines-agent-"));
  broker = await startRecordingBroker();
  link = `tcp://127.0.0.1:${await freePort()}`;
});
afterEach(async () => {
  for (const stage of running) await stage.kill();
  running.clear();
  await broker.close();
  for (const home of Object.values(homes)) rmSync(home, { recursive: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

async function startSimulator(): Promise<{ process: StageProcess; control: SimulatorControl }> {
  const env = { ELEVATED_HOME: homes.simulator, FIRMWARE_SIM_PORT: "0", LOG_LEVEL: "info" };
  const options = ["--stations", "40380", "--no-traffic", "--baud", "0", "--link", link];
  const process = await startStage("firmware-sim", env, '"ready"', options);
  running.add(process);
  return { process, control: simulatorControl(/"control":"([^"]+)"/.exec(process.log)?.[1] ?? "") };
}

async function startAgent(): Promise<StageProcess> {
  const env = { ELEVATED_HOME: homes.agent, MQTT_URL: broker.url, SERIAL_LINK: link };
  const agent = await startStage("edge", env, "agents run", ["--station", "40380"]);
  running.add(agent);
  return agent;
}

/** Different identities at the broker, by device; each boot's must be 1 to n. */
function arrived(): Readonly<Record<string, number>> {
  const seen = new Map<string, Set<number>>();
  for (const { topic, payload } of broker.publishes) {
    if (parseMqttTopic(topic)?.kind !== "readings") continue;
    for (const run of codec.decode(payload).runs) {
      const key = `${run.deviceId} ${run.bootId}`;
      const seqs = seen.get(key) ?? new Set();
      seen.set(key, seqs);
      for (let i = 0; i < run.readings.length; i++) {
        // Never one before its predecessor.
        expect(run.firstSeq + i === 1 || seqs.has(run.firstSeq + i - 1)).toBe(true);
        seqs.add(run.firstSeq + i);
      }
    }
  }
  const counts: Record<string, number> = {};
  for (const [key, seqs] of seen) {
    const [deviceId = ""] = key.split(" ");
    counts[deviceId] = (counts[deviceId] ?? 0) + seqs.size;
  }
  return counts;
}

const arrives = (counts: Readonly<Record<string, number>>): Promise<void> =>
  eventually(() => expect(arrived()).toEqual(counts), 30_000);

test("unplugged, damaged, and both ends killed: what was pressed arrives once and in order", async () => {
  const first = await startSimulator();
  let agent = await startAgent();
  const { control } = first;
  await control.press("40380-T1", 300);
  await control.press("40380-T2", 300);
  await arrives({ "40380-T1": 300, "40380-T2": 300 });

  for (let i = 0; i < 10; i++) {
    await control.fault("unplug", "40380-T1", 50);
    await control.press("40380-T1", 10);
    await control.press("40380-T2", 10);
  }
  await control.fault("noise", "40380-T1", 1_000);
  await control.fault("duplicate", "40380-T2", 1_000);
  await control.press("40380-T1", 100);
  await control.press("40380-T2", 100);
  await arrives({ "40380-T1": 500, "40380-T2": 500 });

  await agent.kill();
  running.delete(agent);
  await control.press("40380-T1", 200);
  agent = await startAgent();
  await arrives({ "40380-T1": 700, "40380-T2": 500 });

  await first.process.kill();
  running.delete(first.process);
  const second = await startSimulator();
  await second.control.press("40380-T1", 100);
  await second.control.press("40380-T2", 300);
  await arrives({ "40380-T1": 800, "40380-T2": 800 });
}, 120_000);

test("an agent that was there first finds the lines when their server comes; a second one in another home gets none of them", async () => {
  await startAgent();
  const { control } = await startSimulator();
  await control.press("40380-T1", 50);
  await arrives({ "40380-T1": 50 });
  const other = mkdtempSync(join(tmpdir(), "tcp-lines-other-"));
  try {
    const env = { ELEVATED_HOME: other, MQTT_URL: "mqtt://127.0.0.1:9", SERIAL_LINK: link };
    const rival = await startStage("edge", env, "agents run", ["--station", "40380"]);
    running.add(rival);
    await control.press("40380-T1", 50);
    await arrives({ "40380-T1": 100 });
    await rival.kill("SIGTERM");
    running.delete(rival);
  } finally {
    rmSync(other, { recursive: true });
  }
}, 60_000);
