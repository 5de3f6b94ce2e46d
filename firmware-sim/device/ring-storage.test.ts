import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { FileRingStorage } from "./file-ring-storage.ts";
import { storeContract } from "./ring-storage.contract.ts";
import { HEADER_BYTES } from "./ring-storage.ts";
import { MemoryRingStorage } from "./testing/memory-ring-storage.ts";

const folder = mkdtempSync(join(tmpdir(), "firmware-store-"));
let files = 0;
afterAll(() => rmSync(folder, { recursive: true }));

storeContract("memory", () => {
  const store = new MemoryRingStorage();
  return { store, reopen: () => store };
});

storeContract("file", () => {
  const path = join(folder, `${++files}.ring`);
  return { store: new FileRingStorage(path), reopen: () => new FileRingStorage(path) };
});

test("a header torn by a power cut falls back to the one before", () => {
  const path = join(folder, "torn.ring");
  const store = new FileRingStorage(path);
  store.writeHeader(Buffer.alloc(HEADER_BYTES, 1));
  store.writeHeader(Buffer.alloc(HEADER_BYTES, 2));
  const bytes = readFileSync(path);
  const newest = bytes.lastIndexOf(Buffer.alloc(HEADER_BYTES, 2));
  bytes[newest + 3] = 0xff;
  writeFileSync(path, bytes);
  expect(new FileRingStorage(path).readHeader()).toEqual(Buffer.alloc(HEADER_BYTES, 1));
});
