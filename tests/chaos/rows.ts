import { Client } from "pg";

/** What PostgreSQL answers, over a connection of its own. Rejects while PostgreSQL is away. */
export async function rowsOf(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  // It ends with PostgreSQL, and says so by the query too.
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query(text, [...values])).rows;
  } finally {
    await client.end();
  }
}
