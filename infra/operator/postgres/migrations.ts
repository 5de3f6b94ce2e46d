import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ClientBase } from "pg";
import { projectRoot } from "../../runtime/project-root.ts";
import { stationsRows } from "./stations.ts";

/** One step of the database's history. A step that was applied is never changed; a new one is added. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  apply(client: ClientBase): Promise<void>;
}

/** `NNN-name.sql` files in the order of their numbers, and the seeds behind the table they fill. */
export function migrations(): readonly Migration[] {
  return [...sqlMigrations("migrations"), SEED_STATIONS].sort((x, y) => x.version - y.version);
}

/** Those of the database `classroom`, which belongs to the course material. */
export function classroomMigrations(): readonly Migration[] {
  return sqlMigrations("classroom");
}

function sqlMigrations(name: string): readonly Migration[] {
  const folder = join(projectRoot(), "infra", "operator", "postgres", name);
  return readdirSync(folder).flatMap((file) => {
    const match = /^(\d{3})-(.+)\.sql$/.exec(file);
    if (!match?.[2]) return [];
    const sql = readFileSync(join(folder, file), "utf8");
    return [
      { version: Number(match[1]), name: match[2], apply: async (client) => void (await client.query(sql)) },
    ];
  });
}

/** Once, so that what a user changes or removes in the table stays changed or removed. */
const SEED_STATIONS: Migration = {
  version: 2,
  name: "stations of the network file",
  async apply(client) {
    await client.query(
      `INSERT INTO stations SELECT * FROM json_populate_recordset(NULL::stations, $1)
       ON CONFLICT (stop_id) DO NOTHING`,
      [JSON.stringify(stationsRows())],
    );
  },
};
