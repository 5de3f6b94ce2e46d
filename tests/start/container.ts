import { spawnSync } from "node:child_process";
import { chmodSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Sandbox, STRANGER } from "./sandbox.ts";

const ENGINES = ["docker", "podman"];
/** An image that has Node, Java and Maven; without one, the machine's own programs are put into an empty image. */
const OTHERS_IMAGE = process.env["START_IMAGE"];
const OWN_IMAGE = "elevated-first-start";
/** Settings that the machine's programs need. None of them names a user or a secret. */
const SETTINGS = /^(alternatives|ca-certificates|crypto-policies|java.*|ld\.so\..*|maven|pki|ssl)$/;
/** Where the ordinary user's home is in the container. */
export const STRANGERS_HOME = "/home/stranger";
/** As small images have them, and an ordinary user: PostgreSQL insists on a name. */
const ACCOUNTS = `root:x:0:0:root:/root:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
stranger:x:${STRANGER}:${STRANGER}::${STRANGERS_HOME}:/bin/sh
`;

/** Commands that run another one in a container. */
export interface Container {
  /** The Node in it. */
  readonly node: string;
  /**
   * The command that runs another one in `clone` of a home.
   *
   * @param home - its folder on this machine
   * @param path - where it is in the container
   * @param user - as the engine's `--user` has it
   */
  through(home: string, path: string, user?: string): readonly string[];
  /** Takes the image away that was made for it. */
  end(): void;
}

/** The first engine whose daemon answers. */
function engine(): string | undefined {
  return ENGINES.find((program) => spawnSync(program, ["info"], { stdio: "ignore" }).status === 0);
}

/** What a container needs and this machine does not have; undefined: nothing. */
export function containerLacks(): string | undefined {
  if (engine() === undefined) return `a container engine that answers: ${ENGINES.join(" or ")}`;
  const own = process.execPath.startsWith("/usr/") && lstatSync("/bin").isSymbolicLink();
  return own || OTHERS_IMAGE ? undefined : "all programs below /usr, or START_IMAGE";
}

/**
 * A container with the engine's own limits: its capabilities, its filter of system calls, its namespaces. Of the network
 * it has the machine's, so that set-up reaches what the machine reaches.
 *
 * @throws Error with the engine's words when no image can be made
 */
export function containerIn(sandbox: Sandbox): Container {
  const program = engine() ?? "docker";
  const image = OTHERS_IMAGE ?? makeImage(program, sandbox);
  const scripts = `${import.meta.dirname}:${import.meta.dirname}:ro`;
  const accounts = join(sandbox.folder, "passwd");
  writeFileSync(accounts, ACCOUNTS);
  const given = [scripts, `${accounts}:/etc/passwd:ro`, ...(OTHERS_IMAGE ? [] : ownPrograms())];
  return {
    node: OTHERS_IMAGE ? "node" : process.execPath,
    through: (home, path, user = "0:0") => [
      ...[program, "run", "--rm", "--network=host", `--user=${user}`],
      ...[`--env=HOME=${path}`, `--workdir=${join(path, "clone")}`],
      ...[`${home}:${path}`, ...given].map((volume) => `--volume=${volume}`),
      image,
    ],
    end() {
      if (!OTHERS_IMAGE) spawnSync(program, ["rmi", "--force", image], { stdio: "ignore" });
    },
  };
}

function ownPrograms(): readonly string[] {
  const settings = readdirSync("/etc").filter((name) => SETTINGS.test(name));
  return ["/usr", ...settings.map((name) => `/etc/${name}`)].map((path) => `${path}:${path}:ro`);
}

/** An image of folders alone. @returns its name */
function makeImage(program: string, sandbox: Sandbox): string {
  const root = join(sandbox.folder, "image");
  const folders = ["etc", "home", "root", "run", "tmp", "usr", "var/cache", "var/tmp"];
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
  for (const folder of ["tmp", "var/tmp"]) chmodSync(join(root, folder), 0o1777);
  for (const folder of ["bin", "lib", "lib64", "sbin"]) symlinkSync(`usr/${folder}`, join(root, folder));
  writeFileSync(join(root, "etc", "passwd"), ACCOUNTS);
  const command = 'tar -C "$1" --owner=0 --group=0 -c . | "$2" import - "$3"';
  const made = spawnSync("sh", ["-c", command, "sh", root, program, OWN_IMAGE], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(`${program} import: ${made.stderr}`);
  return OWN_IMAGE;
}
