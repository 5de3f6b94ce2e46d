import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { projectRoot } from "../../infra/runtime/project-root.ts";

export interface ComposeService {
  readonly image?: string;
  readonly build?: unknown;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly profiles?: readonly string[];
  readonly mem_limit?: string;
  readonly stop_grace_period?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

/** `docker-compose.yml` with anchors merged and `${NAME}` filled in from `.env`, as docker compose reads it. */
export function readCompose(): ComposeFile {
  const root = projectRoot();
  const settings = readSettings(join(root, ".env"));
  const text = readFileSync(join(root, "docker-compose.yml"), "utf8").replace(
    /\$\{(\w+)\}/g,
    (_, name: string) => {
      const value = settings[name];
      if (value === undefined) throw new Error(`.env has no ${name}`);
      return value;
    },
  );
  return parse(text, { merge: true }) as ComposeFile;
}

/**
 * A client that reads this file: of version 2 or later. Version 1, which Debian 12 still has, is another program.
 *
 * @param ask - runs a program; its output, or undefined when it fails.
 */
export function composeClient(
  ask: (program: string, args: readonly string[]) => string | undefined,
): readonly string[] | undefined {
  return [["docker", "compose"], ["docker-compose"]].find(([program = "", ...args]) => {
    const version = ask(program, [...args, "version", "--short"]);
    return Number(/^v?(\d+)\./.exec(version ?? "")?.[1]) >= 2;
  });
}

function readSettings(file: string): Readonly<Record<string, string | undefined>> {
  const lines = readFileSync(file, "utf8").split("\n");
  return Object.fromEntries(
    lines.filter((line) => /^\w+=/.test(line)).map((line) => line.split(/=(.*)/s, 2) as [string, string]),
  );
}

/** Services that run our own image. */
export function ownServices({ services }: ComposeFile): readonly (readonly [string, ComposeService])[] {
  return Object.entries(services).filter(([, { image }]) => image?.startsWith("elevated:"));
}
