import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../infra/runtime/project-root.ts";

const root = projectRoot();
const PAGE = "docs/delivery-rules.md";

export interface DeliveryRule {
  /** `4`, `5a`. */
  readonly number: string;
  /** It says why it is one. */
  readonly hasReason: boolean;
  /** Tests that the page names for it. */
  readonly heldBy: readonly { readonly file: string; readonly title: string }[];
  /** It is told as parts that have numbers of their own. */
  readonly hasParts: boolean;
}

/** The rules of the page, in its order. */
export function deliveryRules(text = readFileSync(join(root, PAGE), "utf8")): readonly DeliveryRule[] {
  const sections = text.split(/^##+ Rule /m).slice(1);
  const numbers = sections.map((section) => /^\w+/.exec(section)?.[0] ?? "");
  return sections.map((section, index) => {
    const number = numbers[index] ?? "";
    const entries = [...section.matchAll(/^- \[([^\]]+)\]\([^)]+\): "(.+)"$/gm)];
    return {
      number,
      hasReason: /^Why: /m.test(section),
      heldBy: entries.map(([, file = "", title = ""]) => ({ file, title })),
      hasParts: numbers.some(
        (other) => other !== number && /^[a-z]$/.test(other.slice(number.length)) && other.startsWith(number),
      ),
    };
  });
}

/** Does this source have a test of exactly this title, in whichever quotes? */
export function hasTest(source: string, title: string): boolean {
  return ['"', "'", "`"].some((quote) => source.includes(`${quote}${title}${quote}`));
}

export interface Citation {
  readonly file: string;
  /** `4`, `5a`; what was written where it is neither. */
  readonly number: string;
}

const FOLDERS = ["schemas", "infra", "firmware-sim", "edge", "gateway", "central", "tests"];

/** Every "delivery rule N" in the sources, and what still cites a page that is not in the repository. */
export function citations(): readonly Citation[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`),
  )
    .filter((file) => /\.(ts|tsx|mjs)$/.test(file) && !file.startsWith("tests/docs/"))
    .flatMap((file) => {
      const text = readFileSync(join(root, file), "utf8").replace(/\n\s*\*\s*/g, " ");
      const cited = [...text.matchAll(/delivery rules? (\d+[a-z]?)(?: and (\d+[a-z]?))?/g)].flatMap(
        ([, one, two]) => [one, two],
      );
      const dangling = [...text.matchAll(/(?:design )§\S*/g)].map(([mark]) => mark);
      return [...cited, ...dangling].flatMap((number) => (number === undefined ? [] : [{ file, number }]));
    });
}
