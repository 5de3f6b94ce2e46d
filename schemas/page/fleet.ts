/** What the page shows of the vehicles. */
export interface VehicleView {
  readonly id: string;
  /** WGS 84 degrees. */
  readonly lat: number;
  readonly lon: number;
  /** km/h. */
  readonly speed: number;
  /** Degrees clockwise from north. */
  readonly heading: number;
  /** Per cent. */
  readonly battery: number;
  /** When it was there by its own clock, which may be wrong, wall epoch ms. */
  readonly at: number;
  /** When it was heard of, wall epoch ms. */
  readonly heard: number;
  /** Not heard of for longer than usual. */
  readonly stale: boolean;
}

/** The way of the vehicles' events into PostgreSQL. */
export interface FleetView {
  /** Vehicles heard of lately; the page draws the first few hundred. */
  readonly vehicles: number;
  /** Events a second that the writer brings into PostgreSQL; null: not known yet. */
  readonly rate: number | null;
  /** Events in Kafka that it has not dealt with; null: it has said nothing. */
  readonly waiting: number | null;
  /** Vehicles with events that PostgreSQL refuses, because it has others under their numbers; those with most. */
  readonly refused: readonly RefusedVehicle[];
}

export interface RefusedVehicle {
  readonly id: string;
  /** Refused of late. */
  readonly events: number;
}

/** One of `GET /vehicles`; times are ISO 8601. */
export interface VehicleAnswer extends Omit<VehicleView, "at" | "heard"> {
  readonly at: string;
  readonly heard: string;
}
