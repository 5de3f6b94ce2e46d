import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../runtime/project-root.ts";
import type { Component } from "./component.ts";
import { imagesOf, variablesOf } from "./images.ts";
import { jarsOf } from "./jars.ts";
import { packagesOf } from "./packages.ts";

/** Where the kept advisories are. */
export function advisoryPath(): string {
  return join(projectRoot(), "infra", "operator", "supply", "advisories.json");
}

/** All software of others that this project names: npm packages, jars, images. */
export function componentsOfProject(): readonly Component[] {
  const read = (...path: readonly string[]): string => readFileSync(join(projectRoot(), ...path), "utf8");
  const containers = [
    "Dockerfile",
    "docker-compose.yml",
    "compose.confluent.yml",
    join("infra", "deploy", "compose", "connect", "Dockerfile"),
    join("infra", "deploy", "compose", "connect", "Dockerfile.confluent"),
  ];
  return [
    ...packagesOf(read("package-lock.json")),
    ...jarsOf(
      read("infra", "launcher", "supervisor", "jars.sha256"),
      read("infra", "operator", "supply", "jars.tsv"),
    ),
    ...imagesOf(
      containers.map((file) => read(file)),
      variablesOf(read(".env")),
    ),
  ];
}

export function projectVersion(): string {
  const { version } = JSON.parse(readFileSync(join(projectRoot(), "package.json"), "utf8")) as {
    readonly version: string;
  };
  return version;
}

/** The texts of all JSON files below a folder. */
export function* jsonFilesIn(folder: string): Iterable<string> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && entry.name.endsWith(".json"))
      yield readFileSync(join(entry.parentPath, entry.name), "utf8");
  }
}
