import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../../infra/runtime/project-root.ts";
import { readCompose } from "../compose-file.ts";
import type { Engine } from "../engine/engine.ts";

/** Debian's next release: it has nginx with `resolve`, PostgreSQL 18, Node 24 and Java 21. */
const SUITE = "forky";
const DEBIAN = `elevated-test/debian:${SUITE}`;
/** Stage of the Dockerfile beside this file, and the public images that it stands for. */
const STAGES = ["node", "maven", "kafka", "postgres", "nginx"] as const;

type Stage = (typeof STAGES)[number];

/** What this machine lacks to make images without pulling any, in words; undefined: nothing. */
export function imageMakersLack(): string | undefined {
  if (process.getuid?.() !== 0) return "root's rights (debootstrap needs them)";
  const has = (program: string): boolean => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
  return has("debootstrap") ? undefined : "debootstrap (Debian: apt-get install debootstrap)";
}

/** The public images that the compose file and the Dockerfiles name, by the stage that stands for each. */
export function publicImages(): Readonly<Record<Stage, string>> {
  const { services } = readCompose();
  const tagIn = (file: string, name: string): string => {
    const text = readFileSync(join(projectRoot(), file), "utf8");
    return new RegExp(`^ARG ${name}=(\\S+)`, "m").exec(text)?.[1] ?? "";
  };
  const maven = tagIn("infra/deploy/compose/connect/Dockerfile", "MAVEN_TAG");
  return {
    node: `node:${tagIn("Dockerfile", "NODE_TAG")}`,
    maven: `maven:${maven}`,
    kafka: services["kafka-1"]?.image ?? "",
    postgres: services["postgres"]?.image ?? "",
    nginx: services["nginx"]?.image ?? "",
  };
}

/**
 * Stand-ins for the public images, under the public images' names, for an engine that can pull none.
 *
 * @param names - for each stage the name that the compose file or a Dockerfile gives the image.
 * @throws Error with the words of debootstrap or of the engine
 */
export function makeImages(engine: Engine, names: Readonly<Record<Stage, string>>): void {
  const missing = STAGES.filter((stage) => !engine.hasImage(names[stage]));
  if (missing.length === 0) return;
  const scratch = mkdtempSync(join(tmpdir(), "elevated-images-"));
  try {
    if (!engine.hasImage(DEBIAN)) makeDebian(engine, join(scratch, "debian"));
    const context = makeContext(join(scratch, "context"));
    for (const stage of missing) {
      engine.docker([
        "build",
        "--target",
        stage,
        "--build-arg",
        `DEBIAN=${DEBIAN}`,
        "-t",
        names[stage],
        context,
      ]);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** From the mirror that this machine's apt uses. */
function makeDebian(engine: Engine, folder: string): void {
  const script = "/usr/share/debootstrap/scripts/sid";
  const options = ["--variant=minbase", "--keyring=/usr/share/keyrings/debian-archive-keyring.gpg"];
  execFileSync("debootstrap", [...options, SUITE, folder, mirror(), script], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  engine.importFolder(folder, DEBIAN);
}

function mirror(): string {
  const lines = execFileSync("apt-get", ["indextargets", "--format", "$(REPO_URI)"], {
    encoding: "utf8",
  }).split("\n");
  const debian = lines.find((line) => /\/debian\/?$/.test(line));
  if (debian === undefined) throw new Error("apt has no Debian mirror: run apt-get update");
  return debian;
}

/** What this machine's npm, Maven and authorities need to reach packages, and Kafka's jars, which set-up fetched. */
function makeContext(context: string): string {
  const root = projectRoot();
  mkdirSync(join(context, "ca"), { recursive: true });
  for (const entry of ["Dockerfile", "kafka", "postgres-entrypoint.sh"]) {
    cpSync(join(import.meta.dirname, entry), join(context, entry), { recursive: true });
  }
  const given: readonly (readonly [string, string])[] = [
    ["/usr/local/share/ca-certificates", "ca"],
    [join(npm("root", "--global"), "npm"), "npm"],
    ["/etc/maven/settings.xml", "maven-settings.xml"],
    [join(root, ".toolchain", "libs"), "kafka-libs"],
  ];
  for (const [from, to] of given) {
    if (!existsSync(from)) throw new Error(`${from} is missing`);
    cpSync(from, join(context, to), { recursive: true, dereference: true });
  }
  const authorities = "/etc/ssl/certs/ca-certificates.crt";
  writeFileSync(
    join(context, "npmrc"),
    `registry=${npm("config", "get", "registry")}\ncafile=${authorities}\n`,
  );
  return context;
}

function npm(...args: readonly string[]): string {
  return execFileSync("npm", args, { encoding: "utf8", cwd: tmpdir() }).trim();
}
