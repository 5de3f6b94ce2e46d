import type { BenchmarkPart } from "../harness.ts";
import { kafkaCosts } from "./limits/kafka-costs.ts";
import { roundTrips } from "./limits/round-trips.ts";
import { type BenchCluster, startCluster } from "./mqtt-load/cluster.ts";

const SECONDS = 15;

let shared: BenchCluster | undefined;

/** What the smallest things cost on this machine, without any code of ours: no system of this kind at rest can cost less. */
export const limitsPart: BenchmarkPart = {
  name: "limits",
  about:
    "the least that a machine asks for: processor for a round trip between two bare processes, for a request to Kafka and for a transaction of one record, each at a calm pace",
  async contenders({ seconds = SECONDS }) {
    shared = await startCluster();
    return [roundTrips(seconds), ...kafkaCosts(shared, seconds)];
  },
  async close() {
    await shared?.stop();
  },
};
