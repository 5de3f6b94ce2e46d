import type { Service } from "../infra/runtime/service/serve.ts";

/** What `npm run central -- [services…]` runs. Literal paths, so that a bundler finds each; loaded only when chosen. */
export const SERVICES: readonly Service[] = [
  { name: "dedup", load: () => import("./dedup/service.ts") },
  { name: "stations", load: () => import("./stations/service.ts") },
  { name: "telemetry", load: () => import("./telemetry/service.ts") },
  { name: "audit", load: () => import("./audit/service.ts") },
  { name: "dashboard", first: true, load: () => import("./dashboard/service.ts") },
];
