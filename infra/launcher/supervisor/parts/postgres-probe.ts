import { Client } from "pg";

const WITHIN_MS = 2_000;

/** Does this database server answer queries? One that still starts or recovers refuses. */
export async function answersSql(url: string): Promise<boolean> {
  // The database that every server has, whatever was made in it so far.
  const server = new URL(url);
  server.pathname = "/postgres";
  const client = new Client({
    connectionString: server.href,
    connectionTimeoutMillis: WITHIN_MS,
    query_timeout: WITHIN_MS,
  });
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query("SELECT 1");
    return true;
  } finally {
    await client.end();
  }
}
