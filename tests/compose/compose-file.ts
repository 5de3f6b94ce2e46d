import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { projectRoot } from "../../infra/runtime/project-root.ts";

export interface ComposeService {
  readonly image?: string;
  readonly build?: unknown;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly scale?: number;
  readonly networks?: readonly string[] | Readonly<Record<string, { readonly aliases: readonly string[] }>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly tmpfs?: readonly string[];
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
  return readYaml("docker-compose.yml") as ComposeFile;
}

/** What `compose.confluent.yml` lays over it. A value that it resets is null. */
export function readConfluent(): Pick<ComposeFile, "services"> {
  return readYaml("compose.confluent.yml") as Pick<ComposeFile, "services">;
}

/** What `compose.flink.yml` lays over it. */
export function readFlink(): Pick<ComposeFile, "services" | "volumes"> {
  return readYaml("compose.flink.yml") as Pick<ComposeFile, "services" | "volumes">;
}

function readYaml(name: string): unknown {
  const root = projectRoot();
  const settings = readSettings(join(root, ".env"));
  const text = readFileSync(join(root, name), "utf8").replace(/\$\{(\w+)\}/g, (_, variable: string) => {
    const value = settings[variable];
    if (value === undefined) throw new Error(`.env has no ${variable}`);
    return value;
  });
  // `$$` stands for one `$`, and Compose's own tags for a value that takes another's place.
  return parse(text.replaceAll("$$", "$").replace(/!(reset|override)(?=\s)/g, ""), { merge: true });
}

/** Runs a program. @returns its output, or undefined when it fails */
type Ask = (program: string, args: readonly string[]) => string | undefined;

const CLIENTS = [["docker", "compose"], ["docker-compose"]] as const;

/** A client that reads this file: of version 2 or later. Version 1, which Debian 12 still has, is another program. */
export function composeClient(ask: Ask): readonly string[] | undefined {
  return CLIENTS.find((client) => majorOf(ask, client) >= 2);
}

/** Why there is no client that reads this file, in words. */
export function composeLacks(ask: Ask): string {
  const old = CLIENTS.find((client) => majorOf(ask, client) === 1);
  return old ? `${old.join(" ")} is version 1, which cannot read this file` : "there is no docker compose";
}

function majorOf(ask: Ask, [program = "", ...args]: readonly string[]): number {
  return Number(/(?:^|version )v?(\d+)\./.exec(ask(program, [...args, "version", "--short"]) ?? "")?.[1]);
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
