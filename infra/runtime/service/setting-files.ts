import { readFileSync, statSync } from "node:fs";
import { messageOf } from "../../../schemas/errors.ts";
import type { Environment } from "./environment.ts";
import { invalidSetting } from "./invalid-setting.ts";

/**
 * The value of a setting that is given as a file (`POSTGRES_URL_FILE` for `POSTGRES_URL`), without the line's end.
 *
 * @throws {CodedError} CONFIG_INVALID when the file cannot be read.
 */
export function fromFile(name: string, env: Environment): string | undefined {
  const file = env[`${name}_FILE`];
  return file ? fileOf(`${name}_FILE`, file).toString("utf8").trimEnd() : undefined;
}

/**
 * A file that a setting names.
 *
 * @throws {CodedError} CONFIG_INVALID that names the setting.
 */
export function fileOf(variable: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const problem = `is "${path}": ${messageOf(cause)}; name a file that this process may read`;
    throw invalidSetting(variable, problem, { value: path, cause });
  }
}

/** Differs when the file was replaced; empty while there is none. */
export function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.ino} ${stat.size} ${stat.mtimeMs}` : "";
}
