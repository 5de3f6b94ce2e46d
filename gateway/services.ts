import type { Service } from "../infra/runtime/service/serve.ts";

/** What `npm run gateway -- [services…]` serves: MQTT for agents, HTTP for vehicles. Loaded only where it runs. */
export const SERVICES: readonly Service[] = [
  { name: "mqtt", load: () => import("./mqtt-service.ts") },
  { name: "http", load: () => import("./http/service.ts") },
];
