import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { projectRoot } from "../../../infra/runtime/project-root.ts";
import type { Engine } from "../engine/engine.ts";

const run = promisify(execFile);
/** Not the product's own: a system that somebody runs and its volumes are not touched. */
export const PROJECT = "elevated-test";
const MAX_OUTPUT = 256 * 1024 * 1024;

/** One container of the system. */
export interface Container {
  /** As the engine calls it: `elevated-test-gateway-1`. */
  readonly name: string;
  readonly service: string;
  /** `running`, `paused`, `exited`. */
  readonly state: string;
  /** `healthy`, `starting`, `unhealthy`, or empty without a check. */
  readonly health: string;
  readonly exitCode: number;
}

interface PsLine {
  readonly Name: string;
  readonly Service: string;
  readonly State: string;
  readonly Health: string;
  readonly ExitCode: number;
}

/** The compose file's system on an engine. */
export class Cluster {
  readonly #engine: Engine;
  readonly #client: readonly string[];
  readonly #files: readonly string[];

  /** @param files - laid over the compose file, in this order. */
  constructor(engine: Engine, client: readonly string[], files: readonly string[] = []) {
    this.#engine = engine;
    this.#client = client;
    this.#files = ["docker-compose.yml", ...files].flatMap((file) => ["-f", file]);
  }

  /** The same system with further files laid over it. */
  with(...files: readonly string[]): Cluster {
    const own = this.#files.filter((word) => word !== "-f").slice(1);
    return new Cluster(this.#engine, this.#client, [...own, ...files]);
  }

  /** @throws Error with the client's words */
  async compose(...args: readonly string[]): Promise<string> {
    const [program = "", ...first] = this.#client;
    return this.#run(program, [...first, "--ansi", "never", "-p", PROJECT, ...this.#files, ...args]);
  }

  async docker(...args: readonly string[]): Promise<string> {
    return this.#run("docker", args);
  }

  async #run(program: string, args: readonly string[]): Promise<string> {
    try {
      const options = { env: this.#engine.env, cwd: projectRoot(), maxBuffer: MAX_OUTPUT };
      return (await run(program, args, options)).stdout;
    } catch (error) {
      const { stderr = "" } = error as { readonly stderr?: string };
      throw new Error(`${program} ${args.join(" ")}: ${stderr.slice(-4_000)}`, { cause: error });
    }
  }

  /** All containers, those that ended too. */
  async containers(): Promise<readonly Container[]> {
    const lines = (await this.compose("ps", "--all", "--format", "json")).split("\n").filter(Boolean);
    return lines
      .map((line) => JSON.parse(line) as PsLine)
      .map(({ Name, Service, State, Health, ExitCode }) => ({
        name: Name,
        service: Service,
        state: State,
        health: Health,
        exitCode: ExitCode,
      }));
  }

  /** Containers that are not as they must be: neither healthy nor ended with 0. */
  async unwell(): Promise<readonly Container[]> {
    return (await this.containers()).filter(({ state, health, exitCode }) =>
      state === "exited" ? exitCode !== 0 : health !== "healthy",
    );
  }

  /** What a program of the image prints, run in a service's container. */
  async program(service: string, ...command: readonly string[]): Promise<string> {
    return this.compose("exec", "-T", service, "node", ...command);
  }

  /** `healthy`, `unhealthy`, `starting`; `paused` or `exited` when it does not run. */
  async healthOf(container: string): Promise<string> {
    const template = "{{.State.Status}} {{with .State.Health}}{{.Status}}{{end}}";
    const [state = "", health = ""] = (await this.docker("inspect", "--format", template, container))
      .trim()
      .split(" ");
    return state === "running" ? health : state;
  }

  async networkOf(container: string): Promise<string> {
    const template = "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}";
    return (await this.docker("inspect", "--format", template, container)).trim();
  }

  /** The names by which others find it in that network, besides its id. */
  async aliasesOf(container: string): Promise<readonly string[]> {
    const template = "{{range .NetworkSettings.Networks}}{{json .Aliases}}{{end}}";
    const names = JSON.parse(
      await this.docker("inspect", "--format", template, container),
    ) as readonly string[];
    return names.filter((name) => !/^[0-9a-f]{12}$/.test(name));
  }
}
