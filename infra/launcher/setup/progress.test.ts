import { describe, expect, test, vi } from "vitest";
import { transferIn } from "./maven.mjs";
import { amount, progress } from "./progress.mjs";
import { announce, spaceFor } from "./space.mjs";

function written({ isTTY = false, quiet = false, columns = 80 } = {}) {
  const parts: string[] = [];
  let now = 0;
  const out = { isTTY, columns, write: (more: string) => parts.push(more) };
  return {
    lines: progress(out, quiet, () => now),
    text: () => parts.join(""),
    pass(ms: number) {
      now += ms;
    },
  };
}

/** Rewrites a line in place, as terminals know it. */
const REWRITES = ["\r", "\u001b[2K", "\u001b[1A"];

describe("progress", () => {
  test("where lines stay: one at the beginning, one each ten seconds, one at the end", async () => {
    const { lines, text, pass } = written();
    await lines.step("npm packages", "npm ci", async (advance) => {
      for (let done = 0; done < 250; done += 10) {
        pass(1_000);
        advance({ done, total: 253, bytes: done * 1e6 });
      }
    });
    expect(text().split("\n")).toEqual([
      "… npm packages (npm ci)",
      "… npm packages: 90 of 253, 90 MB",
      "… npm packages: 190 of 253, 190 MB",
      "✓ npm packages 25.0 s",
      "",
    ]);
  });

  test("on a terminal: a bar for each step, rewritten in place and no wider than the terminal", async () => {
    const { lines, text, pass } = written({ isTTY: true, columns: 43 });
    await Promise.all([
      lines.step("packages", "npm", async (advance) => {
        pass(1_000);
        advance({ done: 1, total: 2, bytes: 5e6 });
      }),
      lines.step("jars", "Maven", async () => {}),
    ]);
    expect(text()).toContain("… packages ████████░░░░░░░░ 1 of 2, 5 MB");
    const plain = REWRITES.reduce((left, code) => left.replaceAll(code, "\n"), text());
    for (const line of plain.split("\n")) expect(line.length).toBeLessThan(43);
    expect(plain.split("\n")).toContain("✓ packages 1.0 s");
  });

  test("when quiet: only what takes longer than a person waits without a word", async () => {
    vi.useFakeTimers();
    try {
      const { lines, text } = written({ quiet: true });
      await lines.step("bundles", "esbuild", async () => {});
      expect(text()).toBe("");
      const long = lines.step(
        "npm packages",
        "npm ci",
        () => new Promise((resolve) => setTimeout(resolve, 9_000)),
      );
      await vi.advanceTimersByTimeAsync(9_000);
      await long;
      expect(text()).toMatch(/^… npm packages \(npm ci\)\n✓ npm packages/);
    } finally {
      vi.useRealTimers();
    }
  });

  test("an amount without a total is a count", () => {
    expect(amount({ done: 12, total: 0, bytes: 3.4e6 })).toBe("12, 3 MB");
    expect(amount({ done: 12, total: 10 })).toBe("10 of 10");
  });
});

test("what Maven fetched is read from its own lines", () => {
  const line =
    "[INFO] Downloaded from central: https://repo.maven.apache.org/maven2/a/zstd-jni-1.5.7-4.jar (7.4 MB at 5.1 MB/s)";
  expect(transferIn(line)).toEqual({ file: "zstd-jni-1.5.7-4.jar", bytes: 7.4e6 });
  expect(transferIn("[INFO] Downloading from central: https://repo/a.jar")).toBeNull();
});

describe("space on the disk", () => {
  const nothing = { packages: null, jars: false, built: false } as const;

  test("is what is missing, no more", () => {
    expect(spaceFor(nothing)).toEqual({ fetchedMb: 0, keptMb: 0 });
    const start = spaceFor({ packages: "start", jars: true, built: true });
    expect(spaceFor({ packages: "all", jars: true, built: true }).keptMb).toBeGreaterThan(start.keptMb);
  });

  test("is told before anything is fetched, and a disk that is too small is refused then", () => {
    const { lines, text } = written();
    announce("/clone", { packages: "start", jars: true, built: true }, lines, 50_000);
    expect(text()).toMatch(
      /^· set-up fetches at most \d+ MB and takes \d+ MB below \/clone \(50 GB free\)\n$/,
    );
    announce("/clone", { ...nothing, built: true }, lines, 10);
    expect(() => announce("/clone", { ...nothing, jars: true }, lines, 100)).toThrow(
      /100 MB are free below \/clone, and/,
    );
  });
});
