import type { BenchmarkPart } from "../harness.ts";
import { browserContenders } from "./page/browser.ts";
import { viewers } from "./page/viewers.ts";

/** The page and its server, over a city in memory: what Kafka costs is measured elsewhere. */
export const pagePart: BenchmarkPart = {
  name: "page",
  about: "the dashboard with many viewers, many trains and for long: delays, processor, frames, heap",
  contenders: () => [viewers, ...browserContenders],
};
