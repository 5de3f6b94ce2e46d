import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../infra/runtime/project-root.ts";
import { EXIT } from "../schemas/errors.ts";

/** Every program, and a setting of its own that cannot be used. */
const PROGRAMS: readonly (readonly [main: string, args: readonly string[], wrong: string])[] = [
  ["infra/servers/ksql", [], "KSQL_PORT"],
  ["infra/servers/rest-proxy", [], "REST_PROXY_PORT"],
  ["infra/servers/schema-registry", [], "SCHEMA_REGISTRY_PORT"],
  ["infra/operator/bootstrap", [], "KAFKA_BROKERS"],
  ["infra/servers/front-door", [], "FRONT_DOOR_TARGETS"],
  ["infra/operator/inspect", ["topics"], "KAFKA_BROKERS"],
  ["firmware-sim", [], "FIRMWARE_SIM_PORT"],
  ["firmware-sim/vehicles", [], "FLEET_URL"],
  ["edge", ["--station", "40380"], "EDGE_OUTBOX_MB"],
  ["gateway", ["mqtt"], "MQTT_PORT"],
  ["gateway", ["http"], "FLEET_PORT"],
  ["gateway", ["--instances", "2"], "PROBE_PORT"],
  ["central", ["dedup"], "KAFKA_BROKERS"],
  ["central", ["dashboard"], "DASHBOARD_PORT"],
  ["central", [], "PROBE_PORT"],
  ["central/connect", ["status"], "CONNECT_URL"],
  ["central/ksql", ["apply"], "KSQLDB_URL"],
  ["central/flink", ["status"], "FLINK_SQL_GATEWAY_URL"],
];

interface Ended {
  readonly code: number | null;
  readonly text: string;
}

async function end(program: string, args: readonly string[], env: Record<string, string>): Promise<Ended> {
  const main = join(projectRoot(), "dist", program, "main.js");
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env["PATH"], ELEVATED_HOME: join(tmpdir(), "elevated-no-home"), ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let text = "";
  child.stderr.on("data", (chunk: Buffer) => {
    text += String(chunk);
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, text };
}

test.each(PROGRAMS)(
  "%s %j with a wrong %s ends with 78 and names it, without a stack",
  async (program, args, wrong) => {
    const { code, text } = await end(program, args, { [wrong]: "abc" });
    expect(text).toContain(`${wrong} is \\"abc\\"`.replaceAll("\\", text.startsWith("{") ? "\\" : ""));
    expect(text).not.toMatch(/^\s+at /m);
    expect(code).toBe(EXIT.config);
  },
);

test.each([...new Set([...PROGRAMS.map(([program]) => program), "infra/launcher/supervisor"])])(
  "%s: an unknown option ends with 2",
  async (program) => {
    const { code, text } = await end(program, ["--nonsense"], {});
    expect(text).toContain("unknown option '--nonsense'");
    expect(code).toBe(EXIT.usage);
  },
);
