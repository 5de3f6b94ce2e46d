import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { satisfies } from "../../infra/launcher/setup/tools.mjs";

/**
 * A Node of this version, as npm's package `node` has it.
 *
 * @param version - whole, or a line such as "24".
 * @param folder - where it goes; what is there already is taken.
 * @returns the folder of the program
 * @throws Error when npm cannot fetch it
 */
export function nodeOf(version: string, folder: string): string {
  const bin = join(folder, "node_modules", "node", "bin");
  if (!existsSync(join(bin, "node")) || !satisfies(versionOf(bin), version)) {
    mkdirSync(folder, { recursive: true });
    const options = ["--no-save", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
    // npm's own settings of the command that runs this must not reach it.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/.test(name)));
    execFileSync("npm", ["install", "--prefix", folder, ...options, `node@${version}`], {
      env,
      stdio: "pipe",
    });
  }
  return bin;
}

/** What a Node says of itself, for example "v24.21.0". */
export function versionOf(bin: string): string {
  return execFileSync(join(bin, "node"), ["--version"], { encoding: "utf8" }).trim();
}

/** The environment in which `node` is this one, also for npm, which is a script that Node runs. */
export function withNode(bin: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^npm_|^NODE_|^VITEST|^INIT_CWD$/.test(name),
  );
  return { ...Object.fromEntries(inherited), PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}` };
}
