import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { defined } from "../../infra/runtime/defined.ts";
import { homeOf } from "../../infra/runtime/service/endpoints.ts";
import { EXIT } from "../../schemas/errors.ts";
import { Cluster, PROJECT } from "./cluster/cluster.ts";
import { STEPS, type Step, tryOut } from "./cluster/trial.ts";
import { usageOf } from "./cluster/usage.ts";
import { clientIn } from "./engine/compose-client.ts";
import { Engine } from "./engine/engine.ts";
import { type OwnEngine, ownEngineLacks, startOwnEngine } from "./engine/own-engine.ts";
import { imageMakersLack, makeImages, publicImages } from "./images/images.ts";

const LOOKS = 10;
/** Over the compose file, where processor time is short. */
const LIGHT = "tests/compose/cluster/light.yml";

interface Options {
  readonly holdSeconds: number;
  readonly patienceSeconds: number;
  readonly only?: RegExp;
  readonly minutes?: number;
  readonly steps: readonly Step[];
  readonly standIns?: boolean;
  readonly light?: boolean;
  readonly build: boolean;
  readonly keep?: boolean;
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError("give a number above 0");
  return value;
}

function stepsIn(text: string): readonly Step[] {
  const words = text.split(",");
  const steps = STEPS.filter((step) => words.includes(step));
  if (steps.length !== words.length) throw new InvalidArgumentError(`choose from ${STEPS.join(", ")}`);
  return steps;
}

const began = performance.now();
const note = (line: string): void => {
  const passed = Math.round((performance.now() - began) / 1000);
  process.stderr.write(`${String(passed).padStart(5)} s  ${line}\n`);
};

/** The machine's engine, or one with its data below this folder. */
async function engineIn(folder: string): Promise<OwnEngine> {
  const engine = new Engine();
  if (engine.answers) return { engine, stop: async () => {} };
  const lacks = ownEngineLacks();
  if (lacks !== undefined) throw new Error(`no container engine answers, and one of our own needs ${lacks}`);
  note("no container engine answers: starting one");
  return startOwnEngine(join(folder, "engine"));
}

async function run(options: Options): Promise<boolean> {
  const { holdSeconds, patienceSeconds, only, minutes, steps, standIns, light, build, keep } = options;
  const folder = join(homeOf(process.env), "compose");
  mkdirSync(folder, { recursive: true });
  const client = clientIn(folder, note);
  const { engine, stop } = await engineIn(folder);
  const cluster = new Cluster(engine, client, light ? [LIGHT] : []);
  const work = async (): Promise<boolean> => {
    if (standIns) {
      const lacks = imageMakersLack();
      if (lacks !== undefined) throw new Error(`stand-ins for the public images need ${lacks}`);
      note("making stand-ins for the public images");
      makeImages(engine, publicImages());
    }
    const up = ["up", ...(build ? ["--build"] : []), "--wait"];
    note(`docker compose ${up.join(" ")}`);
    await cluster.compose(...up);
    note("everything is healthy");
    const usage = await usageOf(cluster, LOOKS);
    const trial = await tryOut(cluster, steps, {
      holdMs: holdSeconds * 1000,
      patienceMs: patienceSeconds * 1000,
      note,
      ...defined({ only, minutes }),
    });
    process.stdout.write(`${JSON.stringify({ ...trial, usage }, null, 2)}\n`);
    return trial.holds;
  };
  try {
    return await Promise.race([work(), interruption()]);
  } finally {
    if (keep) note(`left running: docker compose -p ${PROJECT} down --volumes removes it`);
    else
      await cluster
        .compose("down", "--volumes", "--remove-orphans")
        .catch((error: Error) => note(error.message));
    if (!keep) await stop();
    if (!keep) rmSync(join(folder, "engine", "run"), { recursive: true, force: true });
  }
}

/** Ctrl+C: what was started is taken down all the same. A second one ends at once. */
function interruption(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const)
      process.once(signal, () => reject(new Error(`ended by ${signal}; everything is taken down`)));
  });
}

await new Command("test:compose")
  .description(
    "The compose file on a container engine: everything healthy, the page, and the proof after each container was killed, paused and cut off, a broker lost its disk, services were scaled, everything was restarted, and down and up. The report is JSON on stdout; exit 1 when anything differs.",
  )
  .option("--hold-seconds <n>", "how long each fault lasts", positive, 6)
  .option("--patience-seconds <n>", "how long the system may take to be well again", positive, 180)
  .option("--only <pattern>", "faults only for containers whose name has it", (text) => new RegExp(text))
  .option("--minutes <n>", "no further fault on a container begins after so long", positive)
  .option("--steps <list>", `only these, separated by commas: ${STEPS.join(", ")}`, stepsIn, STEPS)
  .option(
    "--stand-ins",
    "make stand-ins for the public images from Debian's packages, where none can be pulled",
  )
  .option("--light", "less of the city, and brokers that compile less: where processor time is short")
  .option("--no-build", "take the images as they are")
  .option("--keep", "leave the system and the engine running")
  .addHelpText(
    "after",
    `
Without an engine that answers, one of its own is started, with its data below the home. Without Compose, Go builds it.

Examples:
  npm run -s test:compose > report.json
  npm run test:compose -- --only 'gateway|kafka-2' --keep`,
  )
  .action(async (options: Options) => {
    process.exitCode = (await run(options)) ? EXIT.ok : EXIT.failure;
  })
  .parseAsync();
