import { Gauge, type Registry } from "prom-client";
import type { StateView } from "../control/api.ts";

/** What the devices count by themselves. */
export function simulatorMetrics(registry: Registry, state: () => StateView): void {
  const gauge = (name: string, help: string, read: (now: StateView) => number): Gauge =>
    new Gauge({
      name: `firmware_sim_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read(state()));
      },
    });
  gauge("devices", "Devices on serial lines.", ({ devices }) => devices.total);
  gauge("devices_up", "Devices without a fault that keeps them from sending.", ({ devices }) => devices.up);
  gauge("readings_numbered", "Readings that a ring has stored and numbered.", ({ numbered }) => numbered);
  gauge(
    "readings_happened",
    "Presses and trains, also those that met a full ring.",
    ({ happened }) => happened,
  );
  gauge("readings_waiting", "Readings in rings, not acknowledged by an agent.", ({ waiting }) => waiting);
  gauge("faults", "Faults in force.", ({ faults }) => faults);
}
