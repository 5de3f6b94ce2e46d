import type { Found, Module } from "./modules.ts";
import {
  ACROSS,
  COMPUTING,
  COMPUTING_PACKAGES,
  ENVIRONMENT,
  FUNCTION_LINES,
  PACKAGES,
  PARTS,
  PURE,
  SLEEPING_TESTS,
  TEST_IMPORTS,
  TIME_AND_CHANCE,
  type TreePart,
} from "./rooms.ts";

/** Something that a rule forbids. */
export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly rule:
    | "place"
    | "import"
    | "level"
    | "main"
    | "testing"
    | "package"
    | "pure"
    | "environment"
    | "time"
    | "length"
    | "sleep"
    | "name";
  readonly message: string;
}

/** Everything that the rules forbid in these modules. They are judged together: purity and names depend on others. */
export function violations(modules: readonly Module[]): readonly Violation[] {
  const impure = impureModules(modules);
  const perModule = modules.flatMap((module) => [
    ...placeOf(module),
    ...importsOf(module),
    ...pureOf(module, impure),
    ...environmentOf(module),
    ...timeOf(module),
    ...lengthOf(module),
    ...sleepsOf(module),
  ]);
  return [...perModule, ...twiceNamed(modules)];
}

/** "gateway/bridge/x.ts:3 (import): ..." */
export function lineOf({ path, line, rule, message }: Violation): string {
  return `${path}:${line} (${rule}): ${message}`;
}

/** Whether a path is this room or in it. */
function within(path: string, room: string): boolean {
  return path === room || path.startsWith(`${room}/`);
}

function longest(path: string, names: readonly string[]): string | undefined {
  return names.filter((name) => within(path, name)).sort((a, b) => b.length - a.length)[0];
}

function partOf(path: string): TreePart | undefined {
  const name = longest(
    path,
    PARTS.map((part) => part.name),
  );
  return PARTS.find((part) => part.name === name);
}

function roomOf(part: TreePart, path: string): string | undefined {
  return longest(path, part.levels.flat());
}

/** Tests, their helpers and fakes: they may see more than what is delivered. */
export function isTesting(path: string): boolean {
  return /\.test\.tsx?$|\.contract\.ts$|\/testing\//.test(path) || within(path, ACROSS);
}

function isOurs(what: string): boolean {
  return within(what, ACROSS) || partOf(what) !== undefined;
}

function placeOf({ path }: Module): readonly Violation[] {
  if (within(path, ACROSS)) return [];
  const part = partOf(path);
  if (part && roomOf(part, path) !== undefined) return [];
  const message =
    "no room of tests/structure/rooms.ts fits this path: give it a place there, and what it may import";
  return [{ path, line: 1, rule: "place", message }];
}

function importsOf(module: Module): readonly Violation[] {
  return module.imports.flatMap((found) =>
    isOurs(found.what) ? ownImport(module, found) : packageImport(module, found),
  );
}

function ownImport({ path }: Module, { what, line }: Found): readonly Violation[] {
  const made = (rule: Violation["rule"], message: string): readonly Violation[] => [
    { path, line, rule, message },
  ];
  if (within(path, ACROSS)) return [];
  if (/(^|\/)main\.tsx?$/.test(what)) return made("main", `${what} is a process: nothing imports it`);
  const testing = isTesting(path);
  if (!testing && isTesting(what)) return made("testing", `${what} is for tests only`);
  const [part, other] = [partOf(path), partOf(what)];
  if (!part) return [];
  if (part !== other) {
    const also = testing ? (TEST_IMPORTS[part.name] ?? []) : [];
    const allowed = [...part.imports, ...also].some((name) => within(what, name));
    const names = part.imports.join(", ") || "nothing";
    return allowed ? [] : made("import", `${part.name} imports of ours only ${names}`);
  }
  const [from, to] = [roomOf(part, path), roomOf(part, what)];
  if (testing || from === to || levelOf(part, from) < levelOf(part, to)) return [];
  return made("level", `${from} imports only lower rooms of ${part.name}, and ${to} is not below it`);
}

function levelOf(part: TreePart, room: string | undefined): number {
  return part.levels.findIndex((level) => level.some((each) => each === room));
}

