/**
 * What the supervisor can do to the system for a while, besides killing a part. `POST /faults` of its control server
 * orders one; `GET /status` lists those that can be made on this machine, as `faults`.
 *
 * slow-kafka: the broker's process stands still most of the time. full-disk: no file of the agents can be written.
 * wrong-clock: the agents' wall clock is a day ahead. cloned-agent: a second agent of a station, on a machine of its own.
 * starved-machine: busy processes take the processors.
 */
export const SYSTEM_FAULTS = [
  "slow-kafka",
  "full-disk",
  "wrong-clock",
  "cloned-agent",
  "starved-machine",
] as const;
export type SystemFault = (typeof SYSTEM_FAULTS)[number];

/** None lasts longer, whoever orders it, ms. */
export const LONGEST_FAULT_MS = 60_000;
