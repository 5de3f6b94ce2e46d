import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureAgentSecrets, homePasswords, renewAgentSecret, secretFilesOf } from "./agent-secrets.ts";
import { matches, readHashes } from "./password-hashes.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "secrets-"));
});
afterEach(() => rmSync(home, { recursive: true }));

const NAMES = ["40380", "40900", "observer"];

function contents(): readonly string[] {
  const { credentials, passwords } = secretFilesOf(home);
  return [credentials, passwords].map((file) => readFileSync(file, "utf8"));
}

/** Does the gateway's file let in who says what the agents' file says? */
async function letsIn(name: string): Promise<boolean> {
  const password = homePasswords(home)(name);
  const hash = readHashes(secretFilesOf(home).credentials)[name];
  return password !== undefined && hash !== undefined && matches(hash, Buffer.from(password));
}

test("a first start gives everybody a password of their own, for this user's eyes; a second one changes nothing", async () => {
  await ensureAgentSecrets(home, NAMES);
  const first = contents();
  for (const name of NAMES) expect(await letsIn(name)).toBe(true);
  expect(new Set(NAMES.map(homePasswords(home))).size).toBe(NAMES.length);
  expect(homePasswords(home)("toString")).toBeUndefined();
  const { credentials, passwords } = secretFilesOf(home);
  for (const file of [credentials, passwords]) expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(dirname(passwords)).mode & 0o777).toBe(0o700);
  await ensureAgentSecrets(home, NAMES);
  expect(contents()).toEqual(first);
});

test("who comes later gets one too, and the others keep theirs", async () => {
  await ensureAgentSecrets(home, NAMES);
  const before = NAMES.map(homePasswords(home));
  await ensureAgentSecrets(home, [...NAMES, "41400"]);
  expect(await letsIn("41400")).toBe(true);
  expect(NAMES.map(homePasswords(home))).toEqual(before);
});

test.each(["credentials", "passwords"] as const)(
  "without the file of %s the next start mends it",
  async (which) => {
    await ensureAgentSecrets(home, NAMES);
    rmSync(secretFilesOf(home)[which]);
    await ensureAgentSecrets(home, NAMES);
    for (const name of NAMES) expect(await letsIn(name)).toBe(true);
  },
);

test("a password that is replaced is found at the next look", async () => {
  await ensureAgentSecrets(home, NAMES);
  const passwordOf = homePasswords(home);
  const before = passwordOf("40380");
  const fresh = await renewAgentSecret(home, "40380");
  expect(fresh).not.toBe(before);
  expect(passwordOf("40380")).toBe(fresh);
  expect(await letsIn("40380")).toBe(true);
  expect(await letsIn("40900")).toBe(true);
});

test("a password that was written by hand, or whose hash was never written, comes into force", async () => {
  await ensureAgentSecrets(home, NAMES);
  const { credentials, passwords } = secretFilesOf(home);
  const said = { ...JSON.parse(readFileSync(passwords, "utf8")), "40380": "second city" };
  writeFileSync(passwords, JSON.stringify(said));
  // As coarse a clock as a file system may have.
  utimesSync(credentials, 1, 1);
  expect(await letsIn("40380")).toBe(false);
  await ensureAgentSecrets(home, NAMES);
  for (const name of NAMES) expect(await letsIn(name)).toBe(true);
  expect(homePasswords(home)("40380")).toBe("second city");
});

test("a file that is damaged stops the start, and nothing of it is told", async () => {
  await ensureAgentSecrets(home, NAMES);
  writeFileSync(secretFilesOf(home).passwords, '{"40380": swordfish');
  const failed = await ensureAgentSecrets(home, NAMES).catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: "CONFIG_INVALID", message: expect.stringContaining("remove it") });
  expect(String(failed)).not.toContain("swordfish");
});

test("a home without any has none", () => {
  expect(homePasswords(home)("40380")).toBeUndefined();
});
