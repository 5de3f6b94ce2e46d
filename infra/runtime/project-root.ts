import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The project's folder, found from this module upwards, so that sources and built files read the same contract files.
 *
 * @throws Error when no folder above holds `schemas/avro`.
 */
export function projectRoot(from: string = fileURLToPath(import.meta.url)): string {
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json")) && existsSync(join(folder, "schemas", "avro")))
      return folder;
    if (folder === dirname(folder)) throw new Error(`no project folder above ${from}`);
  }
}
