import type { Clock } from "../../infra/runtime/clock.ts";
import { isCoded } from "../../schemas/errors.ts";
import type { KsqlClient, StatementAnswer } from "./client.ts";
import { type Action, type Existing, planActions } from "./plan.ts";
import type { ScriptStatement } from "./script.ts";

interface ApplyOptions {
  readonly client: KsqlClient;
  readonly clock: Clock;
  /** Tells a person what was done, one line each. */
  readonly tell: (line: string) => void;
  /** How long to wait for a server that does not answer yet, ms. */
  readonly patienceMs: number;
  /** As `planActions` takes them; left out: none. */
  readonly earlier?: readonly ScriptStatement[];
}

const PAUSE_MS = 500;

/**
 * Bring the server to what the script says.
 *
 * @throws {CodedError} DEPENDENCY_UNAVAILABLE when no server answers in time, KSQL_FAILED with the server's reason.
 */
export async function applyScript(script: readonly ScriptStatement[], options: ApplyOptions): Promise<void> {
  const { client, tell, earlier } = options;
  const version = await answering(options);
  tell(`ksql server ${version}`);
  const existing = await existingSources(client);
  for (const action of planActions(script, existing, earlier)) await carryOut(action, client, tell);
}

async function answering({ client, clock, patienceMs }: ApplyOptions): Promise<string> {
  const deadline = clock.monotonic() + patienceMs;
  for (;;) {
    try {
      return await client.version();
    } catch (error) {
      if (!isCoded(error, "DEPENDENCY_UNAVAILABLE") || clock.monotonic() > deadline) throw error;
      await clock.sleep(PAUSE_MS);
    }
  }
}

async function existingSources(client: KsqlClient): Promise<ReadonlyMap<string, Existing>> {
  const [streams, tables] = await client.run("LIST STREAMS; LIST TABLES;");
  const names = [...listOf(streams?.["streams"]), ...listOf(tables?.["tables"])].map((row) =>
    String(row["name"]),
  );
  const existing = new Map<string, Existing>();
  for (const name of names) {
    const [answer] = await client.run(`DESCRIBE \`${name}\`;`);
    const described = answer?.["sourceDescription"] as StatementAnswer | undefined;
    if (!described) continue;
    const ids = (field: string): readonly string[] =>
      listOf(described[field]).map((query) => String(query["id"]));
    const writers = listOf(described["writeQueries"]);
    existing.set(name, {
      name,
      type: described["type"] === "TABLE" ? "TABLE" : "STREAM",
      statement: String(described["statement"] || writers[0]?.["queryString"] || ""),
      writers: ids("writeQueries"),
      readers: ids("readQueries"),
    });
  }
  return existing;
}

function listOf(value: unknown): readonly StatementAnswer[] {
  return Array.isArray(value) ? (value as readonly StatementAnswer[]) : [];
}

async function carryOut(action: Action, client: KsqlClient, tell: (line: string) => void): Promise<void> {
  switch (action.kind) {
    case "unchanged":
      tell(`= ${action.name}: unchanged`);
      return;
    case "terminate":
      await client.run(`TERMINATE ${action.queryId};`);
      tell(`- ${action.queryId}: terminated`);
      return;
    case "drop":
      await client.run(`DROP ${action.type} \`${action.name}\`;`);
      tell(`- ${action.name}: dropped`);
      return;
    case "create":
    case "run": {
      const [entity] = await client.run(action.statement.text, {
        properties: action.statement.properties,
      });
      const status = entity?.["commandStatus"] as { readonly message?: unknown } | undefined;
      tell(`+ ${action.kind === "create" ? action.name : "statement"}: ${String(status?.message ?? "done")}`);
    }
  }
}
