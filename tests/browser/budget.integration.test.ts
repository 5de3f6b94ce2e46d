import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { builtPage } from "../support/built.ts";

let files: { readonly name: string; readonly bytes: number; readonly text: string }[];

beforeAll(async () => {
  const root = await builtPage();
  files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const content = readFileSync(join(entry.parentPath, entry.name));
      return { name: entry.name, bytes: gzipSync(content).length, text: content.toString("utf8") };
    });
});

const sum = (suffix: string): number =>
  files.filter(({ name }) => name.endsWith(suffix)).reduce((n, { bytes }) => n + bytes, 0);

/** Spanish, which only its readers fetch. */
const SPANISH = "Torniquete";

test("the page is small: 60 kB of JavaScript at the start, 75 kB with all parts, and 150 kB in all, gzipped", () => {
  const document = files.find(({ name }) => name === "index.html")?.text ?? "";
  const atStart = files.filter(({ name }) => name.endsWith(".js") && document.includes(name));
  const bytes = atStart.reduce((n, file) => n + file.bytes, 0);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(60_000);
  const languages = files.filter(({ name, text }) => name.endsWith(".js") && text.includes(SPANISH));
  expect(languages).toHaveLength(1);
  const [spanish] = languages;
  expect(atStart).not.toContain(spanish);
  expect(sum(".js") - (spanish?.bytes ?? 0)).toBeLessThanOrEqual(75_000);
  // At its start the page in Spanish is within the 75 kB too.
  expect(bytes + (spanish?.bytes ?? 0)).toBeLessThanOrEqual(75_000);
  expect(sum("")).toBeLessThanOrEqual(150_000);
});

test("no built file names an address to fetch from", () => {
  const named = files.flatMap(({ name, text }) =>
    [...text.matchAll(/(?:src|href)="(https?:\/\/[^"]+)|url\((https?:[^)]+)\)|@import/g)].map(
      (match) => `${name}: ${match[0]}`,
    ),
  );
  expect(named).toEqual([]);
});
