import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { brokenLinks, commandsShown, missingPaths, pages, scriptOf } from "./pages.ts";

const root = projectRoot();
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Readonly<Record<string, string>>;
};

test("every link of every page leads somewhere", () => {
  expect(brokenLinks()).toEqual([]);
});

test("every file that a page names is there", () => {
  // The history of changes names what was there, and one page how a file would be called.
  const old = missingPaths().filter(({ page, path }) => page !== "CHANGELOG.md" && !/bicycle/.test(path));
  expect(old).toEqual([]);
});

test("every command that a page shows is there", () => {
  const missing = commandsShown().filter(({ command }) => {
    const script = scriptOf(command);
    return script !== undefined && !(script in scripts);
  });
  expect(missing).toEqual([]);
});

test("every row of a table is whole", () => {
  const torn = pages().flatMap((page) => {
    const prose = readFileSync(join(root, page), "utf8").replace(/^```.*?^```/gms, "");
    const lines = prose.split("\n").filter((line) => line.startsWith("|") !== line.endsWith("|"));
    return lines.map((line) => `${page}: ${line}`);
  });
  expect(torn).toEqual([]);
});

test("the page of commands has every command", () => {
  const page = readFileSync(join(root, "docs", "commands.md"), "utf8");
  const table = page.split("\n").filter((line) => line.startsWith("| `npm"));
  const listed = new Set(
    table.flatMap((line) => [...line.matchAll(/npm (?:run )?([\w:-]+)/g)].map(([, name]) => name)),
  );
  // Parts of another command, or what an editor runs.
  const inner = ["build", "types", "format", "dedup"];
  expect(Object.keys(scripts).filter((name) => !listed.has(name) && !inner.includes(name))).toEqual([]);
});

test("the README is read in five minutes: fewer than a thousand words", () => {
  const words = readFileSync(join(root, "README.md"), "utf8").split(/\s+/);
  expect(words.length).toBeLessThan(1_000);
});
