import lighthouse from "lighthouse";
import { freePort } from "../../infra/runtime/testing/free-port.ts";
import { launchBrowser } from "../support/browser.ts";
import { answerHelp } from "../support/script-help.ts";
import { startMorning } from "./morning.ts";

/**
 * `npm run lighthouse`: Google's judgement of the page on its mobile settings (a slow phone on a slow network, both
 * simulated), over a real dashboard server on a busy morning. Exit code 1 when a category misses its goal.
 */

const GOALS: Readonly<Record<string, number>> = {
  accessibility: 100,
  "best-practices": 100,
  seo: 100,
  performance: 95,
};

async function main(): Promise<void> {
  const morning = await startMorning();
  const port = await freePort();
  const browser = await launchBrowser([`--remote-debugging-port=${port}`]);
  try {
    process.stderr.write(`lighthouse looks at ${morning.dashboard.url}, about twenty seconds\n`);
    const result = await lighthouse(morning.dashboard.url, {
      port,
      output: "json",
      logLevel: "error",
      onlyCategories: Object.keys(GOALS),
    });
    if (!result) throw new Error("lighthouse gave no result");
    const { categories, audits } = result.lhr;
    for (const [id, goal] of Object.entries(GOALS)) {
      const category = categories[id];
      const score = Math.round((category?.score ?? 0) * 100);
      const missed = score < goal;
      if (missed) process.exitCode = 1;
      process.stdout.write(
        `${id.padEnd(16)} ${String(score).padStart(3)}  goal ${goal}${missed ? "  missed" : ""}\n`,
      );
      for (const { id: audit, weight } of category?.auditRefs ?? []) {
        const found = audits[audit];
        if (weight === 0 || !found || found.score === null || found.score >= 0.9) continue;
        process.stdout.write(`  ${found.title}${found.displayValue ? `: ${found.displayValue}` : ""}\n`);
      }
    }
  } finally {
    await browser.close();
    await morning.stop();
  }
}

answerHelp("lighthouse", "Asks Lighthouse about the page; half a minute. Exit code 1 below its goals.");
await main();
