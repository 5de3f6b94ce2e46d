import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { closeServer, listen } from "../../runtime/http/listen.ts";
import { ensureJars, jarsFresh } from "./jars.mjs";
import { ensurePackages, packagesFresh } from "./packages.mjs";
import { silentProgress } from "./testing/silent-progress.ts";

const SOON = [0, 0];
const notes: string[] = [];
const progress = { ...silentProgress, note: (text: string) => void notes.push(text) };
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "elevated-downloads-"));
  notes.length = 0;
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function write(path: string, text: string, mode = 0o644): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, mode);
}

describe("npm packages", () => {
  /** A registry with two packages, whose first `cut` downloads end in the middle. */
  async function registry(cut: number) {
    const packed = (name: string): Buffer => {
      write(`packed/${name}/package/package.json`, JSON.stringify({ name, version: "1.0.0" }));
      write(
        `packed/${name}/package/data.txt`,
        Array.from({ length: 9_999 }, (_, n) => `${n * 7919}\n`).join(""),
      );
      const archive = join(folder, `${name}.tgz`);
      execFileSync("tar", ["czf", archive, "-C", join(folder, "packed", name), "package"]);
      return readFileSync(archive);
    };
    const archives = new Map(["wanted", "tested"].map((name) => [name, packed(name)]));
    const integrity = (name: string): string =>
      `sha512-${createHash("sha512")
        .update(archives.get(name) ?? "")
        .digest("base64")}`;
    let left = cut;
    const server = createServer(({ url = "" }, response) => {
      const name = url.split("/")[1] ?? "";
      const archive = archives.get(name);
      if (!archive) return void response.writeHead(404).end();
      if (url.endsWith(".tgz")) {
        response.writeHead(200, { "content-length": archive.length });
        if (left-- > 0) response.write(archive.subarray(0, archive.length / 2), () => response.destroy());
        else response.end(archive);
        return;
      }
      const dist = { tarball: `${origin}/${name}/-/${name}-1.0.0.tgz`, integrity: integrity(name) };
      const version = { name, version: "1.0.0", dist };
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({ name, "dist-tags": { latest: "1.0.0" }, versions: { "1.0.0": version } }),
      );
    });
    const { url: origin } = await listen(server, 0);
    const manifest = {
      name: "project",
      dependencies: { wanted: "1.0.0" },
      devDependencies: { tested: "1.0.0" },
    };
    write("package.json", JSON.stringify(manifest));
    const entry = (name: string) => ({ version: "1.0.0", integrity: integrity(name) });
    const packages = {
      "": manifest,
      "node_modules/wanted": entry("wanted"),
      "node_modules/tested": { ...entry("tested"), dev: true },
    };
    write(
      "package-lock.json",
      JSON.stringify({ name: "project", lockfileVersion: 3, requires: true, packages }),
    );
    vi.stubEnv("npm_config_registry", origin);
    vi.stubEnv("npm_config_cache", join(folder, "cache"));
    return server;
  }

  test("whose download breaks off are fetched again; the rest comes when it is wanted", async () => {
    const server = await registry(1);
    try {
      await ensurePackages(folder, "start", progress, SOON);
      expect(notes).toEqual([expect.stringMatching(/^npm packages: the download broke off; attempt 2 of 3/)]);
      expect(packagesFresh(folder, "start")).toBe(true);
      expect(packagesFresh(folder, "all")).toBe(false);
      expect(existsSync(join(folder, "node_modules", "tested"))).toBe(false);

      // What a running system may use is left alone.
      write("node_modules/wanted/in-use.txt", "mine");
      await ensurePackages(folder, "all", progress, SOON);
      expect(packagesFresh(folder, "all")).toBe(true);
      expect(existsSync(join(folder, "node_modules", "tested", "data.txt"))).toBe(true);
      expect(existsSync(join(folder, "node_modules", "wanted", "in-use.txt"))).toBe(true);
      expect(packagesFresh(folder, "start")).toBe(true);

      // npm's own list may name what is not there.
      for (const path of [".elevated-stamp", "tested"])
        rmSync(join(folder, "node_modules", path), { recursive: true });
      await ensurePackages(folder, "all", progress, SOON);
      expect(existsSync(join(folder, "node_modules", "tested", "data.txt"))).toBe(true);
    } finally {
      await closeServer(server);
    }
  });

  test("without a network are asked for three times, then a word says so", async () => {
    await closeServer(await registry(0));
    await expect(ensurePackages(folder, "start", progress, SOON)).rejects.toMatchObject({
      message: expect.stringMatching(
        /^There is no network: the npm packages cannot be fetched, because 127\.0\.0\.1/,
      ),
      fix: expect.stringContaining("npm config get registry"),
    });
    expect(notes).toHaveLength(2);
  });
});

