import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { projectRoot } from "../../runtime/project-root.ts";
import { affectedBy, concerning, parseAdvisory, parseAdvisoryFile } from "./advisories.ts";
import type { Component } from "./component.ts";
import { imagesOf, variablesOf } from "./images.ts";
import { jarsOf } from "./jars.ts";
import { isAllowed, licenseProblems } from "./licenses.ts";
import { packagesOf } from "./packages.ts";
import { advisoryPath, componentsOfProject, projectVersion } from "./project.ts";
import { sbomOf } from "./sbom.ts";
import { compareMaven } from "./versions.ts";

const part = (kind: Component["kind"], name: string, version: string, license?: string): Component => ({
  ...{ kind, name, version, license, purl: `pkg:${kind}/${name}@${version}`, development: false, hashes: [] },
});

describe("this project", () => {
  const components = componentsOfProject();

  test("every package has a checksum, every jar its coordinates, and all licenses may be used", () => {
    expect(components.filter(({ kind, hashes }) => kind !== "image" && hashes.length === 0)).toEqual([]);
    expect(licenseProblems(components)).toEqual([]);
    const names = components.map(({ name }) => name);
    for (const name of [
      "kafkajs",
      "org.apache.kafka:kafka-clients",
      "apache/kafka",
      "postgres",
      "node",
      "maven",
    ]) {
      expect(names).toContain(name);
    }
  });

  test("its bill of materials names each component once, by its package URL", () => {
    const bom = JSON.parse(sbomOf(projectVersion(), components)) as {
      readonly bomFormat: string;
      readonly components: readonly { readonly purl: string; readonly "bom-ref": string }[];
    };
    expect(bom).toMatchObject({ bomFormat: "CycloneDX", specVersion: "1.5", version: 1 });
    const urls = bom.components.map(({ purl }) => purl);
    expect(new Set(urls).size).toBe(urls.length);
    for (const url of urls) expect(url).toMatch(/^pkg:(npm|maven|oci)\/[^\s@]+@[^\s@]+$/);
    expect(sbomOf(projectVersion(), components)).toBe(sbomOf(projectVersion(), componentsOfProject()));
  });

  test("its file of advisories can be read, and names no component that is at fault", () => {
    const { advisories } = parseAdvisoryFile(readFileSync(advisoryPath(), "utf8"));
    expect(affectedBy(components, advisories)).toEqual([]);
  });

  test("no file names a registry's host: packages, jars and images come from wherever the machine is set up to fetch them", () => {
    const hosts =
      /registry\.npmjs\.org|unpkg\.com|jsdelivr|repo1?\.maven\.org|packages\.confluent\.io|(?:ghcr|quay|gcr|docker)\.io\//;
    const named = sourcesBelow(projectRoot()).filter((file) => hosts.test(readFileSync(file, "utf8")));
    // A test may hold what npm prints.
    expect(named.filter((file) => !file.endsWith(".test.ts"))).toEqual([]);
  });
});

const SKIPPED = new Set(["node_modules", "dist", ".git", ".toolchain", ".elevated", "coverage"]);

function sourcesBelow(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (SKIPPED.has(name)) return [];
    if (statSync(path).isDirectory()) return sourcesBelow(path);
    return /\.(png|jpg|webp|woff2?|log)$/.test(name) ? [] : [path];
  });
}

describe("where components are read from", () => {
  test("a lockfile: names, licenses, checksums, and what is for development only", () => {
    const packages = {
      "": { version: "1.0.0" },
      "node_modules/@a/b": {
        version: "1.2.3",
        license: "MIT",
        integrity: `sha512-${Buffer.from("x").toString("base64")}`,
      },
      "node_modules/c/node_modules/@a/b": { version: "1.2.3", license: "MIT", dev: true },
      "node_modules/d": { version: "2.0.0", dev: true },
    };
    expect(packagesOf(JSON.stringify({ packages }))).toEqual([
      {
        ...{ kind: "npm", name: "@a/b", version: "1.2.3", license: "MIT", purl: "pkg:npm/%40a/b@1.2.3" },
        ...{ development: false, hashes: [{ alg: "SHA-512", content: "78" }] },
      },
      {
        ...{ kind: "npm", name: "d", version: "2.0.0", license: undefined, purl: "pkg:npm/d@2.0.0" },
        ...{ development: true, hashes: [] },
      },
    ]);
  });

  test("a jar that only one of the two lists has is named", () => {
    const sums = `${"0".repeat(64)}  libs/a-1.jar\n`;
    expect(() => jarsOf(sums, "# none\n")).toThrow("libs/a-1.jar");
    expect(() => jarsOf("", "libs/b-1.jar\tg:b:1\tMIT\n")).toThrow("libs/b-1.jar");
    expect(jarsOf(sums, "libs/a-1.jar\tg:a:1\tMIT\n")).toMatchObject([
      { name: "g:a", version: "1", license: "MIT" },
    ]);
  });

  test("images of compose files and Dockerfiles, with their variables, pinned or not", () => {
    const compose = `services:\n  a:\n    image: apache/kafka:$\{KAFKA_TAG}\n  b:\n    image: elevated:1\n`;
    const dockerfile = `ARG NODE_TAG=20\nFROM node:$\{NODE_TAG} AS build\nFROM scratch-like:1\nCOPY --from=build /a /a\n`;
    const digest = "a".repeat(64);
    const found = imagesOf([compose, dockerfile], variablesOf(`KAFKA_TAG=4.3.1@sha256:${digest}\n`));
    expect(found.map(({ name, version, hashes }) => [name, version, hashes.length])).toEqual([
      ["apache/kafka", "4.3.1", 1],
      ["node", "20", 0],
      ["scratch-like", "1", 0],
    ]);
  });
});

