import { Client } from "pg";

/** invalid_password and invalid_authorization_specification: a server that refuses a login works. */
const REFUSED: readonly unknown[] = ["28P01", "28000"];

/** Does this database server answer? One that still starts or recovers refuses. */
export async function answersSql(url: string, withinMs: number): Promise<boolean> {
  // The database that every server has, whatever was made in it so far.
  const server = new URL(url);
  server.pathname = "/postgres";
  const client = new Client({
    connectionString: server.href,
    connectionTimeoutMillis: withinMs,
    query_timeout: withinMs,
  });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query("SELECT 1");
    return true;
  } catch (error) {
    if (REFUSED.includes((error as { code?: unknown }).code)) return true;
    throw error;
  } finally {
    await client.end();
  }
}