describe("the jars", () => {
  const sum = createHash("sha256").update("good").digest("hex");

  /** A project whose Maven is a script with a store of its own, in `store/`. */
  beforeEach(() => {
    write("infra/launcher/supervisor/pom.xml", "<project/>");
    write(
      "infra/launcher/supervisor/jars.sha256",
      `${sum}  libs/kafka-4.jar\n${sum}  plugins/debezium.jar\n`,
    );
    write("bin/java", "#!/bin/sh\necho 'version \"17.0.1\"' >&2\n", 0o755);
    const store = join(folder, "store");
    write(
      "bin/mvn",
      `#!/bin/sh
cd '${folder}'
echo run >> runs
if [ -e offline ]; then echo '[ERROR] Unknown host repo.maven.apache.org: unknown'; exit 1; fi
if [ -e cut ]; then rm cut; echo '[ERROR] Could not transfer artifact x from central: Premature end'; exit 1; fi
echo "$@" >> options
mkdir -p .toolchain/libs .toolchain/plugins '${store}/org/kafka' '${store}/io/debezium'
[ -e '${store}/org/kafka/kafka-4.jar' ] || printf good > '${store}/org/kafka/kafka-4.jar'
cp '${store}/org/kafka/kafka-4.jar' .toolchain/libs/
echo '[INFO] Expanding: ${store}/io/debezium/debezium.tar.gz into plugins'
printf good > .toolchain/plugins/debezium.jar
`,
      0o755,
    );
    vi.stubEnv("PATH", join(folder, "bin") + delimiter + (process.env["PATH"] ?? ""));
    vi.stubEnv("JAVA_HOME", folder);
  });
  const runs = (): number => readFileSync(join(folder, "runs"), "utf8").split("\n").length - 1;

  test("whose transfer breaks off are fetched again, and Maven is told to look again", async () => {
    write("cut", "");
    await ensureJars(folder, progress, SOON);
    expect(notes).toEqual([expect.stringContaining("the download broke off; attempt 2 of 3")]);
    expect(readFileSync(join(folder, "options"), "utf8")).toContain("-U");
    expect(jarsFresh(folder)).toBe(true);
    rmSync(join(folder, ".toolchain", "libs", "kafka-4.jar"));
    expect(jarsFresh(folder)).toBe(false);
  });

  test("that lie broken in Maven's store are taken out of it and fetched again", async () => {
    write("store/org/kafka/kafka-4.jar", "go");
    await ensureJars(folder, progress, SOON);
    expect(notes).toEqual([expect.stringContaining("kafka-4.jar came broken; fetching it again")]);
    expect(readFileSync(join(folder, ".toolchain", "libs", "kafka-4.jar"), "utf8")).toBe("good");
  });

  test("that are others each time are refused with where to look", async () => {
    write("infra/launcher/supervisor/jars.sha256", `${sum.replace(/^./, "f")}  libs/kafka-4.jar\n`);
    await expect(ensureJars(folder, progress, SOON)).rejects.toMatchObject({
      message: expect.stringContaining("libs/kafka-4.jar has another SHA-256 sum"),
      fix: expect.stringContaining(join(folder, "store")),
    });
    expect(runs()).toBe(2);
  });

  test("without a network are asked for three times, then a word says so", async () => {
    write("offline", "");
    await expect(ensureJars(folder, progress, SOON)).rejects.toMatchObject({
      message: expect.stringMatching(
        /^There is no network: Kafka's jars .* repo\.maven\.apache\.org cannot be/,
      ),
    });
    expect(runs()).toBe(3);
  });
});
