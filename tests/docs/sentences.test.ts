import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { pages } from "./pages.ts";

/** Words. Plain sentences have at most 25; lists of names may need some more. */
const LONGEST = 25;

/** The sentences of a page's text: without code, tables and the addresses of links. */
function sentencesOf(page: string): readonly string[] {
  const text = page.replace(/```[\s\S]*?```/g, "").replace(/\]\([^)]*\)/g, "]");
  return text
    .split(/\n\s*\n|\n(?=\s*(?:[-|#*]|\d+\.) ?)/)
    .filter((part) => !part.trimStart().startsWith("|"))
    .flatMap((part) => part.replace(/\s+/g, " ").split(/(?<=[.!?:;]) /));
}

const wordsOf = (sentence: string): number => sentence.match(/[\p{L}\d’'`/._-]+/gu)?.length ?? 0;

// The changelog is a list of changes, each in one sentence.
test.each(pages().filter((page) => page !== "CHANGELOG.md"))(
  "%s has no sentence that must be read twice",
  (page) => {
    const long = sentencesOf(readFileSync(join(projectRoot(), page), "utf8")).filter(
      (sentence) => wordsOf(sentence) > LONGEST,
    );
    expect(long).toEqual([]);
  },
);

test("a long sentence is seen, and neither code nor a table is one", () => {
  const long = "word ".repeat(LONGEST + 1);
  expect(sentencesOf(`# Page\n\nShort. ${long}.\n`).filter((text) => wordsOf(text) > LONGEST)).toHaveLength(
    1,
  );
  expect(
    sentencesOf(`\`\`\`\n${long}\n\`\`\`\n\n| ${long} |\n`).some((text) => wordsOf(text) > LONGEST),
  ).toBe(false);
});
