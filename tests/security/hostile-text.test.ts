import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { runShell } from "../../central/ksql/shell/shell.ts";
import { report } from "../../infra/launcher/doctor/finding.mjs";
import { lastWords } from "../../infra/launcher/supervisor/process/log-tail.ts";
import { statusText } from "../../infra/launcher/supervisor/report/status-text.ts";
import { jsonLine, readable, describe as recordText } from "../../infra/operator/inspect/decode.ts";
import type { InRecord } from "../../infra/runtime/kafka/ports.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import type { AvroReader } from "../../infra/runtime/registry/ports.ts";
import { hostile, OBEYED } from "./hostile-texts.ts";

const harmless = (text: string): void => {
  expect(text).toContain("Clark/Lake");
  expect(text).not.toMatch(OBEYED);
};
const name = hostile("Clark/Lake");

test.each(["json", "text", "bare"])("peek: a record's key, value and headers (%s)", async (form) => {
  const value =
    form === "json"
      ? JSON.stringify({ station_name: name, list: [name] })
      : form === "text"
        ? `Clark/Lake${String.fromCharCode(0x202e)}x`
        : name;
  const record = {
    ...{
      topic: "t",
      partition: 0,
      offset: 1,
      timestamp: 0,
      key: Buffer.from(`Clark/Lake${String.fromCharCode(0x9b)}2J`),
    },
    ...{ value: Buffer.from(value), headers: { [name]: name } },
  } as unknown as InRecord;
  const shown = await readable(record, {} as AvroReader);
  harmless(recordText(shown));
  harmless(jsonLine(shown));
  expect(JSON.parse(jsonLine(shown))).toEqual(JSON.parse(JSON.stringify(shown)));
});

test("status: why a part ended, and what is wrong with the stations' source", () => {
  const part = {
    ...{ name: "connect", state: "restarting", ms: null, pid: null, upMs: null, url: null, probe: null },
    ...{ restarts: 1, reason: name, memoryBytes: null, instances: [] },
  } as const;
  const status = {
    startedAt: 0,
    pid: 1,
    memoryBytes: 1,
    parts: [part],
    hops: null,
    proof: null,
    source: null,
  };
  harmless(statusText(status as unknown as Parameters<typeof statusText>[0], 0));
});

test("the last words of a part's log", () => {
  const folder = mkdtempSync(join(tmpdir(), "log-"));
  writeFileSync(join(folder, "a.log"), `first\n${JSON.stringify({ msg: name })}\n`);
  harmless(lastWords(join(folder, "a.log")));
  rmSync(folder, { recursive: true });
});

test("the doctor's findings", () => {
  harmless(report([{ check: "registry", level: "problem", says: name, fix: name }]));
});

test("the ksql client: rows, names and errors of the server", async () => {
  const output = new PassThrough();
  const input = new PassThrough();
  const client = {
    version: async () => "0",
    run: async () => [{ "@type": "streams", streams: [{ name, topic: name }] }],
    // biome-ignore lint/correctness/useYield: a query that fails before its first row
    async *query() {
      throw new Error(name);
    },
  };
  const folder = mkdtempSync(join(tmpdir(), "history-"));
  const done = runShell({
    client: client as unknown as Parameters<typeof runShell>[0]["client"],
    input,
    output,
    terminal: false,
    historyFile: join(folder, "history"),
  });
  input.end("SHOW STREAMS;\nSELECT * FROM X;\n");
  await done;
  harmless(String(output.read()));
  rmSync(folder, { recursive: true });
});

const LOG = `
  const { createLogger } = await import(${JSON.stringify(join(projectRoot(), "infra/runtime/logger.ts"))});
  const text = process.env.TEXT;
  createLogger("x").warn({ station: text, err: new Error(text), deep: { list: [text] } }, text);
`;

/** The formatter for terminals paints by itself: its own colours are taken away, and nothing else may be left. */
function withoutColours(text: string): string {
  return text.replaceAll(new RegExp(`${String.fromCharCode(0x1b)}\\[\\d{1,2}m`, "g"), "");
}

test.each([false, true])("a log line, on a terminal: %s", (terminal) => {
  const asTerminal = "Object.defineProperty(process.stderr, 'isTTY', { value: true });";
  const { stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", "--input-type=module", "-e", (terminal ? asTerminal : "") + LOG],
    { cwd: projectRoot(), env: { ...process.env, TEXT: name.replace("\0", "") }, encoding: "utf8" },
  );
  harmless(withoutColours(stderr));
});

test("a command line that is somebody else's text", () => {
  const argument = `--Clark/Lake${name.replace("\0", "")}`;
  const { stderr } = spawnSync(process.execPath, ["--import", "tsx", "edge/main.ts", argument], {
    cwd: projectRoot(),
    encoding: "utf8",
  });
  harmless(stderr);
});
