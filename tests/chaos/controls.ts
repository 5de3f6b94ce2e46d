import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { CONTROLS, type Control } from "../simulate/controls/list.ts";

/** Only a browser sees this: what the page was sent is right. */
const ON_THE_PAGE: Control = {
  name: "the page shows each station one entry short",
  seenAs: ["browser"],
  edits: [
    {
      file: "central/dashboard/web/lines/use-line.ts",
      from: "return usePage(({ state }) => state?.entries[stationId] ?? null);",
      to: "const sent = usePage(({ state }) => state?.entries[stationId] ?? null); return sent === null ? null : sent - 1;",
    },
  ],
};

/** Rules that the product has, and defects that it had once, which a run with real processes can see. */
export const BROKEN: readonly Control[] = [
  ...CONTROLS.filter(({ edits }) => edits.every(({ file }) => !file.startsWith("tests/"))),
  ON_THE_PAGE,
];

export interface BrokenCopy {
  readonly root: string;
  remove(): Promise<void>;
}

/**
 * A copy of the project in which a rule is broken, built.
 *
 * @throws {Error} when an edit does not fit the sources any more.
 */
export async function brokenCopy(name: string): Promise<BrokenCopy> {
  const rule = BROKEN.find((one) => one.name === name);
  if (!rule) throw new Error(`no rule "${name}"`);
  const from = projectRoot();
  const root = await mkdtemp(join(tmpdir(), "elevated-broken-"));
  const { stdout } = await promisify(execFile)("git", ["ls-files", "-z"], { cwd: from, maxBuffer: 2 ** 24 });
  for (const path of stdout.split("\0").filter((one) => one !== "")) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await cp(join(from, path), join(root, path), { verbatimSymlinks: true });
  }
  for (const folder of ["node_modules", ".toolchain"]) await symlink(join(from, folder), join(root, folder));
  for (const { file, from: text, to } of rule.edits) {
    const source = await readFile(join(root, file), "utf8");
    if (source.split(text).length !== 2) throw new Error(`${file} does not have this once: ${text}`);
    await writeFile(
      join(root, file),
      source.replace(text, () => to),
    );
  }
  await promisify(execFile)(process.execPath, ["infra/launcher/setup.mjs", "--quiet", "--for", "test"], {
    cwd: root,
  });
  return { root, remove: () => rm(root, { recursive: true, force: true }) };
}
