import { defineConfig } from "vitest/config";

const everywhere = ["schemas", "infra", "firmware-sim", "edge", "gateway", "central", "tests"];
const files = (suffix: string): string[] => everywhere.map((folder) => `${folder}/**/*${suffix}`);

/** Unit tests side by side; those on real servers one file at a time, because the servers are shared. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ["default", "./tests/support/closing-reporter.ts"],
    projects: [
      {
        test: {
          name: "unit",
          include: files(".test.ts"),
          exclude: [...files(".integration.test.ts"), ...files(".system.test.ts")],
          // Ends a hang; on a busy machine the slowest honest test takes ten seconds.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "integration",
          include: files(".integration.test.ts"),
          globalSetup: ["./tests/support/integration-setup.ts"],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "system",
          // A browser on a busy machine: vitest's second is too short.
          expect: { poll: { timeout: 15_000 } },
          include: files(".system.test.ts"),
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
