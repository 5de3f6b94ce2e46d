import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../../infra/runtime/project-root.ts";
import type { Control } from "./list.ts";

const CONFIG = join(import.meta.dirname, "vitest.config.ts");

/** Which seed saw it first, and what it saw; undefined: none did. */
export type Seen = { readonly seed: number; readonly trouble: string } | undefined;

/** Break each rule, and look for the first seed that sees it. @returns was each one seen? */
export async function huntAll(
  controls: readonly Control[],
  seeds: number,
  say: (line: string) => void,
): Promise<boolean> {
  let all = true;
  for (const { name } of controls) {
    const seen = await hunt(name, seeds);
    all &&= seen !== undefined;
    say(
      seen
        ? `${String(seen.seed).padStart(4)} seeds  ${name}: ${seen.trouble}`
        : `NOT SEEN in ${seeds}  ${name}`,
    );
  }
  return all;
}

async function hunt(name: string, seeds: number): Promise<Seen> {
  const folder = mkdtempSync(join(tmpdir(), "elevated-simulate-"));
  const report = join(folder, "report.json");
  try {
    const child = spawn(
      process.execPath,
      ["node_modules/vitest/vitest.mjs", "run", "--config", CONFIG, "--reporter", "dot"],
      {
        cwd: projectRoot(),
        env: {
          ...process.env,
          SIMULATE_CONTROL: name,
          SIMULATE_SEEDS: String(seeds),
          SIMULATE_REPORT: report,
        },
        stdio: ["ignore", "ignore", "inherit"],
      },
    );
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    if (code !== 0) throw new Error(`${name}: vitest ended with ${code}`);
    return readSeen(report);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readSeen(path: string): Seen {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Seen;
  } catch {
    return undefined;
  }
}
