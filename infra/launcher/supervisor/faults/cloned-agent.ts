import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stationById } from "../../../../schemas/network/network.ts";
import { RestError } from "../../../runtime/http/errors.ts";
import { secretFilesOf } from "../../../runtime/security/agent-secrets.ts";
import { programFile } from "../parts/node.ts";
import { startChild } from "../process/child.ts";
import { logOf, type PartContext } from "../process/part-context.ts";
import type { Launched } from "../supervise/part.ts";
import type { FaultMaker, FaultOrder, FaultTargets } from "./maker.ts";

const NAME = "edge-clone";

/**
 * A second agent of a station: the same name and password, an outbox of its own, and no line to any device. It takes no
 * reading from a device, so nothing is lost when it is killed and its home removed.
 */
export class ClonedAgent implements FaultMaker {
  readonly #context: PartContext;
  readonly #targets: FaultTargets;
  /** The program of an agent; undefined: it is not there. */
  readonly #file: string | undefined;

  /** @param sources - run TypeScript sources instead of what set-up built. */
  constructor(context: PartContext, targets: FaultTargets, sources: boolean) {
    this.#context = context;
    this.#targets = targets;
    this.#file = programFile(context.root, "edge/main.ts", sources);
  }

  isPossible(): boolean {
    return (
      this.#file !== undefined && ["edge", "gateway"].every((part) => this.#targets.pidOf(part) !== null)
    );
  }

  /** @throws {RestError} 422 when the target is no station. */
  strike({ target = "" }: FaultOrder): () => void {
    const station = stationById(Number(target));
    if (!station) throw new RestError(422, 422, `"${target}" is no station: give the id of one`);
    const home = join(this.#context.home, "run", NAME);
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home, { recursive: true, mode: 0o700 });
    const clone = this.#start(String(station.id), home);
    void clone.ended.then(() => rmSync(home, { recursive: true, force: true }));
    return () => clone.kill();
  }

  #start(station: string, home: string): Launched {
    const { env, root, watchdog } = this.#context;
    const file = this.#file ?? "";
    const translate = file.endsWith(".ts") ? ["--import", "tsx"] : [];
    return startChild(
      {
        program: process.execPath,
        args: [...translate, file, "--station", station],
        cwd: root,
        env: {
          // The passwords of this home, where the user gave no others.
          MQTT_PASSWORDS_FILE: secretFilesOf(this.#context.home).passwords,
          ...env,
          ...{ ELEVATED_HOME: home, PROBE_PORT: "0" },
        },
        log: logOf(this.#context.home, NAME),
        stopSignal: "SIGTERM",
        tie: "stdin",
      },
      watchdog,
      () => new Promise(() => {}),
    );
  }
}
