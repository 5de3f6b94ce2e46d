import { setTimeout as sleep } from "node:timers/promises";
import { encodeFrame } from "../../../../schemas/wire/codec.ts";
import { startRecordingBroker } from "../../../support/recording-broker.ts";
import { startStage } from "../../../support/stage-process.ts";
import type { Contender, Figures } from "../../harness.ts";
import { processorSecondsOf } from "../../process-figures.ts";
import { batchesOf, inNewHome, isReadings } from "./stages.ts";

const BAUD = 115_200;
/** 8N1: a start bit, eight of data, a stop bit. */
const BITS_PER_BYTE = 10;
const WARM_UP_MS = 3_000;
const WINDOW_MS = 8_000;

/** Simulator and agents for a while, under more readings than they can pass. */
async function load(
  devices: readonly string[],
  stations: readonly string[],
  figures: (window: Window) => Figures,
): Promise<Figures> {
  return inNewHome(async (home) => {
    const broker = await startRecordingBroker();
    const env = { ELEVATED_HOME: home, FIRMWARE_SIM_PORT: "0", LOG_LEVEL: "info" };
    const simulator = await startStage("firmware-sim", env, '"ready"', [...devices, "--no-weather"]);
    const agents = await startStage("edge", { ...env, MQTT_URL: broker.url }, "agents run", stations);
    try {
      await broker.until((publishes) => publishes.some(isReadings));
      await sleep(WARM_UP_MS);
      const pids = [simulator.pid, agents.pid];
      const spent = (): number => pids.reduce((sum, pid) => sum + processorSecondsOf(pid), 0);
      const from = { at: performance.now(), spent: spent(), publishes: broker.publishes.length };
      await sleep(WINDOW_MS);
      const to = { at: performance.now(), spent: spent(), publishes: broker.publishes.length };
      return figures({
        seconds: (to.at - from.at) / 1000,
        processorSeconds: to.spent - from.spent,
        batches: batchesOf(broker, from.publishes, to.publishes),
      });
    } finally {
      await Promise.all([agents.kill(), simulator.kill()]);
      await broker.close();
    }
  });
}

interface Window {
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly batches: ReturnType<typeof batchesOf>;
}

/** One turnstile faster than its line: the line is the limit, and the limit is known. */
const oneLine: Contender = {
  name: "one pseudo-terminal at 115200 baud",
  run: () =>
    load(
      ["--stations", "40380", "--turnstiles-per-station", "1", "--rate", "400"],
      ["--station", "40380"],
      ({ batches, seconds }) => {
        let readings = 0;
        let bytes = 0;
        for (const { deviceId, bootId, firstSeq, readings: list } of batches.flatMap((b) => b.runs)) {
          if (deviceId !== "40380-T1") continue;
          list.forEach(({ edgeTime: _, ...reading }, i) => {
            readings += 1;
            bytes += encodeFrame({ type: "reading", deviceId, bootId, seq: firstSeq + i, ...reading }).length;
          });
        }
        const limit = (BAUD / BITS_PER_BYTE) * (readings / bytes);
        return {
          "readings/s": readings / seconds,
          "the line's limit, readings/s": limit,
          "of the limit, %": (100 * readings) / seconds / limit,
        };
      },
    ),
};

/** Every line of the network, none of them paced: simulator, agents and broker on the same processors. */
const allLines: Contender = {
  name: "372 pseudo-terminals without pacing",
  run: () =>
    load(["--baud", "0", "--rate", "400"], ["--all"], ({ batches, seconds, processorSeconds }) => {
      const runs = batches.flatMap((batch) => batch.runs);
      const readings = runs.reduce((sum, run) => sum + run.readings.length, 0);
      return {
        "readings/s": readings / seconds,
        "lines heard": new Set(runs.map((run) => run.deviceId)).size,
        "simulator and agents, processor s per million": (processorSeconds * 1e6) / readings,
      };
    }),
};

export const lineContenders: readonly Contender[] = [oneLine, allLines];
