import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { projectRoot } from "../../infra/runtime/project-root.ts";

const root = projectRoot();

/** Every page of the project, relative to its folder. */
export function pages(): readonly string[] {
  const docs = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" });
  const top = readdirSync(root).filter((name) => name.endsWith(".md"));
  return [...top, ...docs.filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)];
}

export interface BrokenLink {
  readonly page: string;
  readonly link: string;
}

/** Links and pictures to files that are not there, or to headings that a page does not have. */
export function brokenLinks(): readonly BrokenLink[] {
  return pages().flatMap((page) => {
    const text = withoutCode(readFileSync(join(root, page), "utf8"));
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
    return links.filter((link) => !works(page, link)).map((link) => ({ page, link }));
  });
}

function works(page: string, link: string): boolean {
  if (/^[a-z]+:/.test(link)) return true;
  const [path = "", heading] = link.split("#");
  const file = path === "" ? join(root, page) : join(root, dirname(page), path);
  if (!existsSync(file)) return false;
  return heading === undefined || headingsOf(file).includes(heading);
}

/** As GitHub makes addresses of headings. */
function headingsOf(file: string): readonly string[] {
  const headings = [...readFileSync(file, "utf8").matchAll(/^#+ (.+)$/gm)];
  return headings.map(([, text = ""]) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

export interface MissingPath {
  readonly page: string;
  readonly path: string;
}

const FOLDERS = ["schemas", "infra", "firmware-sim", "edge", "gateway", "central", "tests", "docs"];

/** Files and folders that pages name in code and that are not there. A path with `*`, `{…}` or `…` stands for several. */
export function missingPaths(): readonly MissingPath[] {
  const named = new RegExp(`\`((?:${FOLDERS.join("|")})/[\\w./-]+)\``, "g");
  return pages().flatMap((page) => {
    const text = readFileSync(join(root, page), "utf8");
    const paths = [...text.matchAll(named)].map(([, path = ""]) => path);
    return paths.filter((path) => !existsSync(join(root, path))).map((path) => ({ page, path }));
  });
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, "").replace(/`[^`\n]*`/g, "");
}

export interface ShownCommand {
  readonly page: string;
  readonly command: string;
  /** It ends by itself, and leaves a running system as it is. */
  readonly safe: boolean;
}

const SAFE =
  /^npm run (--silent )?(doctor|status|topics|firmware-sim -- (devices|state)|edge -- outbox \d+|connect -- status|audit|audit -- list --all|fleet -- status|\S+ -- config print|peek -- \S+ .*--(no-follow|limit \d+))( -- --\w+)*$/;

/** Every `npm …` and `node …` of the pages' code, blocks and tables; comments and variables before it left out. */
export function commandsShown(): readonly ShownCommand[] {
  const found = pages().flatMap((page) => {
    const text = readFileSync(join(root, page), "utf8");
    const spans = [...text.matchAll(/`(npm (?:run|start|test)[^`\n]*)`/g)].map(([, command = ""]) => command);
    const blocks = [...text.matchAll(/^[ ]*(npm (?:run|start|test)[^\n]*)$/gm)].map(
      ([, command = ""]) => command,
    );
    return [...spans, ...blocks].map((line) => {
      const command = line.replace(/\s+#.*$/, "").trim();
      return { page, command, safe: SAFE.test(command) };
    });
  });
  const known = new Map(found.map((each) => [each.command, each]));
  return [...known.values()];
}

/** The npm script that a command runs; undefined for `npm start` and `npm test`. */
export function scriptOf(command: string): string | undefined {
  return /^npm run (?:--silent |-s )?([\w:-]+)/.exec(command)?.[1];
}
