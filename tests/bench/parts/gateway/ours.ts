import { STATIONS } from "../../../../schemas/network/network.ts";
import type { Contender, Figures } from "../../harness.ts";
import type { BenchCluster } from "../mqtt-load/cluster.ts";
import { startGateway } from "../mqtt-load/gateway-process.ts";
import { startLoad } from "../mqtt-load/load.ts";
import { spending, watchMemory } from "../mqtt-load/processes.ts";
import { countRaw } from "./raw-count.ts";

const WARM_UP_S = 3;
/** As agents do (`edge/uplink`): so many PUBLISHes of one wait for their PUBACK at most. */
export const WINDOW = 16;

export interface OursOptions {
  readonly name: string;
  /** Readings of one PUBLISH. */
  readonly batch: number;
  /** Gateways that share the port. */
  readonly instances: number;
  readonly seconds: number;
  /** Figures that hold a rate against another's. */
  readonly compared: (readingsPerSecond: number) => Figures;
}

/** The gateway as a process of its own, the agents of all 92 stations as another; a new gateway for each run. */
export function gatewayContender(
  cluster: () => BenchCluster,
  { name, batch, instances, seconds, compared }: OursOptions,
): Contender {
  return {
    name,
    run: () =>
      cluster().withTopics(async (prefix) => {
        const gateway = await startGateway(cluster(), prefix, instances);
        const memory = watchMemory(gateway.pid);
        const load = await startLoad({
          port: gateway.port,
          stations: STATIONS.map(({ id }) => id),
          batch,
          window: WINDOW,
          warmUpS: WARM_UP_S,
          seconds,
          pace: "window",
        });
        try {
          await load.begin();
          const spent = spending({ gateway: gateway.pid, kafka: cluster().kafkaPid, load: load.pid });
          const measured = await load.measured;
          const used = spent.spent();
          const done = await load.done;
          const peak = memory.peak();
          await agreed(cluster(), prefix, done);
          const readings = measured.acknowledged * batch;
          const perMillion = (seconds: number): number => (seconds * 1e6) / readings;
          return {
            "PUBLISHes/s": measured.acknowledged / measured.seconds,
            "readings/s": readings / measured.seconds,
            ...compared(readings / measured.seconds),
            "PUBACK p50, ms": measured.p50Ms,
            "PUBACK p99, ms": measured.p99Ms,
            "gateway, processor s per million readings": perMillion(used.gateway),
            "Kafka, processor s per million readings": perMillion(used.kafka),
            "load, processor s per million readings": perMillion(used.load),
            "gateway, RssAnon peak, MB": peak / 1e6,
          };
        } finally {
          memory.stop();
          load.end();
          await gateway.kill();
        }
      }),
  };
}

/** @throws Error when Kafka holds anything but what was acknowledged. */
export async function agreed(
  { kafka }: BenchCluster,
  prefix: string,
  acknowledged: { readonly publishes: number; readonly readings: number },
): Promise<void> {
  const { batches, readings, deadLetters } = await countRaw(kafka, prefix);
  if (batches === acknowledged.publishes && readings === acknowledged.readings && deadLetters === 0) return;
  throw new Error(
    `acknowledged: ${acknowledged.publishes} PUBLISHes of ${acknowledged.readings} readings; in Kafka: ${batches} of ` +
      `${readings}, and ${deadLetters} dead letters`,
  );
}
