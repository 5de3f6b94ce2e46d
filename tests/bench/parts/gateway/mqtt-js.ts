import mqtt from "mqtt";
import { readingsTopic } from "../../../../schemas/mqtt.ts";
import { STATIONS, type Station } from "../../../../schemas/network/network.ts";
import type { Contender, Figures } from "../../harness.ts";
import { DelayStatistics } from "../../statistics.ts";
import type { BenchCluster } from "../mqtt-load/cluster.ts";
import { startGateway } from "../mqtt-load/gateway-process.ts";
import { startLoad } from "../mqtt-load/load.ts";
import { StationBatches } from "../mqtt-load/station-batches.ts";
import { agreed } from "./ours.ts";

const AGENTS = 8;
const WINDOW = 4;
const SECONDS = 4;

/**
 * The same few agents with the same window, once as the load generator's clients and once as mqtt.js clients: what the
 * lean ones measure is what real ones see. Not a measure of the gateway: so few in flight wait for Kafka's round trips.
 */
export function sameAsRealClients(cluster: () => BenchCluster): readonly Contender[] {
  return [
    { name: `${AGENTS} lean clients, ${WINDOW} in flight each`, run: () => lean(cluster()) },
    { name: `${AGENTS} mqtt.js clients, ${WINDOW} in flight each`, run: () => real(cluster()) },
  ];
}

const stations = STATIONS.slice(0, AGENTS);

function lean(cluster: BenchCluster): Promise<Figures> {
  return cluster.withTopics(async (prefix) => {
    const gateway = await startGateway(cluster, prefix);
    const load = await startLoad({
      port: gateway.port,
      stations: stations.map(({ id }) => id),
      batch: 1,
      window: WINDOW,
      warmUpS: 1,
      seconds: SECONDS,
      pace: "window",
    });
    try {
      await load.begin();
      const { acknowledged, seconds, p50Ms } = await load.measured;
      await agreed(cluster, prefix, await load.done);
      return { "PUBLISHes/s": acknowledged / seconds, "PUBACK p50, ms": p50Ms };
    } finally {
      load.end();
      await gateway.kill();
    }
  });
}

function real(cluster: BenchCluster): Promise<Figures> {
  return cluster.withTopics(async (prefix) => {
    const gateway = await startGateway(cluster, prefix);
    let publishes = 0;
    let delays = new DelayStatistics();
    let stopped = false;
    const agent = async (station: Station): Promise<void> => {
      const { id: stationId } = station;
      const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${gateway.port}`, {
        username: String(stationId),
        clientId: String(stationId),
        reconnectPeriod: 0,
      });
      const batches = new StationBatches(station, 1);
      const one = async (): Promise<void> => {
        while (!stopped) {
          publishes++;
          const began = performance.now();
          await client.publishAsync(readingsTopic(stationId), batches.next(Date.now()), { qos: 1 });
          delays.add(performance.now() - began);
        }
      };
      await Promise.all(Array.from({ length: WINDOW }, one));
      client.end(true);
    };
    try {
      const agents = Promise.all(stations.map(agent));
      const wait = (s: number): Promise<unknown> =>
        Promise.race([agents, new Promise((resolve) => setTimeout(resolve, s * 1_000))]);
      await wait(1);
      delays = new DelayStatistics();
      await wait(SECONDS);
      const figures = { "PUBLISHes/s": delays.total / SECONDS, "PUBACK p50, ms": delays.quantile(0.5) };
      stopped = true;
      await agents;
      await agreed(cluster, prefix, { publishes, readings: publishes });
      return figures;
    } finally {
      await gateway.kill();
    }
  });
}
