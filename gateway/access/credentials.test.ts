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
