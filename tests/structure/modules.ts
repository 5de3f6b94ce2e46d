import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { type ParseResult, parseSync, Visitor } from "oxc-parser";

/** Something in a source, with the line it starts in. */
export interface Found {
  readonly what: string;
  readonly line: number;
}

/** What the checks read of one source. */
export interface Module {
  /** From the project's root, with slashes. */
  readonly path: string;
  /** What it imports, types included: paths from the project's root, or names of packages. */
  readonly imports: readonly (Found & { readonly typeOnly: boolean })[];
  /** Uses of the environment's variables. */
  readonly environment: readonly Found[];
  /** Uses of the wall clock, of timers and of chance. */
  readonly timeAndChance: readonly Found[];
  /** Uses of what reaches out of the program without an import. */
  readonly ambient: readonly Found[];
  /** Waits for a time, not for a condition. */
  readonly sleeps: readonly Found[];
  readonly functions: readonly (Found & { readonly lines: number })[];
  /** Types, interfaces, enums and classes that it exports. */
  readonly types: readonly Found[];
}

const TIMERS = new Set(["setTimeout", "setInterval"]);
const CLOCKS = new Set(["Date.now", "Math.random", "performance.now"]);
/** Of the whole world, or of the process: called, or asked for what they have. */
const AMBIENT_CALLS = new Set(["fetch", "setImmediate", "AbortSignal.timeout"]);
const AMBIENT_OBJECTS = new Set(["process", "globalThis"]);
const GLOBALS = new Set(["globalThis", "window"]);

/** The sources of these folders of a project. */
export function modulesOf(root: string, folders: readonly string[]): readonly Module[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .map((name) => posix.join(folder, name.replaceAll("\\", "/")))
      .filter((path) => /\.(ts|tsx|mjs)$/.test(path) && !path.includes("node_modules/"))
      .map((path) => readModule(path, readFileSync(join(root, path), "utf8"))),
  );
}

/** @throws {Error} when the source cannot be parsed. */
export function readModule(path: string, source: string): Module {
  const parsed = parseSync(path, source);
  const [error] = parsed.errors;
  if (error) throw new Error(`${path}: ${error.message}`);
  const lineOf = lines(source);
  return {
    path,
    imports: importsOf(path, parsed, lineOf),
    environment: environmentOf(parsed, lineOf),
    timeAndChance: timeAndChanceOf(parsed, lineOf),
    ambient: ambientOf(parsed, lineOf),
    sleeps: sleepsOf(parsed, lineOf),
    functions: functionsOf(parsed, lineOf),
    types: typesOf(parsed, lineOf),
  };
}

type LineOf = (offset: number) => number;

