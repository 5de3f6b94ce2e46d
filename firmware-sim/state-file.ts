import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { z } from "zod";
import { CodedError } from "../schemas/errors.ts";

/**
 * What the file holds; undefined when there is none.
 *
 * @throws {CodedError} CONFIG_INVALID when its content is not of this shape.
 */
export function readJson<S extends z.ZodType>(path: string, shape: S): z.output<S> | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return shape.parse(JSON.parse(text));
  } catch (cause) {
    throw new CodedError("CONFIG_INVALID", {
      message: `${path} is damaged: restore it, or remove the simulator's state (npm run clean)`,
      retryable: false,
      context: { path },
      cause,
    });
  }
}

/** Whole or not at all, whenever the process dies. */
export function writeJson(path: string, value: unknown): void {
  replace(path, value, false);
}

/** Whole or not at all, whenever the power fails: the file is on the disk, under its name, when this returns. */
export function writeJsonDurably(path: string, value: unknown): void {
  replace(path, value, true);
}

function replace(path: string, value: unknown, durable: boolean): void {
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(`${path}.new`, "w");
  try {
    writeSync(fd, `${JSON.stringify(value)}\n`);
    if (durable) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(`${path}.new`, path);
  if (!durable) return;
  // The new name is durable only once its folder is.
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
