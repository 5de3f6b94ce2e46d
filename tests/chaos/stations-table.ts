import { Client } from "pg";

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
    await this.#query("UPDATE stations SET station_name = $1 WHERE station_id = $2", [name, stationId]);
  }

  /** The name of each station of the three lines. Rejects while PostgreSQL is away. */
  async names(): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#query(
      "SELECT DISTINCT station_id AS id, station_name AS name FROM stations WHERE red OR blue OR green",
      [],
    );
    return new Map(rows.map(({ id, name }) => [String(id), String(name)]));
  }

  async #query(text: string, values: readonly unknown[]): Promise<readonly Record<string, unknown>[]> {
    const client = new Client({ connectionString: this.#postgresUrl });
    // It ends with PostgreSQL, and says so by the query too.
    client.on("error", () => {});
    await client.connect();
    try {
      return (await client.query(text, [...values])).rows;
    } finally {
      await client.end();
    }
  }
}
