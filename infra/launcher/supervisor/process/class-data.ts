import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { jarsIdentity } from "../../setup/jars.mjs";
import { digest } from "../../setup/stamp.mjs";
import { findJava } from "../../setup/tools.mjs";
import { startChild } from "./child.ts";
import { type ClassData, classPath, javaOf, jvmEnvironment, type Toolchain } from "./jvm.ts";
import type { PartContext } from "./part-context.ts";

/** The Java servers that have an archive each. */
const SERVERS = ["kafka", "connect"] as const;
export type JavaServer = (typeof SERVERS)[number];

/** Behind everything else. */
const NICENESS = 19;
const HEAP = "-Xmx256m";

function archiveOf({ prepared }: Toolchain, name: JavaServer): string {
  return join(prepared, `${name}.jsa`);
}

/** Where a server lists the classes that it loads, while there is no archive of them. */
function listOf(home: string, name: JavaServer): string {
  return join(home, name, "classes.txt");
}

/** An archive fits one Java and one list of jars at one place: the JVM leaves another one unused, without a word. */
function identity(root: string): string {
  return digest(findJava().identity, jarsIdentity(root), root);
}

function hasArchive(root: string, toolchain: Toolchain, name: JavaServer): boolean {
  const archive = archiveOf(toolchain, name);
  try {
    return existsSync(archive) && readFileSync(`${archive}.stamp`, "utf8") === identity(root);
  } catch {
    return false;
  }
}

/**
 * What a server is to do about class data: use the archive, or list its classes so that one can be made.
 *
 * @param lists - false: of servers of one kind, another one lists them.
 */
export function classDataFor(
  { root, home, toolchain }: PartContext,
  name: JavaServer,
  lists = true,
): ClassData | undefined {
  if (hasArchive(root, toolchain, name)) return { archive: archiveOf(toolchain, name) };
  if (!lists) return undefined;
  const list = listOf(home, name);
  mkdirSync(dirname(list), { recursive: true });
  rmSync(list, { force: true });
  return { list };
}

/**
 * Make the archives that are missing, from what the running servers have loaded since their start. Kafka then starts
 * with half of the processor time. It runs beside the system, behind everything else, and ends with it.
 *
 * @returns the servers whose archive was made; those without a list, or whose archive failed, go on without.
 */
export async function makeClassData(
  context: PartContext,
  signal: AbortSignal,
): Promise<readonly JavaServer[]> {
  const { root, home, toolchain } = context;
  const made: JavaServer[] = [];
  for (const name of SERVERS) {
    const list = listOf(home, name);
    if (signal.aborted || hasArchive(root, toolchain, name) || !existsSync(list)) continue;
    if (await makeArchive(context, name, wholeLines(readFileSync(list, "utf8")), signal)) made.push(name);
    rmSync(list, { force: true });
  }
  return made;
}

async function makeArchive(
  { root, home, env, watchdog, toolchain }: PartContext,
  name: JavaServer,
  classes: string,
  signal: AbortSignal,
): Promise<boolean> {
  const archive = archiveOf(toolchain, name);
  mkdirSync(toolchain.prepared, { recursive: true });
  // An earlier attempt that was interrupted.
  for (const left of readdirSync(toolchain.prepared).filter((file) => file.startsWith(`${name}.jsa.new`)))
    rmSync(join(toolchain.prepared, left), { force: true });
  const draft = `${archive}.new-${process.pid}`;
  const list = `${draft}.txt`;
  writeFileSync(list, classes);
  const sharing = ["-Xshare:dump", `-XX:SharedClassListFile=${list}`, `-XX:SharedArchiveFile=${draft}`];
  const child = startChild(
    {
      program: javaOf(env),
      args: [
        HEAP,
        "-XX:+UseSerialGC",
        ...sharing,
        "-Xlog:disable",
        "-Xlog:all=error:stderr",
        "-cp",
        classPath(toolchain),
      ],
      cwd: toolchain.prepared,
      env: jvmEnvironment(env),
      log: join(home, "logs", "class-data.log"),
      stopSignal: "SIGTERM",
      tie: "signal",
      niceness: NICENESS,
    },
    watchdog,
    () => new Promise(() => {}),
  );
  signal.addEventListener("abort", () => child.kill(), { once: true });
  const { code } = await child.ended;
  const done = code === 0 && existsSync(draft);
  if (done) {
    rmSync(`${archive}.stamp`, { force: true });
    renameSync(draft, archive);
    writeFileSync(`${archive}.stamp`, identity(root));
  }
  for (const left of [draft, list]) rmSync(left, { force: true });
  return done;
}

/** The server still writes: its last line may be half. */
function wholeLines(text: string): string {
  return text.slice(0, text.lastIndexOf("\n") + 1);
}
