import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { FileStore } from "./file-store.ts";
import { storeContract } from "./store.contract.ts";
import { HEADER_BYTES } from "./store.ts";
import { MemoryStore } from "./testing/memory-store.ts";

const folder = mkdtempSync(join(tmpdir(), "firmware-store-"));
let files = 0;
afterAll(() => rmSync(folder, { recursive: true }));

storeContract("memory", () => {
  const store = new MemoryStore();
  return { store, reopen: () => store };
});

storeContract("file", () => {
  const path = join(folder, `${++files}.ring`);
  return { store: new FileStore(path), reopen: () => new FileStore(path) };
});

test("a header torn by a power cut falls back to the one before", () => {
  const path = join(folder, "torn.ring");
  const store = new FileStore(path);
  store.writeHeader(Buffer.alloc(HEADER_BYTES, 1));
  store.writeHeader(Buffer.alloc(HEADER_BYTES, 2));
  const bytes = readFileSync(path);
  const newest = bytes.lastIndexOf(Buffer.alloc(HEADER_BYTES, 2));
  bytes[newest + 3] = 0xff;
  writeFileSync(path, bytes);
  expect(new FileStore(path).readHeader()).toEqual(Buffer.alloc(HEADER_BYTES, 1));
});