test.each([
  ["MIT", true],
  ["(MIT OR GPL-3.0-only)", true],
  ["(MIT AND Zlib)", true],
  ["MIT AND AGPL-3.0-only", false],
  ["GPL-2.0-only", false],
  ["EPL-2.0 OR GPL-2.0-only WITH Classpath-exception-2.0", true],
  ["UNLICENSED", false],
])("the license %s: %s", (license, allowed) => {
  expect(isAllowed(license)).toBe(allowed);
  expect(licenseProblems([part("npm", "x", "1.0.0", license)])).toHaveLength(allowed ? 0 : 1);
});

test("a component without a license is a problem", () => {
  expect(licenseProblems([part("npm", "x", "1.0.0")])).toMatchObject([{ problem: "names no license" }]);
});

test.each([
  ["1.0", "1", 0],
  ["1.0-rc1", "1.0", -1],
  ["3.7.0.Final", "3.7.0", 0],
  ["1.0.1", "1.0-sp", 1],
  ["2.10", "2.9.1", 1],
  ["1.0-alpha-2", "1.0-alpha-10", -1],
  ["42.7.13", "42.7.2", 1],
  ["1.5.6-10", "1.5.6-9", 1],
])("Maven's %s and %s: %d", (a, b, order) => {
  expect(Math.sign(compareMaven(a, b))).toBe(order);
  expect(Math.sign(compareMaven(b, a))).toBe(order === 0 ? 0 : -order);
});

const advisory = (
  ecosystem: string,
  name: string,
  events: readonly object[],
  versions: readonly string[] = [],
) => ({
  id: "GHSA-test",
  summary: "a fault",
  affected: [{ package: { ecosystem, name }, versions, ranges: [{ type: "SEMVER", events }] }],
});

test.each<[string, string, readonly object[], boolean]>([
  ["1.2.3", "before the mend", [{ introduced: "0" }, { fixed: "1.2.4" }], true],
  ["1.2.4", "mended", [{ introduced: "0" }, { fixed: "1.2.4" }], false],
  ["1.2.4-rc.1", "a pre-release of the mend", [{ introduced: "0" }, { fixed: "1.2.4" }], true],
  ["0.9.0", "before it came", [{ introduced: "1.0.0" }, { fixed: "1.2.4" }], false],
  ["2.1.0", "come again", [{ introduced: "1.0.0" }, { fixed: "1.2.4" }, { introduced: "2.0.0" }], true],
  ["1.3.0", "the last one", [{ introduced: "0" }, { last_affected: "1.3.0" }], true],
  ["1.3.1", "behind the last one", [{ introduced: "0" }, { last_affected: "1.3.0" }], false],
])("%s is %s", (version, _, events, affected) => {
  const found = affectedBy([part("npm", "x", version)], [advisory("npm", "x", events)]);
  expect(found).toHaveLength(affected ? 1 : 0);
});

test("another name, another ecosystem, and what was withdrawn do not count; a version in the list does", () => {
  const events = [{ introduced: "0" }];
  expect(affectedBy([part("npm", "x", "1.0.0")], [advisory("npm", "y", events)])).toEqual([]);
  expect(affectedBy([part("npm", "x", "1.0.0")], [advisory("Maven", "x", events)])).toEqual([]);
  const withdrawn = { ...advisory("npm", "x", events), withdrawn: "2026-01-01T00:00:00Z" };
  expect(affectedBy([part("npm", "x", "1.0.0")], [withdrawn])).toEqual([]);
  const listed = advisory("Maven", "g:a", [], ["1.0.0.Final"]);
  expect(affectedBy([part("maven", "g:a", "1.0.0.Final")], [listed])).toHaveLength(1);
});

test("the least mended version is named", () => {
  const events = [{ introduced: "0" }, { fixed: "1.4.0" }, { introduced: "2.0.0" }, { fixed: "2.1.0" }];
  expect(affectedBy([part("npm", "x", "1.0.0")], [advisory("npm", "x", events)])[0]?.fixed).toBe("1.4.0");
});

test("of many advisories those are kept that name a component at all; what is none is passed over", () => {
  const texts = [
    JSON.stringify(advisory("npm", "x", [])),
    JSON.stringify(advisory("npm", "y", [])),
    "{}",
    "no JSON",
  ];
  const all = texts.flatMap((text) => parseAdvisory(text) ?? []);
  expect(all).toHaveLength(2);
  expect(concerning([part("npm", "x", "9.9.9")], all)).toHaveLength(1);
});