function packageNameOf(what: string): string {
  return what
    .split("/")
    .slice(0, what.startsWith("@") ? 2 : 1)
    .join("/");
}

function packageImport({ path }: Module, { what, line }: Found): readonly Violation[] {
  if (what.startsWith("node:") || what.startsWith(".") || isTesting(path)) return [];
  const name = packageNameOf(what);
  const places = PACKAGES[name] ?? [];
  if (places.some((place) => within(path, place))) return [];
  const where = places.length === 0 ? "nowhere" : `only in ${places.join(", ")}`;
  return [{ path, line, rule: "package", message: `${name} is imported ${where}` }];
}

/** Why a module is not pure, for each that is not: what it does itself, and the I/O that it imports, also through others. */
function impureModules(modules: readonly Module[]): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  for (const { path, imports, ambient } of modules) {
    const io = imports.find(({ what, typeOnly }) => !typeOnly && !isOurs(what) && !computes(what));
    const [used] = ambient;
    if (io) reasons.set(path, `imports ${io.what}`);
    else if (used) reasons.set(path, `uses ${used.what}`);
  }
  for (let grown = true; grown; ) {
    grown = false;
    for (const { path, imports } of modules) {
      if (reasons.has(path)) continue;
      const through = imports.find(({ what, typeOnly }) => !typeOnly && reasons.has(what));
      if (!through) continue;
      reasons.set(path, `imports ${through.what}, which ${reasons.get(through.what)}`);
      grown = true;
    }
  }
  return reasons;
}

function computes(what: string): boolean {
  return COMPUTING.includes(what) || COMPUTING_PACKAGES.includes(packageNameOf(what));
}

function pureOf({ path }: Module, impure: ReadonlyMap<string, string>): readonly Violation[] {
  const reason = impure.get(path);
  if (reason === undefined || isTesting(path) || !PURE.some((room) => within(path, room))) return [];
  return [{ path, line: 1, rule: "pure", message: `holds pure rules, and ${reason}` }];
}

function environmentOf({ path, environment }: Module): readonly Violation[] {
  const allowed = /(^|\/)(main|config)\.ts$/.test(path) || isTesting(path);
  if (allowed || ENVIRONMENT.some((room) => within(path, room))) return [];
  return environment.map(({ what, line }) => ({
    path,
    line,
    rule: "environment",
    message: `${what} is read by main.ts and config.ts; others are given an Environment`,
  }));
}

function timeOf({ path, timeAndChance }: Module): readonly Violation[] {
  if (isTesting(path) || TIME_AND_CHANCE.some((room) => within(path, room))) return [];
  return timeAndChance.map(({ what, line }) => ({
    path,
    line,
    rule: "time",
    message: `${what}: take a Clock or a Random as a parameter`,
  }));
}

function lengthOf({ path, functions }: Module): readonly Violation[] {
  if (isTesting(path)) return [];
  return functions
    .filter(({ lines }) => lines > FUNCTION_LINES)
    .map(({ what, line, lines }) => ({
      path,
      line,
      rule: "length",
      message: `${what} has ${lines} lines; ${FUNCTION_LINES} are enough for one thing`,
    }));
}

/** A whole system's test may let it run for a while. */
function sleepsOf({ path, sleeps }: Module): readonly Violation[] {
  const judged = /\.test\.tsx?$/.test(path) && !path.endsWith(".system.test.ts");
  if (!judged || Object.hasOwn(SLEEPING_TESTS, path)) return [];
  return sleeps.map(({ what, line }) => ({
    path,
    line,
    rule: "sleep",
    message: `${what}: wait for a condition, by eventually or expect.poll`,
  }));
}

/** Exported types of one name in two modules: a reader takes one for the other. */
function twiceNamed(modules: readonly Module[]): readonly Violation[] {
  const first = new Map<string, string>();
  return modules.flatMap(({ path, types }) => {
    // Declarations of a package's own modules keep that package's names.
    if (isTesting(path) || path.endsWith(".d.ts")) return [];
    return types.flatMap(({ what, line }): readonly Violation[] => {
      const other = first.get(what) ?? path;
      first.set(what, other);
      if (other === path) return [];
      const message = `${other} exports another type named ${what}: one name, one meaning`;
      return [{ path, line, rule: "name", message }];
    });
  });
}
