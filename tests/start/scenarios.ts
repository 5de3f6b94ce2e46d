import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { containerIn, containerLacks, STRANGERS_HOME } from "./container.ts";
import { type Sandbox, STRANGER } from "./sandbox.ts";

/** One `npm start`. */
export interface Start {
  readonly cwd: string;
  /** A command that runs it, for example in a namespace. */
  readonly through?: readonly string[];
  /** The Node there; this one when left out. */
  readonly node?: string;
  /** Changes to the environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly args?: readonly string[];
}

export interface Scenario {
  readonly name: string;
  readonly about: string;
  /** Why it cannot run here; undefined: it can. */
  readonly lacks?: () => string | undefined;
  /** Starts, one after another; the last one is that which counts. `end` undoes what lies outside of the sandbox. */
  prepare(sandbox: Sandbox): Promise<{ readonly starts: readonly Start[]; readonly end?: () => void }>;
}

const FREE = ["--free-ports"];
const BUSY_LOOPS = 20;
/** Ends with this process, however that ends. */
const BUSY_LOOP = `while kill -0 ${process.pid} 2>/dev/null; do :; done`;
const isRoot = process.getuid?.() === 0;
const onlyRoot = (): string | undefined => (isRoot ? undefined : "root's own");
const works = (...command: readonly string[]): boolean => {
  const [program = "", ...args] = command;
  return spawnSync(program, args).status === 0;
};

/** Whom the machine's own accounts leave out: all but root and nobody. */
const TWO_ACCOUNTS = "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/nonexistent:/bin/false\n";
const USER_NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--mount-proc"];
const NO_NETWORK = ["unshare", ...(isRoot ? [] : ["--user", "--map-root-user"]), "--net"];

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "plain",
    about: "a fresh clone in a folder of the temporary directory",
    prepare: async (sandbox) => ({ starts: [{ cwd: sandbox.clone("clone") }] }),
  },
  {
    name: "root-private",
    about: "root, below a folder of mode 0700 as root's own home is",
    lacks: onlyRoot,
    async prepare(sandbox) {
      const cwd = sandbox.clone("private", "clone");
      chmodSync(join(cwd, ".."), 0o700);
      return { starts: [{ cwd }] };
    },
  },
  {
    name: "only-nobody",
    about: "root, where nobody is the only other account, below a folder of mode 0700",
    lacks: () =>
      isRoot && works("unshare", "--mount", "true") ? undefined : "root's own, with unshare --mount",
    async prepare(sandbox) {
      const cwd = sandbox.clone("private", "clone");
      chmodSync(join(cwd, ".."), 0o700);
      const accounts = join(sandbox.folder, "passwd");
      writeFileSync(accounts, TWO_ACCOUNTS);
      const mount = `mount --bind '${accounts}' /etc/passwd && exec "$0" "$@"`;
      return { starts: [{ cwd, through: ["unshare", "--mount", "sh", "-c", mount] }] };
    },
  },
  {
    name: "plain-user",
    about: "a user who is not root and has no name, in a home of mode 0700",
    lacks: onlyRoot,
    async prepare(sandbox) {
      const home = sandbox.home("stranger");
      const cwd = sandbox.clone("stranger", "clone");
      sandbox.giveToStranger(home);
      const through = ["setpriv", `--reuid=${STRANGER}`, `--regid=${STRANGER}`, "--clear-groups"];
      // npm's own settings of the user that runs this must not reach it.
      const npm = { npm_config_cache: join(home, ".npm"), npm_config_userconfig: join(home, ".npmrc") };
      return { starts: [{ cwd, through, env: { HOME: home, ...npm } }] };
    },
  },
  {
    name: "odd-path",
    about: "a path with blanks, umlauts and a quote, in the locale C",
    prepare: async (sandbox) => ({
      starts: [{ cwd: sandbox.clone("Grüße aus Köln", "o'hare 'L'"), env: { LANG: "C", LC_ALL: undefined } }],
    }),
  },
  {
    name: "umask-077",
    about: "nothing that is made may be read by others",
    prepare: async (sandbox) => ({
      starts: [{ cwd: sandbox.clone("clone"), through: ["sh", "-c", 'umask 077 && exec "$0" "$@"'] }],
    }),
  },
  {
    name: "ports-taken",
    about: "other servers on 5432 and 9092, which take connections and say nothing",
    async prepare(sandbox) {
      const servers = await Promise.all([5432, 9092].map(occupy));
      const end = () => {
        for (const server of servers) server?.close();
      };
      return { starts: [{ cwd: sandbox.clone("clone"), args: [] }], end };
    },
  },
  {
    name: "busy",
    about: `${BUSY_LOOPS} endless loops beside it`,
    async prepare(sandbox) {
      const cwd = sandbox.clone("clone");
      const loops = Array.from({ length: BUSY_LOOPS }, () => spawn("sh", ["-c", BUSY_LOOP]));
      return { starts: [{ cwd }], end: () => endAll(loops) };
    },
  },
  {
    name: "offline",
    about: "the second start, without any network",
    lacks: () => (works(...NO_NETWORK, "true") ? undefined : "unshare --net"),
    async prepare(sandbox) {
      const cwd = sandbox.clone("clone");
      const through = [...NO_NETWORK, "sh", "-c", 'ip link set lo up && exec "$0" "$@"'];
      return { starts: [{ cwd }, { cwd, through }] };
    },
  },
  {
    name: "no-home",
    about: "HOME is not set",
    prepare: async (sandbox) => ({ starts: [{ cwd: sandbox.clone("clone"), env: { HOME: undefined } }] }),
  },
  {
    name: "copied",
    about: "the folder of an earlier start, copied to another place with all that is in it",
    async prepare(sandbox) {
      const cwd = sandbox.clone("clone");
      return { starts: [{ cwd }, { cwd: join(sandbox.folder, "copy") }] };
    },
  },
  {
    name: "container",
    about:
      "root of a container that Docker or Podman runs, in root's own home; START_IMAGE names another image",
    lacks: containerLacks,
    async prepare(sandbox) {
      const home = sandbox.home("root");
      const cwd = sandbox.clone("root", "clone");
      const { node, through, end } = containerIn(sandbox);
      return { starts: [{ cwd, node, through: through(home, "/root") }], end };
    },
  },
  {
    name: "container-user",
    about: "an ordinary user in such a container",
    lacks: () => onlyRoot() ?? containerLacks(),
    async prepare(sandbox) {
      const home = sandbox.home("stranger");
      const cwd = sandbox.clone("stranger", "clone");
      sandbox.giveToStranger(home);
      const { node, through, end } = containerIn(sandbox);
      const user = `${STRANGER}:${STRANGER}`;
      return { starts: [{ cwd, node, through: through(home, STRANGERS_HOME, user) }], end };
    },
  },
  {
    name: "namespaces",
    about: "root of a mount, user and process namespace of its own, which maps no other user",
    lacks: () => (works(...USER_NAMESPACE, "true") ? undefined : "unshare --user"),
    prepare: async (sandbox) => ({ starts: [{ cwd: sandbox.clone("clone"), through: USER_NAMESPACE }] }),
  },
];

export function argumentsOf({ args = FREE }: Start): readonly string[] {
  return args;
}

/** @returns undefined where another program has the port already: that is what the scenario is about. */
function occupy(port: number): Promise<ReturnType<typeof createServer> | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.on("error", () => {}));
    server.once("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

function endAll(children: readonly ChildProcess[]): void {
  for (const child of children) child.kill("SIGKILL");
}
