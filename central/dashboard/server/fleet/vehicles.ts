import type { FleetRecord } from "../../../../schemas/fleet.ts";
import type { RefusedVehicle, VehicleView } from "../../../../schemas/page/fleet.ts";

interface Sighting {
  readonly record: FleetRecord;
  /** When it was heard of, wall ms. */
  readonly heard: number;
  /** Its longest usual silence, ms: three times its last step from one event to the next. */
  readonly patienceMs: number;
}

interface Vehicle {
  last: Sighting | undefined;
  /** The one before: `last` may turn out to be an event that the database refuses. */
  before: Sighting | undefined;
  /** Events that the database refused because their identity belongs to others. */
  refused: number;
  refusedAt: number;
}

/** A vehicle not heard of for longer than this, or than three of its own steps, is stale. */
const STALE_MS = 15_000;
/** One not heard of for so long is no longer shown. */
export const GONE_MS = 10 * 60_000;
/** For so long after a refused event a vehicle stays where its last accepted event was. */
const REFUSED_MS = 10_000;
/** Drawn at most: a page has no room for more, and the API tells of all. */
const DRAWN = 300;
const NAMED = 5;

/**
 * Where each vehicle was last, as the database has it: ordered by (boot, sequence), never by a clock. What arrives late
 * or a second time does not move a vehicle back, and a vehicle whose clock is wrong drives on.
 */
export class Vehicles {
  readonly #vehicles = new Map<string, Vehicle>();

  /** @param heard - when it was heard of, by a clock that all vehicles share, wall ms; left out: the gateway's. */
  see(record: FleetRecord, heard = Date.parse(record.received)): void {
    const vehicle = this.#vehicle(record.vehicle_id);
    if (heard - vehicle.refusedAt < REFUSED_MS) return;
    const { last } = vehicle;
    if (last && !follows(record, last, heard)) return;
    const stepMs = last ? heard - last.heard : 0;
    // Events that arrive together say nothing of how often they come.
    const patienceMs = stepMs > 0 ? 3 * stepMs : (last?.patienceMs ?? 0);
    vehicle.before = last;
    vehicle.last = { record, heard, patienceMs };
  }

  /**
   * The database has another event under this one's identity and keeps that: so does the page.
   *
   * @param now - when it was heard of, wall ms.
   */
  refuse(record: FleetRecord, now: number): void {
    const vehicle = this.#vehicle(record.vehicle_id);
    vehicle.refused++;
    vehicle.refusedAt = Math.max(vehicle.refusedAt, now);
    if (vehicle.last && JSON.stringify(vehicle.last.record) === JSON.stringify(record)) {
      vehicle.last = vehicle.before;
      vehicle.before = undefined;
    }
  }

  /** Every vehicle that was heard of, by id, and forget those that are gone. */
  all(now: number): readonly VehicleView[] {
    this.#forget(now);
    const views: VehicleView[] = [];
    for (const [id, { last }] of this.#vehicles) {
      if (!last) continue;
      const { lat, lon, speed, heading, battery, time, received } = last.record;
      // A clock that runs ahead says nothing that can be true.
      const at = Math.min(Date.parse(time), Date.parse(received));
      views.push({ id, lat, lon, speed, heading, battery, at, heard: last.heard, stale: isStale(last, now) });
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

  /** The vehicles with most refused events. */
  refused(): readonly RefusedVehicle[] {
    return [...this.#vehicles]
      .filter(([, { refused }]) => refused > 0)
      .map(([id, { refused }]) => ({ id, events: refused }))
      .sort((x, y) => y.events - x.events || (x.id < y.id ? -1 : 1))
      .slice(0, NAMED);
  }

  get count(): number {
    let count = 0;
    for (const { last } of this.#vehicles.values()) if (last) count++;
    return count;
  }

  #vehicle(id: string): Vehicle {
    const known = this.#vehicles.get(id);
    if (known) return known;
    const vehicle = { last: undefined, before: undefined, refused: 0, refusedAt: Number.NEGATIVE_INFINITY };
    this.#vehicles.set(id, vehicle);
    return vehicle;
  }

  #forget(now: number): void {
    for (const [id, { last, refusedAt }] of this.#vehicles) {
      if (now - Math.max(last?.heard ?? Number.NEGATIVE_INFINITY, refusedAt) > GONE_MS)
        this.#vehicles.delete(id);
    }
  }
}

/**
 * Is it the newer event? By boot, then by sequence. A lower boot belongs to the past, but when the higher one has fallen
 * silent it may be a vehicle that was replaced, or one that lost its memory.
 */
function follows({ boot, sequence }: FleetRecord, last: Sighting, heard: number): boolean {
  if (boot === last.record.boot) return sequence > last.record.sequence;
  return boot > last.record.boot || isStale(last, heard);
}

function isStale({ heard, patienceMs }: Sighting, now: number): boolean {
  return now - heard > Math.max(STALE_MS, patienceMs);
}
