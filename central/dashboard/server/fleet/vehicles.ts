import type { FleetRecord } from "../../../../schemas/fleet.ts";
import type { VehicleView } from "../../../../schemas/page/fleet.ts";

interface Sighting {
  readonly record: FleetRecord;
  /** When it was there, wall ms. */
  readonly at: number;
  /** Its longest usual silence, ms: three times its last step from one event to the next. */
  readonly patienceMs: number;
}

/** A vehicle not heard of for longer than this, or than three of its own steps, is stale. */
const STALE_MS = 15_000;
/** One not heard of for so long is no longer shown. */
export const GONE_MS = 10 * 60_000;
/** Drawn at most: a page has no room for more, and the API tells of all. */
const DRAWN = 300;

/** Where each vehicle was last. What arrives late, or a second time, does not move it back. */
export class Vehicles {
  readonly #last = new Map<string, Sighting>();

  see(record: FleetRecord): void {
    // A vehicle's clock that runs ahead must not keep it fresh.
    const at = Math.min(Date.parse(record.time), Date.parse(record.received));
    const before = this.#last.get(record.vehicle_id);
    if (before && at <= before.at) return;
    const patienceMs = before ? 3 * (at - before.at) : 0;
    this.#last.set(record.vehicle_id, { record, at, patienceMs });
  }

  /** Every vehicle that was heard of, by id, and forget those that are gone. */
  all(now: number): readonly VehicleView[] {
    const views: VehicleView[] = [];
    for (const [id, { record, at, patienceMs }] of this.#last) {
      if (now - at > GONE_MS) {
        this.#last.delete(id);
        continue;
      }
      const { lat, lon, speed, heading, battery } = record;
      const stale = now - at > Math.max(STALE_MS, patienceMs);
      views.push({ id, lat, lon, speed, heading, battery, at, stale });
    }
    return views.sort((x, y) => (x.id < y.id ? -1 : 1));
  }

  /** Those to draw. */
  view(now: number): Readonly<Record<string, VehicleView>> {
    return Object.fromEntries(
      this.all(now)
        .slice(0, DRAWN)
        .map((vehicle) => [vehicle.id, vehicle]),
    );
  }

  get count(): number {
    return this.#last.size;
  }
}
