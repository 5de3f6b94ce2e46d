import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { composeClient, composeLacks } from "../compose-file.ts";

/** Of Compose, where none is installed: the Go module of that name. */
const VERSION = "v2.40.3";
const MODULE = "github.com/docker/compose/v2";

const ask = (program: string, args: readonly string[]): string | undefined => {
  const { status, stdout } = spawnSync(program, args, { encoding: "utf8" });
  return status === 0 ? stdout : undefined;
};

/** The machine's own client, of version 2 or later; undefined without one. */
export function installedClient(): readonly string[] | undefined {
  return composeClient(ask);
}

/**
 * The machine's own client, or one that Go builds from its module. That takes some minutes, once.
 *
 * @param folder - where the built one stays.
 * @throws Error when there is neither a client nor Go
 */
export function clientIn(folder: string, note: (line: string) => void): readonly string[] {
  const installed = installedClient();
  if (installed) return installed;
  const program = join(folder, "docker-compose");
  if (existsSync(program)) return [program];
  if (ask("go", ["version"]) === undefined) {
    throw new Error(
      `${composeLacks(ask)}, and there is no Go to build one: install Docker's plug-in docker-compose-v2`,
    );
  }
  note(`${composeLacks(ask)}: building ${MODULE} ${VERSION}`);
  const module = join(folder, "module");
  mkdirSync(module, { recursive: true });
  writeFileSync(join(module, "go.mod"), "module compose-client\n\ngo 1.24\n");
  writeFileSync(
    join(module, "client.go"),
    `//go:build client\n\npackage client\n\nimport _ "${MODULE}/cmd"\n`,
  );
  const go = (...args: readonly string[]): void => {
    execFileSync("go", args, { cwd: module, stdio: ["ignore", "ignore", "inherit"] });
  };
  go("get", `${MODULE}@${VERSION}`);
  const flags = `-s -w -X ${MODULE}/internal.Version=${VERSION}`;
  go("build", "-mod=mod", "-ldflags", flags, "-o", program, `${MODULE}/cmd`);
  return [program];
}
