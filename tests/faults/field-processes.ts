import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { avroType } from "../../infra/runtime/avro/contracts.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { SingleObjectCodec } from "../../schemas/avro/single-object.ts";
import { parseMqttTopic } from "../../schemas/mqtt.ts";
import type { ReadingBatch } from "../../schemas/readings.ts";
import { type AnyState, compareOrder, type DeviceState } from "../../schemas/states.ts";
import { type Recorded, type RecordingBroker, startRecordingBroker } from "../support/recording-broker.ts";
import { type SimulatorControl, simulatorControl } from "../support/simulator.ts";
import { type StageProcess, startStage } from "../support/stage-process.ts";

const STATION = "40380";
const codec = new SingleObjectCodec<ReadingBatch>(avroType("reading-batch"));

interface RunningSimulator {
  readonly process: StageProcess;
  readonly control: SimulatorControl;
}

/** The field half as processes at a broker that records: simulator and agent of one station, as they are run. */
export class FieldProcesses {
  readonly broker: RecordingBroker;
  /** The same folder: lines are pseudo-terminals in it. Two: they share nothing but `SERIAL_LINK`. */
  readonly homes: { readonly simulator: string; readonly agent: string };
  readonly #link: Readonly<Record<string, string>>;
  readonly #running = new Set<StageProcess>();
  readonly #folders: string[] = [];
  /** Publishes looked at so far, and what was in them: by device and boot, the last number. */
  #looked = 0;
  readonly #last = new Map<string, number>();
  readonly #gaps: string[] = [];

  /** @param link - serve the lines over TCP there instead, each process in a home of its own. */
  static async at(link?: string): Promise<FieldProcesses> {
    return new FieldProcesses(await startRecordingBroker(), link);
  }

  private constructor(broker: RecordingBroker, link: string | undefined) {
    this.broker = broker;
    this.#link = link === undefined ? {} : { SERIAL_LINK: link };
    const simulator = this.newHome();
    this.homes = { simulator, agent: link === undefined ? simulator : this.newHome() };
  }

  newHome(): string {
    const home = mkdtempSync(join(tmpdir(), "field-"));
    this.#folders.push(home);
    return home;
  }

  async simulator(): Promise<RunningSimulator> {
    const env = { ELEVATED_HOME: this.homes.simulator, FIRMWARE_SIM_PORT: "0", LOG_LEVEL: "info" };
    const options = ["--stations", STATION, "--no-traffic", "--baud", "0"];
    const process = await startStage("firmware-sim", { ...env, ...this.#link }, '"ready"', options);
    this.#running.add(process);
    return { process, control: simulatorControl(/"control":"([^"]+)"/.exec(process.log)?.[1] ?? "") };
  }

  async agent(home = this.homes.agent, gateway = this.broker.url): Promise<StageProcess> {
    const env = { ELEVATED_HOME: home, MQTT_URL: gateway, ...this.#link };
    const agent = await startStage("edge", env, "agents run", ["--station", STATION]);
    this.#running.add(agent);
    return agent;
  }

  async kill(process: StageProcess): Promise<void> {
    await process.kill();
    this.#running.delete(process);
  }

  /**
   * Each device's readings are at the broker: so many of them, each boot's from 1 on without a gap and, at first
   * sight, in order; and the agent's books say the same.
   */
  arrives(counts: Readonly<Record<string, number>>, withinMs = 60_000): Promise<void> {
    return eventually(() => {
      expect(this.#arrived()).toEqual(counts);
      for (const [deviceId, n] of Object.entries(counts)) {
        expect(this.positions(deviceId)).toMatchObject({
          numbered: n,
          stored: n,
          published: n,
          quarantined: 0,
        });
      }
    }, withinMs);
  }

  /** A device's account in the newest state that its agent published. */
  positions(deviceId: string): DeviceState["positions"] | undefined {
    return this.broker.publishes
      .filter(({ topic }) => parseMqttTopic(topic)?.kind === "state")
      .map(({ payload }) => JSON.parse(payload.toString()) as AnyState)
      .filter((state): state is DeviceState => state.kind !== "agent" && state.id === deviceId)
      .sort((x, y) => compareOrder(x.order, y.order))
      .at(-1)?.positions;
  }

  #arrived(): Readonly<Record<string, number>> {
    const { publishes } = this.broker;
    for (; this.#looked < publishes.length; this.#looked++) {
      const { topic, payload } = publishes[this.#looked] as Recorded;
      if (parseMqttTopic(topic)?.kind !== "readings") continue;
      for (const { deviceId, bootId, firstSeq, readings } of codec.decode(payload).runs) {
        const key = `${deviceId} ${bootId}`;
        const before = this.#last.get(key) ?? 0;
        // Sent again is fine, left out is not.
        if (firstSeq > before + 1) this.#gaps.push(`${key}: ${firstSeq} after ${before}`);
        this.#last.set(key, Math.max(before, firstSeq + readings.length - 1));
      }
    }
    expect(this.#gaps).toEqual([]);
    const counts: Record<string, number> = {};
    for (const [key, n] of this.#last) {
      const [deviceId = ""] = key.split(" ");
      counts[deviceId] = (counts[deviceId] ?? 0) + n;
    }
    return counts;
  }

  async close(): Promise<void> {
    for (const stage of this.#running) await stage.kill();
    await this.broker.close();
    for (const home of this.#folders) rmSync(home, { recursive: true });
  }
}
