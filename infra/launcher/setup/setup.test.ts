import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { projectRoot } from "../../runtime/project-root.ts";
import { differences, parseSums } from "./jars.mjs";
import { askHolder, holderGone, lockAddress, tryLock } from "./lock.mjs";
import { satisfies } from "./lockfile.mjs";
import { parseOptions } from "./options.mjs";
import { wantedPackages } from "./packages.mjs";
import { marks, unchanged } from "./stamp.mjs";
import { checkNode, find, isSupportedNode, SUPPORTED_NODES } from "./tools.mjs";

const folder = mkdtempSync(join(tmpdir(), "elevated-setup-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("options", () => {
  test("a start needs no packages of tests, a check needs packages alone", () => {
    expect(parseOptions([])).toEqual({
      packages: "start",
      jars: true,
      build: "when-needed",
      quiet: false,
      clean: false,
      help: false,
    });
    expect(parseOptions(["--for", "test"])).toMatchObject({ packages: "all", build: "when-needed" });
    expect(parseOptions(["--for", "dev"])).toMatchObject({ packages: "all", jars: true, build: "never" });
    expect(parseOptions(["--for", "check"])).toMatchObject({ packages: "all", jars: false, build: "never" });
    expect(parseOptions(["--quiet", "--force-build"])).toMatchObject({ quiet: true, build: "always" });
  });

  test("an unknown one is named", () => {
    expect(parseOptions(["--fast"])).toContain("--fast");
    expect(parseOptions(["--for", "fun"])).toContain("start, test, dev, check");
  });
});

describe("the stamp of the installed packages", () => {
  const project = (manifest: object, lock: object): string => {
    const root = mkdtempSync(join(folder, "project-"));
    writeFileSync(join(root, "package.json"), JSON.stringify(manifest));
    writeFileSync(join(root, "package-lock.json"), JSON.stringify(lock));
    return wantedPackages(root);
  };
  const base = project({ dependencies: { a: "1" }, scripts: { x: "1" } }, { lockfileVersion: 3 });

  test("changes with dependencies, allowed install scripts and the lockfile", () => {
    expect(project({ dependencies: { a: "2" } }, { lockfileVersion: 3 })).not.toBe(base);
    expect(project({ dependencies: { a: "1" }, allowScripts: { a: true } }, { lockfileVersion: 3 })).not.toBe(
      base,
    );
    expect(project({ dependencies: { a: "1" } }, { lockfileVersion: 4 })).not.toBe(base);
  });

  test("does not change with npm's scripts", () => {
    expect(project({ dependencies: { a: "1" }, scripts: { x: "2" } }, { lockfileVersion: 3 })).toBe(base);
  });
});

describe("packages that somebody installed by hand", () => {
  const lock = {
    packages: {
      "": { dependencies: { a: "1.0.0" } },
      "node_modules/a": { version: "1.0.0" },
      "node_modules/b-linux": { version: "2.0.0", optional: true },
    },
  };
  const manifest = { dependencies: { a: "1.0.0" } };

  test("do when each has the lockfile's version; those of other systems may be missing", () => {
    expect(satisfies(lock, { packages: { "node_modules/a": { version: "1.0.0" } } }, manifest, "all")).toBe(
      true,
    );
  });

  test("do not when one differs, when the lockfile is behind, or when nothing is installed", () => {
    expect(satisfies(lock, { packages: { "node_modules/a": { version: "1.0.1" } } }, manifest, "all")).toBe(
      false,
    );
    expect(satisfies(lock, lock, { dependencies: { a: "1.0.0", c: "1" } }, "all")).toBe(false);
    expect(satisfies(lock, null, manifest, "all")).toBe(false);
  });

  test("do for a start without those of development", () => {
    const more = { packages: { ...lock.packages, "node_modules/t": { version: "3.0.0", dev: true } } };
    const there = { packages: { "node_modules/a": { version: "1.0.0" } } };
    expect(satisfies(more, there, manifest, "start")).toBe(true);
    expect(satisfies(more, there, manifest, "all")).toBe(false);
  });
});

test("every difference between wanted and found jars is named", () => {
  const sum = (digit: string): string => digit.repeat(64);
  const wanted = parseSums(`${sum("a")}  libs/a.jar\n${sum("b")}  libs/b.jar\n${sum("c")}  libs/c.jar\n`);
  const found = new Map([
    ["libs/a.jar", sum("a")],
    ["libs/b.jar", sum("0")],
    ["libs/d.jar", sum("d")],
  ]);
  expect(differences(wanted, found)).toEqual([
    { path: "libs/b.jar", how: "has another SHA-256 sum" },
    { path: "libs/c.jar", how: "is missing" },
    { path: "libs/d.jar", how: "is not expected" },
  ]);
  expect(differences(wanted, wanted)).toEqual([]);
});

