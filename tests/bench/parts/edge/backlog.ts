import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { StoredReading } from "../../../../edge/outbox/ledger.ts";
import { openOutbox } from "../../../../edge/outbox/open.ts";
import { systemClock } from "../../../../infra/runtime/clock.ts";
import { silentLogger } from "../../../../infra/runtime/logger.ts";
import { startRecordingBroker } from "../../../support/recording-broker.ts";
import { startStage } from "../../../support/stage-process.ts";
import type { Contender } from "../../harness.ts";
import { anonymousMemoryOf } from "../../process-figures.ts";
import { inNewHome, isReadings } from "./stages.ts";

const BACKLOG = 1_000_000;
const SETTLE_MS = 5_000;
const DEVICES = ["40380-T1", "40380-T2"] as const;
/** No server listens here: port 9 is the discard service's, which no system runs any more. */
const NOBODY = "mqtt://127.0.0.1:9";

/** An agent that has no gateway, with and without a million readings on its disk; then one comes. */
const backlog: Contender = {
  name: "one station's agent",
  run: () =>
    inNewHome(async (home) => {
      const empty = await memoryWithoutGateway(home);
      await fill(home);
      const full = await memoryWithoutGateway(home);
      const restart = await firstPublish(home);
      return {
        "RssAnon with nothing waiting, MB": empty / 1e6,
        "RssAnon with 1,000,000 waiting, MB": full / 1e6,
        "growth, MB": (full - empty) / 1e6,
        "from start to the first PUBLISH, s": restart / 1000,
      };
    }),
};

async function memoryWithoutGateway(home: string): Promise<number> {
  const agent = await startStage("edge", { ELEVATED_HOME: home, MQTT_URL: NOBODY }, "agents run", [
    "--station",
    "40380",
  ]);
  await sleep(SETTLE_MS);
  const bytes = anonymousMemoryOf(agent.pid);
  await agent.kill("SIGTERM");
  return bytes;
}

async function fill(home: string): Promise<void> {
  const outbox = openOutbox({
    folder: join(home, "edge", "outbox"),
    limitBytes: 2 ** 31,
    clock: systemClock,
    logger: silentLogger,
  });
  const now = systemClock.now();
  const bootId = Math.floor(now / 1000);
  const group = 500;
  for (let seq = 1; seq <= BACKLOG / DEVICES.length; seq += group) {
    await Promise.all(
      DEVICES.map((deviceId) =>
        outbox.append(
          deviceId,
          Array.from({ length: group }, (_, i) => entry(deviceId, bootId, seq + i, now)),
        ),
      ),
    );
  }
  await outbox.close();
}

function entry(deviceId: string, bootId: number, seq: number, now: number): StoredReading {
  const times = { serviceTime: now, deviceTime: now, edgeTime: now };
  return { deviceId, bootId, seq, total: seq, ...times, line: "blue", arrival: null };
}

/** From the start of the process to its first batch at the broker, ms. */
async function firstPublish(home: string): Promise<number> {
  const broker = await startRecordingBroker();
  const began = performance.now();
  const arrived = broker.until((publishes) => publishes.some(isReadings)).then(() => performance.now());
  const agent = await startStage("edge", { ELEVATED_HOME: home, MQTT_URL: broker.url }, "agents run", [
    "--station",
    "40380",
  ]);
  const at = await arrived;
  await agent.kill();
  await broker.close();
  return at - began;
}

export const backlogContenders: readonly Contender[] = [backlog];
