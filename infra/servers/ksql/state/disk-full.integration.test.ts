import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { StateSpace } from "./state-space.ts";
import { StateStore } from "./state-store.ts";

const codec = {
  encode: (row: { text: string }) => Buffer.from(JSON.stringify(row)),
  decode: (bytes: Buffer) => JSON.parse(bytes.toString()) as { text: string },
};
const folder = mkdtempSync(join(tmpdir(), "ksql-full-"));
let mounted = false;
afterEach(() => {
  if (mounted) execFileSync("umount", [folder]);
  rmSync(folder, { recursive: true, force: true });
});

test.skipIf(process.getuid?.() !== 0)(
  "a full disk fails the commit with its name, what was committed stays, and the next table finds room (a small tmpfs needs root)",
  async () => {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m", "ksql", folder]);
    mounted = true;
    const space = new StateSpace({ folder, memoryRows: 0 });
    const store = new StateStore(codec, space);
    let rows = 0;
    const fill = (): never => {
      for (;;) {
        for (let i = 0; i < 1000; i++) store.set(`k${rows + i}`, { text: "x".repeat(100) });
        store.commit();
        rows += 1000;
      }
    };
    expect(fill).toThrow(/cannot write .*is the disk full\? Make room, or set KSQL_STATE_DIR/);
    expect(rows).toBeGreaterThan(1000);
    expect([...store.committedRows()]).toHaveLength(rows);
    await store.close();

    const next = new StateStore(codec, space);
    next.set("a", { text: "y" });
    next.commit();
    expect(next.committed("a")).toEqual({ text: "y" });
    await space.close();
  },
);