test("a build is stale once a source changed or went away", () => {
  const source = join(folder, "a.ts");
  writeFileSync(source, "1");
  const built = marks(folder, ["a.ts"]);
  expect(unchanged(folder, built)).toBe(true);
  writeFileSync(source, "22");
  expect(unchanged(folder, built)).toBe(false);
  rmSync(source);
  expect(unchanged(folder, built)).toBe(false);
  expect(unchanged(folder, undefined)).toBe(false);
});

test("a copy of the project's folder looks at its own sources", () => {
  const [original, copy] = ["original", "copy"].map((name) => join(folder, name)) as [string, string];
  mkdirSync(original);
  writeFileSync(join(original, "a.ts"), "1");
  const built = marks(original, ["a.ts"]);
  execFileSync("cp", ["-a", original, copy]);
  expect(unchanged(copy, built)).toBe(true);
  writeFileSync(join(copy, "a.ts"), "22");
  expect(unchanged(copy, built)).toBe(false);
  expect(unchanged(original, built)).toBe(true);
});

describe("a lock", () => {
  const address = lockAddress("test", folder);

  test("has one holder, who tells who it is, and is free when let go", async () => {
    const first = await tryLock(address, () => "it is me");
    expect(first).not.toBeNull();
    expect(await tryLock(address)).toBeNull();
    expect(await askHolder(address)).toBe("it is me");
    const gone = holderGone(address);
    await first?.release();
    await gone;
    const second = await tryLock(address);
    expect(second).not.toBeNull();
    await second?.release();
  });

  test("a free lock has no holder", async () => {
    expect(await askHolder(lockAddress("none", folder))).toBeNull();
  });
});

describe("tools", () => {
  test("an old Node is refused with what to do", () => {
    expect(() => checkNode("v18.19.0")).toThrow(/18\.19\.0 is too old/);
    for (const old of ["v20.18.3", "v21.7.3", "v22.11.0"])
      expect(() => checkNode(old)).toThrow(/20\.19 or 22\.12/);
    for (const good of ["v20.19.0", "v22.12.0", "v23.0.0"]) expect(() => checkNode(good)).not.toThrow();
    expect(() => checkNode("v24.1.0")).not.toThrow();
  });

  test("package.json asks for the same Node as the packages, so that npm leaves none of their native parts out", () => {
    const read = (name: string): unknown => JSON.parse(readFileSync(join(projectRoot(), name), "utf8"));
    const { devEngines } = read("package.json") as { devEngines: { runtime: { version: string } } };
    const { packages } = read("package-lock.json") as {
      packages: Readonly<Record<string, { readonly engines?: { readonly node?: string } }>>;
    };
    expect(packages["node_modules/vite"]?.engines?.node).toBe(devEngines.runtime.version);
    expect(packages["node_modules/rolldown"]?.engines?.node).toBe(devEngines.runtime.version);
  });

  test("package.json and the README name the supported Nodes, and nothing else", () => {
    const read = (name: string): string => readFileSync(join(projectRoot(), name), "utf8");
    const { engines } = JSON.parse(read("package.json")) as { engines: { node: string } };
    const whole = (version: string): string => [...version.split("."), "0", "0"].slice(0, 3).join(".");
    expect(engines.node).toBe(SUPPORTED_NODES.map((version) => `^${whole(version)}`).join(" || "));
    expect(read("README.md")).toContain(
      `Node.js ${SUPPORTED_NODES.join(", ").replace(/, (\S+)$/, " or $1")}`,
    );
    for (const good of ["v20.19.0", "v20.20.2", "v22.12.0", "v24.0.0", "v24.21.0"])
      expect(isSupportedNode(good), good).toBe(true);
    for (const other of ["v20.18.3", "v22.11.0", "v23.5.0", "v26.1.0"])
      expect(isSupportedNode(other), other).toBe(false);
  });

  test("an old Node hears so before anything is loaded that it does not have", () => {
    const pretend = 'data:text/javascript,Object.defineProperty(process,"version",{value:"v14.21.3"})';
    const setup = join(projectRoot(), "infra", "launcher", "setup.mjs");
    const { status, stderr } = spawnSync(process.execPath, ["--import", pretend, setup], {
      encoding: "utf8",
    });
    expect(stderr).toMatch(/^✗ Node v14\.21\.3 is too old/);
    expect(status).toBe(1);
    // A static import of more would fail first: Node 14 has no node:stream/promises.
    const imports = [...readFileSync(setup, "utf8").matchAll(/^import .* from "(.+)"/gm)].map(
      ([, from]) => from,
    );
    expect(imports).toEqual(["./setup/error.mjs", "./setup/tools.mjs"]);
  });

  test("a program is found in the PATH's order, and only where it may be run", () => {
    const [one, two] = ["one", "two"].map((name) => {
      const path = join(folder, name);
      mkdirSync(path);
      return path;
    });
    writeFileSync(join(String(one), "tool"), "", { mode: 0o644 });
    writeFileSync(join(String(two), "tool"), "", { mode: 0o755 });
    expect(find("tool", `${one}:${two}`)).toBe(join(String(two), "tool"));
    expect(find("tool", String(one))).toBeNull();
  });
});
