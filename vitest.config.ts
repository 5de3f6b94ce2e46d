import { defineConfig } from "vitest/config";

const everywhere = ["schemas", "infra", "firmware-sim", "edge", "gateway", "central", "tests"];
const files = (suffix: string): string[] => everywhere.map((folder) => `${folder}/**/*${suffix}`);

/**
 * Two files side by side, except those of the last project. On real servers each file has names, ports and folders of
 * its own; all of them share one Kafka. What keeps two processors busy, such as a whole city, has the machine for
 * itself. Every time limit only ends a hang.
 */
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
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "integration",
          include: files(".integration.test.ts"),
          globalSetup: ["./tests/support/built.ts", "./tests/support/integration-setup.ts"],
          // A browser on a busy machine: vitest's second is too short.
          expect: { poll: { timeout: 15_000 } },
          testTimeout: 120_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "system",
          include: files(".system.test.ts"),
          globalSetup: ["./tests/support/built.ts"],
          fileParallelism: false,
          expect: { poll: { timeout: 15_000 } },
          testTimeout: 120_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
