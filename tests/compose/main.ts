import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { homeOf } from "../../infra/runtime/service/endpoints.ts";
import { EXIT } from "../../schemas/errors.ts";
import { Cluster, PROJECT } from "./cluster/cluster.ts";
import { FAULTS } from "./cluster/faults.ts";
import { tryOut } from "./cluster/trial.ts";
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
  readonly standIns?: boolean;
  readonly light?: boolean;
  readonly build: boolean;
  readonly keep?: boolean;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError("give a number of seconds above 0");
  return value;
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

async function run({
  holdSeconds,
  patienceSeconds,
  only,
  standIns,
  light,
  build,
  keep,
}: Options): Promise<boolean> {
  const folder = join(homeOf(process.env), "compose");
  mkdirSync(folder, { recursive: true });
  const client = clientIn(folder, note);
  const { engine, stop } = await engineIn(folder);
  const cluster = new Cluster(engine, client, light ? [LIGHT] : []);
  try {
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
    const options = { holdMs: holdSeconds * 1000, patienceMs: patienceSeconds * 1000, note, faults: FAULTS };
    const usage = await usageOf(cluster, LOOKS);
    const trial = await tryOut(cluster, only === undefined ? options : { ...options, only });
    process.stdout.write(`${JSON.stringify({ ...trial, usage }, null, 2)}\n`);
    return trial.holds;
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

await new Command("test:compose")
  .description(
    "The compose file on a container engine: everything healthy, the page, and the proof after each container was killed, paused and cut off, a broker lost its disk, services were scaled, everything was restarted, and down and up. The report is JSON on stdout; exit 1 when anything differs.",
  )
  .option("--hold-seconds <n>", "how long each fault lasts", seconds, 6)
  .option("--patience-seconds <n>", "how long the system may take to be well again", seconds, 180)
  .option("--only <pattern>", "faults only for containers whose name has it", (text) => new RegExp(text))
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
