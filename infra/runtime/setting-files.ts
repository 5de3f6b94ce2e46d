import { readFileSync } from "node:fs";
import { CodedError, messageOf } from "../../schemas/errors.ts";

/**
 * The value of a setting that is given as a file (`POSTGRES_URL_FILE` for `POSTGRES_URL`), without the line's end.
 *
 * @throws {CodedError} CONFIG_INVALID when the file cannot be read.
 */
export function fromFile(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
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
    throw new CodedError("CONFIG_INVALID", {
      message: `${variable} is "${path}": ${messageOf(cause)}; name a file that this process may read`,
      retryable: false,
      context: { variable, value: path },
      cause,
    });
  }
}
