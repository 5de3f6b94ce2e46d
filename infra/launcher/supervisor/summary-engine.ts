import { existsSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "../../../schemas/errors.ts";
import { clusterOf } from "./parts/kafka-cluster.ts";
import type { HomeSecrets } from "./private-home.ts";

/** What counts the sums here. */
export type SummaryEngine = "ksql" | "flink";

/**
 * What counts the sums of a home, for its whole life: another engine puts its rows into other partitions, beside the
 * old ones.
 *
 * @throws {CodedError} CONFIG_INVALID for an unknown engine, another one than the home was made with, and Flink in a
 * private home
 */
export function summaryEngineFor({
  env,
  home,
  secrets,
}: {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly secrets?: HomeSecrets | undefined;
}): SummaryEngine {
  const wanted = env["SUMMARY_ENGINE"] || "ksql";
  if (wanted !== "ksql" && wanted !== "flink") throw refused(`"${wanted}": it is ksql or flink`, wanted);
  const made = engineOf(home);
  if (made !== undefined && made !== wanted) {
    throw refused(
      `${wanted}, and the sums in ${home} were counted by ${made}: set SUMMARY_ENGINE=${made}, use another --home, ` +
        "or remove what was counted with npm run clean",
      wanted,
    );
  }
  if (wanted === "flink" && secrets) {
    throw refused("flink, which asks nobody for a login: in a private home only ksql counts", wanted);
  }
  return wanted;
}

/** undefined: nothing was counted in this home yet, or in a Kafka elsewhere. */
function engineOf(home: string): SummaryEngine | undefined {
  if (existsSync(join(home, "flink", "flink-zookeeper"))) return "flink";
  return clusterOf(home) === undefined ? undefined : "ksql";
}

function refused(problem: string, value: string): CodedError {
  return new CodedError("CONFIG_INVALID", {
    message: `SUMMARY_ENGINE is ${problem}`,
    retryable: false,
    context: { variable: "SUMMARY_ENGINE", value },
  });
}
