import { type FleetLoad, startFleetLoad } from "../faults/fleet-load.ts";
import { differing } from "./evidence.ts";
import { rowsOf } from "./rows.ts";

const VEHICLES = 12;
const PAUSE_MS = 250;

/** What the vehicles were told is taken, against the rows of the table. */
export interface FleetEvidence {
  readonly acknowledged: number;
  /** Was all that was posted acknowledged? Until then more may come. */
  readonly isOver: boolean;
  readonly rows: number;
  /** Vehicles of which the table has another number: vehicle, acknowledged, rows. */
  readonly differing: readonly (readonly [string, number, number])[];
}

/** Vehicles that post, and post again what was not acknowledged; their own ledger is the oracle. */
export class Vehicles {
  readonly #load: FleetLoad;
  readonly #postgresUrl: string;
  #isOver = false;

  constructor(fleetUrl: string, postgresUrl: string) {
    this.#load = startFleetLoad(fleetUrl, VEHICLES, PAUSE_MS);
    this.#postgresUrl = postgresUrl;
  }

  /** No new events. Resolves when all that was posted is acknowledged. */
  async end(): Promise<void> {
    await this.#load.stop();
    this.#isOver = true;
  }

  /** At once, whatever was not acknowledged. */
  abandon(): void {
    this.#load.abandon();
  }

  /** Rejects while PostgreSQL is away. */
  async evidence(): Promise<FleetEvidence> {
    const acknowledged = new Map(this.#load.acknowledged().map(({ vehicle, last }) => [vehicle, last]));
    const rows = await this.#rows();
    const sum = (counts: ReadonlyMap<string, number>): number =>
      [...counts.values()].reduce((x, y) => x + y, 0);
    const counts = { acknowledged: sum(acknowledged), rows: sum(rows) };
    return { ...counts, isOver: this.#isOver, differing: differing(acknowledged, rows) };
  }

  async #rows(): Promise<ReadonlyMap<string, number>> {
    const rows = await rowsOf(
      this.#postgresUrl,
      "SELECT vehicle_id AS vehicle, count(*)::int AS n FROM av_telemetry.diag GROUP BY 1",
    );
    return new Map(rows.map(({ vehicle, n }) => [String(vehicle), Number(n)]));
  }
}
