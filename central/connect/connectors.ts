import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { CodedError, messageOf } from "../../schemas/errors.ts";
import type { ConnectorConfig } from "./ports.ts";

/** A file of `connectors/`: one connector, with `${NAME}` where an address or a secret belongs. */
export interface ConnectorFile {
  readonly name: string;
  readonly config: ConnectorConfig;
}

const fileSchema = z.strictObject({ name: z.string().min(1), config: z.record(z.string(), z.string()) });
const PLACEHOLDER = /\$\{([A-Z][A-Z0-9_]*)\}/g;

export function connectorsFolder(): string {
  return join(projectRoot(), "central", "connect", "connectors");
}

/** All connectors of a folder, by name. @throws {CodedError} CONFIG_INVALID that names the file. */
export function readConnectors(folder: string = connectorsFolder()): readonly ConnectorFile[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => readConnector(join(folder, file)));
}

/** @throws {CodedError} CONFIG_INVALID */
export function readConnector(path: string): ConnectorFile {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    throw new CodedError("CONFIG_INVALID", {
      message: `${path} is no connector's file ({"name": …, "config": {setting: text, …}}): ${messageOf(cause)}`,
      retryable: false,
      context: { path },
      cause,
    });
  }
}

/**
 * The settings with each `${NAME}` replaced. Other uses of `$` are Connect's own and stay.
 *
 * @throws {CodedError} CONFIG_INVALID that names every placeholder without a value.
 */
export function filledIn(
  file: ConnectorFile,
  values: Readonly<Record<string, string | undefined>>,
): ConnectorConfig {
  const missing = new Set<string>();
  const fill = (text: string): string =>
    text.replace(PLACEHOLDER, (whole, name: string) => {
      const value = values[name];
      if (value === undefined) missing.add(name);
      return value ?? whole;
    });
  const config = Object.fromEntries(Object.entries(file.config).map(([key, text]) => [key, fill(text)]));
  if (missing.size === 0) return config;
  throw new CodedError("CONFIG_INVALID", {
    message: `connector ${file.name} needs ${[...missing].join(", ")}: set them in the environment`,
    retryable: false,
    context: { connector: file.name, missing: [...missing] },
  });
}

/** @throws {CodedError} USAGE that lists the connectors there are. */
export function connectorNamed(files: readonly ConnectorFile[], name: string): ConnectorFile {
  const file = files.find((candidate) => candidate.name === name);
  if (file) return file;
  throw new CodedError("USAGE", {
    message: `there is no connector "${name}": choose ${files.map((f) => f.name).join(" or ")}`,
    retryable: false,
    context: { connector: name },
  });
}
