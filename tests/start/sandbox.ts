import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { removeCopies } from "../../infra/launcher/postgres/programs.mjs";
import { projectRoot } from "../../infra/runtime/project-root.ts";

/** A user without a name: whatever depends on one must do without. */
export const STRANGER = 4711;

/** What npm and Maven have fetched before, and how they reach their registries. */
const CACHES = [".npmrc", ".npm/_cacache", ".m2/settings.xml", ".m2/repository"];

/** A folder of its own for one scenario. */
export class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), "elevated-first-start-"));
  readonly #clones: string[] = [];

  constructor() {
    chmodSync(this.folder, 0o755);
  }

  /** The last commit, as a stranger gets it. @returns its folder */
  clone(...names: readonly string[]): string {
    const clone = join(this.folder, ...names);
    mkdirSync(join(clone, ".."), { recursive: true });
    execFileSync("git", ["clone", "--quiet", "--depth", "1", `file://${projectRoot()}`, clone]);
    this.#clones.push(clone);
    return clone;
  }

  /** A copy of a clone with all that set-up and a run left in it. */
  copy(clone: string, ...names: readonly string[]): string {
    const copy = join(this.folder, ...names);
    execFileSync("cp", ["-a", clone, copy]);
    this.#clones.push(copy);
    return copy;
  }

  /** A user's own home, which lets no other user in, with caches that are warm. */
  home(name: string): string {
    const home = join(this.folder, name);
    mkdirSync(home, { mode: 0o700 });
    for (const cache of CACHES) {
      const from = join(homedir(), cache);
      if (existsSync(from)) cpSync(from, join(home, cache), { recursive: true });
    }
    return home;
  }

  giveToStranger(folder: string): void {
    execFileSync("chown", ["-R", `${STRANGER}:${STRANGER}`, folder]);
    chownSync(folder, STRANGER, STRANGER);
  }

  remove(): void {
    for (const clone of this.#clones) removeCopies(clone);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
