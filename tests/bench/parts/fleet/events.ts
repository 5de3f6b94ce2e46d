import type { FleetEvent } from "../../../../schemas/fleet.ts";

const VEHICLES = 100;

/** Events as the simulated vehicles send them: a hundred vehicles in turn, each counting on its own. */
export function eventAt(index: number, boot: number): FleetEvent {
  return {
    vehicle_id: `V-${String((index % VEHICLES) + 1).padStart(3, "0")}`,
    boot,
    sequence: Math.floor(index / VEHICLES) + 1,
    time: new Date(Date.UTC(2026, 0, 1) + index).toISOString(),
    lat: 41.7 + (index % 1_000) / 5_000,
    lon: -87.6 - (index % 777) / 7_000,
    speed: index % 60,
    heading: index % 360,
    battery: 100 - (index % 90),
    metadata: { model: "bus", mode: "driving" },
  };
}
