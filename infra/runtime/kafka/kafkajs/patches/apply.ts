import kafkajsPackage from "kafkajs/package.json" with { type: "json" };
import { systemClock } from "../../../clock.ts";
import { patchAbortedRecords } from "./aborted-records.ts";
import { addCodecs } from "./codecs.ts";
import { patchIdleTimers } from "./idle-timers.ts";
import { patchProduceRequests } from "./produce-requests.ts";

/** The version whose insides the patches know. */
const PATCHED_VERSION = "2.2.4";

let applied = false;

/**
 * Everything that is changed inside kafkajs, once per process. Each patch says what it mends.
 *
 * @param version - of the kafkajs that is installed.
 * @throws Error with any other version: a patch on other insides would be worse than none.
 */
export function applyPatches(version: string = kafkajsPackage.version): void {
  if (version !== PATCHED_VERSION) {
    throw new Error(
      `kafkajs is ${version}, and infra/runtime/kafka/kafkajs/patches are written for ${PATCHED_VERSION}: ` +
        "hold each of them against the new version, run npm test, then change the version in apply.ts",
    );
  }
  if (applied) return;
  applied = true;
  patchAbortedRecords();
  addCodecs();
  patchIdleTimers();
  patchProduceRequests(systemClock);
}
