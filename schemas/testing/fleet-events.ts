import type { FleetEvent, FleetRecord } from "../fleet.ts";

/** An event of a vehicle in the Loop, as its sender posts it. */
export function fleetEvent(change: Partial<FleetEvent> = {}): FleetEvent {
  return {
    vehicle_id: "V-1",
    boot: 1,
    sequence: 1,
    time: "2026-01-01T12:00:00Z",
    lat: 41.88,
    lon: -87.63,
    speed: 30,
    heading: 90,
    battery: 80,
    metadata: {},
    ...change,
  };
}

/** The same as the ingest writes it to Kafka, a second later. */
export function fleetRecord(change: Partial<FleetRecord> = {}): FleetRecord {
  return { ...fleetEvent(), received: "2026-01-01T12:00:01.000Z", ...change };
}
