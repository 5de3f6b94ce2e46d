import { rowsOf } from "./rows.ts";

/** PostgreSQL's table of stations, whose rows change while everything else goes wrong. */
export class StationsTable {
  readonly #postgresUrl: string;
  #renamed = 0;

  constructor(postgresUrl: string) {
    this.#postgresUrl = postgresUrl;
  }

  /** A station gets another name. Rejects while PostgreSQL is away. */
  async rename(stationId: number): Promise<void> {
    const name = `Renamed ${++this.#renamed}`;
    await rowsOf(this.#postgresUrl, "UPDATE stations SET station_name = $1 WHERE station_id = $2", [
      name,
      stationId,
    ]);
  }

  /** The name of each station of the three lines. Rejects while PostgreSQL is away. */
  async names(): Promise<ReadonlyMap<string, string>> {
    const rows = await rowsOf(
      this.#postgresUrl,
      "SELECT DISTINCT station_id AS id, station_name AS name FROM stations WHERE red OR blue OR green",
    );
    return new Map(rows.map(({ id, name }) => [String(id), String(name)]));
  }
}
