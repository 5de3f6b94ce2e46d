import { Client } from "pg";

/** Does this database server answer queries? One that still starts or recovers refuses. */
export async function answersSql(url: string): Promise<boolean> {
  // The database that every server has, whatever was made in it so far.
  const server = new URL(url);
  server.pathname = "/postgres";
  const client = new Client({ connectionString: server.href, connectionTimeoutMillis: 2_000 });
  client.on("error", () => {});
  await client.connect();
  await client.query("SELECT 1");
  await client.end();
  return true;
}
