import type { BenchmarkPart } from "../harness.ts";
import { backlogContenders } from "./edge/backlog.ts";
import { lineContenders } from "./edge/lines.ts";
import { outboxContenders } from "./edge/outbox.ts";

/** The field half alone: simulator, serial lines and agents as processes, a broker that takes everything. */
export const edgePart: BenchmarkPart = {
  name: "edge",
  about:
    "serial lines, outbox and uplink: readings/s over one line and over all, outbox rows/s, memory and restart with a backlog",
  contenders: () => [...lineContenders, ...outboxContenders, ...backlogContenders],
};
