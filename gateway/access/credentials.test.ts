import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { addCredential, passwordsOf, shareCredential } from "./credentials.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "credentials-"));
  file = join(folder, "credentials.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a password opens its own name only, the second time too, and is nowhere in the file", async () => {
  const password = await addCredential(file, "40380");
  const other = await addCredential(file, "40900");
  const passwords = passwordsOf(file);
  for (const _ of [1, 2]) {
    expect(await passwords.check("40380", Buffer.from(password))).toBe(true);
    expect(await passwords.check("40380", Buffer.from(other))).toBe(false);
    expect(await passwords.check("40900", Buffer.from(password))).toBe(false);
  }
  expect(await passwords.check("40380", undefined)).toBe(false);
  expect(await passwords.check("toString", Buffer.from(password))).toBe(false);
  expect(readFileSync(file, "utf8")).not.toContain(password);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("a new password ends the old one", async () => {
  const old = await addCredential(file, "observer");
  const fresh = await addCredential(file, "observer");
  const passwords = passwordsOf(file);
  expect(await passwords.check("observer", Buffer.from(old))).toBe(false);
  expect(await passwords.check("observer", Buffer.from(fresh))).toBe(true);
});

test("a missing or damaged file stops the start", () => {
  expect(() => passwordsOf(file)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  writeFileSync(file, '{"40380":{"salt":"00","hash":"plain"}}');
  expect(() => passwordsOf(file)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
});

test("one password shared by several opens each of them, and leaves the others alone", async () => {
  const own = await addCredential(file, "observer");
  await shareCredential(file, ["40380", "40900"], "second-city");
  const passwords = passwordsOf(file);
  expect(await passwords.check("40380", Buffer.from("second-city"))).toBe(true);
  expect(await passwords.check("40900", Buffer.from("second-city"))).toBe(true);
  expect(await passwords.check("observer", Buffer.from("second-city"))).toBe(false);
  expect(await passwords.check("observer", Buffer.from(own))).toBe(true);
});

test("who is added may connect at once, who is taken out no more", async () => {
  const gone = await addCredential(file, "40380");
  const problems: unknown[] = [];
  const passwords = passwordsOf(file, (error) => problems.push(error));
  expect(await passwords.check("40380", Buffer.from(gone))).toBe(true);
  rmSync(file);
  const fresh = await addCredential(file, "40900");
  expect(await passwords.check("40900", Buffer.from(fresh))).toBe(true);
  expect(await passwords.check("40380", Buffer.from(gone))).toBe(false);
  expect(problems).toEqual([]);
  writeFileSync(file, "{");
  expect(await passwords.check("40900", Buffer.from(fresh))).toBe(true);
  expect(problems).toEqual([expect.objectContaining({ code: "CONFIG_INVALID" })]);
});

test("a password that a person chose is dear to guess, one of ours costs nothing to check", async () => {
  await addCredential(file, "40380");
  await shareCredential(file, ["40900"], "second-city");
  const costs = Object.entries(JSON.parse(readFileSync(file, "utf8"))).map(([name, entry]) => [
    name,
    (entry as { cost: number }).cost,
  ]);
  expect(Object.fromEntries(costs)).toEqual({ 40380: 16, 40900: 16_384 });
});

test("a file from before costs were written down is read as it was meant", async () => {
  await shareCredential(file, ["40380"], "second-city");
  const entries = JSON.parse(readFileSync(file, "utf8")) as Record<string, { cost?: number }>;
  delete entries["40380"]?.cost;
  writeFileSync(file, JSON.stringify(entries));
  expect(await passwordsOf(file).check("40380", Buffer.from("second-city"))).toBe(true);
});
