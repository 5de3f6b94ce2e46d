import { execFileSync, spawnSync } from "node:child_process";

/** A container engine that answers, by the `docker` program. */
export class Engine {
  /** The environment of every program that speaks to it. */
  readonly env: NodeJS.ProcessEnv;

  /** @param host - its address, for example `unix:///run/docker.sock`; left out: the one that `docker` knows. */
  constructor(host?: string) {
    const env = { ...process.env, ...(host === undefined ? {} : { DOCKER_HOST: host }) };
    const builder = spawnSync("docker", ["buildx", "version"], { env, stdio: "ignore" }).status === 0;
    // Without that plug-in the engine's first builder does it.
    this.env = builder ? env : { ...env, DOCKER_BUILDKIT: "0" };
  }

  get answers(): boolean {
    return spawnSync("docker", ["info"], { env: this.env, stdio: "ignore" }).status === 0;
  }

  /** @returns what the command prints. @throws Error with the engine's words */
  docker(args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync("docker", args, {
      env: this.env,
      encoding: "utf8",
      maxBuffer: 256 * 1024 * 1024,
    });
    if (status !== 0)
      throw new Error(`docker ${args.join(" ")} ended with ${status}:\n${stderr.slice(-4_000)}`);
    return stdout;
  }

  hasImage(name: string): boolean {
    return spawnSync("docker", ["image", "inspect", name], { env: this.env, stdio: "ignore" }).status === 0;
  }

  /** A folder's content as an image. */
  importFolder(folder: string, name: string): void {
    const command = 'tar -C "$1" --one-file-system -c . | docker import - "$2"';
    execFileSync("sh", ["-c", command, "sh", folder, name], { env: this.env, stdio: "ignore" });
  }
}
