import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../infra/runtime/project-root.ts";

/** What kustomize makes of each overlay is kept beside the tests, so that they need no kustomize. */
export const OVERLAYS = ["one-broker", "three-zones", "three-zones-lag"] as const;
export type Overlay = (typeof OVERLAYS)[number];

const sources = join(projectRoot(), "infra", "deploy", "kubernetes");

export function renderedFile(overlay: Overlay): string {
  return join(projectRoot(), "tests", "kubernetes", "rendered", `${overlay}.yaml`);
}

/** Of every file that kustomize reads, names included. */
export function sourcesHash(): string {
  const hash = createHash("sha256");
  const names = readdirSync(sources, { recursive: true, encoding: "utf8" }).sort();
  for (const name of names) {
    const file = join(sources, name);
    if (statSync(file).isFile()) hash.update(`${name}\0`).update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex");
}

/** First line of a rendered file. */
export function heading(): string {
  return `# Made by kustomize from infra/deploy/kubernetes (${sourcesHash().slice(0, 16)}): npm run docs writes it again.\n`;
}

/** Both make the same: kubectl has kustomize in it. */
const RENDERERS = [
  ["kustomize", "build"],
  ["kubectl", "kustomize"],
] as const;

/** The first that runs here. */
export function renderer(): readonly string[] | undefined {
  return RENDERERS.find(([program, verb]) => spawnSync(program, [verb, "--help"]).status === 0);
}

/** @throws {Error} with kustomize's own words */
export function render(overlay: Overlay, [program = "", verb = ""]: readonly string[]): string {
  const folder = join(sources, "overlays", overlay);
  const { status, stdout, stderr } = spawnSync(program, [verb, folder], { encoding: "utf8" });
  if (status === 0) return heading() + stdout;
  throw new Error(`${program} does not build ${overlay}: ${stderr}`);
}

/** @returns whether one differed; undefined where no kustomize is at hand. */
export function writeRendered(): boolean | undefined {
  const found = renderer();
  if (!found) return undefined;
  const changed = OVERLAYS.filter((overlay) => {
    const text = render(overlay, found);
    if (
      statSync(renderedFile(overlay), { throwIfNoEntry: false }) &&
      readFileSync(renderedFile(overlay), "utf8") === text
    )
      return false;
    writeFileSync(renderedFile(overlay), text);
    return true;
  });
  return changed.length > 0;
}
