import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { InRecord } from "../../../../infra/runtime/kafka/ports.ts";
import { projectRoot } from "../../../../infra/runtime/project-root.ts";
import type { OutputRow } from "./outputs.ts";
import { type Program, startProgram } from "./program.ts";
import { countRow, stationRow } from "./rows.ts";

const execute = promisify(execFile);
const FOLDER = join(projectRoot(), "tests", "bench", "parts", "transform");

/** The two jobs of `faust_jobs.py`. */
export type Job = "stations" | "count";

/**
 * A Python environment with faust-streaming, kept for the next time.
 *
 * @returns its interpreter.
 */
export async function pythonWithFaust(note: (line: string) => void): Promise<string> {
  const folder = join(projectRoot(), ".elevated", "bench-faust");
  const python = join(folder, "bin", "python");
  const stamp = join(folder, "requirements.txt");
  const wanted = readFileSync(join(FOLDER, "requirements.txt"), "utf8");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return python;
  note(`transform: faust-streaming into ${folder}`);
  await execute("python3", ["-m", "venv", "--clear", folder]);
  await execute(python, ["-m", "pip", "install", "--quiet", "-r", join(FOLDER, "requirements.txt")]);
  writeFileSync(stamp, wanted);
  return python;
}

/** @param app - the consumer group; the output is `<app>-table-changelog`. */
export function startFaust(
  python: string,
  job: Job,
  app: string,
  {
    brokers,
    input,
    partitions,
  }: { readonly brokers: string; readonly input: string; readonly partitions: number },
): Program {
  const data = mkdtempSync(join(tmpdir(), "elevated-faust-"));
  return startProgram(
    python,
    [join(FOLDER, "faust_jobs.py"), "--loop", "uvloop", "worker", "--loglevel", "warn", "--without-web"],
    { BROKERS: brokers, INPUT: input, PARTITIONS: String(partitions), JOB: job, APP: app, DATA: data },
  );
}

/** A record of the table's changelog. */
export async function faustRow(job: Job, { key, value }: InRecord): Promise<OutputRow | undefined> {
  if (!key || !value) return undefined;
  const [name, content] = [JSON.parse(key.toString()), JSON.parse(value.toString())] as [unknown, unknown];
  if (job === "count") return countRow(Number(name), Number(content));
  return stationRow(content as Parameters<typeof stationRow>[0]);
}
