import { setTimeout as sleep } from "node:timers/promises";
import type { StationNetwork } from "../../../../schemas/network/network.ts";
import type { Figures } from "../../harness.ts";
import type { BenchCluster } from "../mqtt-load/cluster.ts";
import type { GatewayProcess } from "../mqtt-load/gateway-process.ts";
import { type MqttLoad, startLoad } from "../mqtt-load/load.ts";
import type { LoadOptions } from "../mqtt-load/messages.ts";
import { READINGS_PER_ARRIVAL } from "../mqtt-load/station-batches.ts";
import type { AuditProcess } from "../pipeline/audit-process.ts";
import type { Dedups } from "./dedups.ts";
import type { Sums } from "./sums.ts";

const WARM_UP_S = 4;
/** As agents do (`edge/uplink`): so many PUBLISHes of one wait for their PUBACK at most. */
const WINDOW = 16;
const POLL_MS = 25;

/** Every hop as a process of its own. */
export interface System {
  readonly cluster: BenchCluster;
  readonly prefix: string;
  readonly network: StationNetwork;
  /** The file that holds it. */
  readonly file: string;
  readonly gateway: GatewayProcess;
  readonly dedups: Dedups;
  readonly audit: AuditProcess | null;
  readonly sums: Sums | null;
}

/** What was measured while so many readings were published. */
export interface Phase {
  readonly figures: Figures;
  /** Readings a second. */
  readonly rate: number;
  readonly published: number;
}

/** An agent for each station, connected and waiting. */
export function startAgents(
  { gateway, network, file }: System,
  options: Pick<LoadOptions, "boot" | "batch" | "seconds" | "pace">,
): Promise<MqttLoad> {
  const stations = network.stations.map(({ id }) => id);
  const { port } = gateway;
  return startLoad({ port, stations, network: file, window: WINDOW, warmUpS: WARM_UP_S, ...options });
}

/** Resolves when the clean topics have so many. */
export async function caughtUp(dedups: Dedups, readings: number): Promise<void> {
  while ((await dedups.readings()) < readings) await sleep(POLL_MS);
}

/** The others are arrivals. */
export function entriesOf(readings: number): number {
  return readings - readings / READINGS_PER_ARRIVAL;
}

export function secondsSince(began: number): number {
  return (performance.now() - began) / 1_000;
}