function lines(source: string): LineOf {
  const starts = [0, ...[...source.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** `a.b` as text, for a chain of plain names. */
function dotted(node: Node): string | undefined {
  if (node.type === "Identifier") return (node as Node & { name: string }).name;
  if (node.type !== "MemberExpression") return undefined;
  const { object, property } = node as Node & { object: Node; property: Node };
  const [left, right] = [dotted(object), wordOf(property)];
  return left === undefined || right === undefined ? undefined : `${left}.${right}`;
}

/** A name, or the text of a literal. */
function wordOf(node: Node | undefined): string | undefined {
  if (node?.type === "Identifier") return (node as Node & { name: string }).name;
  const value = node?.type === "Literal" ? (node as Node & { value: unknown }).value : undefined;
  return typeof value === "string" ? value : undefined;
}

function importsOf(path: string, { program }: ParseResult, lineOf: LineOf): Module["imports"] {
  const found: (Found & { typeOnly: boolean })[] = [];
  const requires = new Set(["require"]);
  const add = (source: Node | null | undefined, typeOnly = false): void => {
    const name = wordOf(source ?? undefined);
    if (!source || name === undefined) return;
    const what = name.startsWith(".") ? posix.normalize(posix.join(dirname(path), name)) : name;
    found.push({ what, line: lineOf(source.start), typeOnly });
  };
  new Visitor({
    ImportDeclaration: ({ source, importKind }) => add(source, importKind === "type"),
    ExportNamedDeclaration: ({ source, exportKind }) => add(source, exportKind === "type"),
    ExportAllDeclaration: ({ source }) => add(source),
    ImportExpression: ({ source }) => add(source),
    TSImportType: ({ source }) => add(source, true),
    VariableDeclarator({ id, init }) {
      if (id.type !== "Identifier" || init?.type !== "CallExpression") return;
      if (dotted(init.callee) === "createRequire") requires.add(id.name);
    },
    CallExpression({ callee, arguments: [first] }) {
      const [name, ...rest] = (dotted(callee) ?? "").split(".");
      if (!requires.has(name ?? "") || (rest.length > 0 && rest.join(".") !== "resolve")) return;
      add(first);
    },
  }).visit(program);
  return found;
}

function environmentOf({ program }: ParseResult, lineOf: LineOf): readonly Found[] {
  const found: Found[] = [];
  const add = (node: Node): unknown => found.push({ what: "process.env", line: lineOf(node.start) });
  new Visitor({
    MemberExpression(node) {
      if (dotted(node) === "process.env") add(node);
    },
    VariableDeclarator(node) {
      if (node.init === null || dotted(node.init) !== "process" || node.id.type !== "ObjectPattern") return;
      if (node.id.properties.some((each) => each.type === "Property" && wordOf(each.key) === "env"))
        add(node);
    },
    ImportDeclaration(node) {
      if (node.source.value !== "node:process" && node.source.value !== "process") return;
      add(node);
    },
  }).visit(program);
  return found;
}

function timeAndChanceOf({ program }: ParseResult, lineOf: LineOf): readonly Found[] {
  const found: Found[] = [];
  const add = (what: string, node: Node): unknown => found.push({ what, line: lineOf(node.start) });
  new Visitor({
    MemberExpression(node) {
      const name = dotted(node) ?? "";
      if (CLOCKS.has(name)) add(name, node);
    },
    CallExpression(node) {
      const names = (dotted(node.callee) ?? "").split(".");
      const plain = names.length === 2 && GLOBALS.has(names[0] ?? "") ? names.slice(1) : names;
      if (plain.length === 1 && TIMERS.has(plain[0] ?? "")) add(plain[0] ?? "", node);
    },
    NewExpression(node) {
      if (dotted(node.callee) === "Date" && node.arguments.length === 0) add("new Date()", node);
    },
    ImportDeclaration(node) {
      if (/^(node:)?timers(\/promises)?$/.test(node.source.value)) add(node.source.value, node);
    },
  }).visit(program);
  return found;
}

function ambientOf({ program }: ParseResult, lineOf: LineOf): readonly Found[] {
  const found: Found[] = [];
  const add = (what: string, node: Node): unknown => found.push({ what, line: lineOf(node.start) });
  new Visitor({
    MemberExpression(node) {
      const object = dotted(node.object);
      if (object !== undefined && AMBIENT_OBJECTS.has(object)) add(dotted(node) ?? object, node);
    },
    CallExpression(node) {
      const name = dotted(node.callee) ?? "";
      if (AMBIENT_CALLS.has(name)) add(name, node);
    },
    ImportExpression: (node) => add("import()", node),
  }).visit(program);
  return found;
}

/** Timers, and what is named after sleep: `sleep(5)`, `clock.sleep(5)`. */
function sleepsOf({ program }: ParseResult, lineOf: LineOf): readonly Found[] {
  const found: Found[] = [];
  new Visitor({
    CallExpression(node) {
      const name = dotted(node.callee) ?? "";
      if (/^(sleep|setTimeout|.+\.sleep)$/.test(name)) found.push({ what: name, line: lineOf(node.start) });
    },
  }).visit(program);
  return found;
}

function functionsOf({ program }: ParseResult, lineOf: LineOf): Module["functions"] {
  const found: (Found & { lines: number })[] = [];
  const names = new Map<number, string>();
  const add = (node: Node, name: string | undefined): void => {
    const line = lineOf(node.start);
    found.push({
      what: name ?? names.get(node.start) ?? "a function",
      line,
      lines: lineOf(node.end - 1) - line + 1,
    });
  };
  new Visitor({
    VariableDeclarator({ id, init }) {
      if (id.type === "Identifier" && init) names.set(init.start, id.name);
    },
    MethodDefinition({ key, value }) {
      names.set(value.start, wordOf(key) ?? "a method");
    },
    FunctionDeclaration: (node) => add(node, node.id?.name),
    FunctionExpression: (node) => add(node, node.id?.name),
    ArrowFunctionExpression: (node) => add(node, undefined),
  }).visit(program);
  return found;
}

function typesOf({ program }: ParseResult, lineOf: LineOf): Module["types"] {
  const declared = new Map<string, Found>();
  const exported = new Set<string>();
  const declare = (node: Node & { readonly id?: { readonly name: string } | null }): void => {
    if (node.id) declared.set(node.id.name, { what: node.id.name, line: lineOf(node.start) });
  };
  new Visitor({
    TSInterfaceDeclaration: declare,
    TSTypeAliasDeclaration: declare,
    TSEnumDeclaration: declare,
    ClassDeclaration: declare,
    ExportNamedDeclaration({ declaration, source, specifiers }) {
      const name = declaration && "id" in declaration ? wordOf(declaration.id ?? undefined) : undefined;
      if (name !== undefined) exported.add(name);
      // With a source, it is another module's.
      if (source === null) for (const { local } of specifiers) exported.add(wordOf(local) ?? "");
    },
  }).visit(program);
  return [...declared.values()].filter(({ what }) => exported.has(what));
}
