// @ts-check
import { ok, problem } from "./finding.mjs";

const CHECK = "transactions";

/**
 * Does a transaction hang in Kafka's log, and does a part stand because Kafka refuses what it writes? The auditor looks
 * for the one, and each part that writes transactions tells of the other (delivery rules 13 and 15).
 *
 * @param {ReadonlyMap<string, any>} readiness - what the parts answer on `/readyz`
 * @returns {readonly import("./finding.mjs").Finding[]}
 */
export function transactionFindings(readiness) {
  const services = [...readiness.values()].flatMap((answer) =>
    Object.entries(answer).filter(([, detail]) => detail !== null && typeof detail === "object"),
  );
  const hanging = services.flatMap(([, { hanging: all = [] }]) =>
    all.map((/** @type {string} */ says) =>
      problem(CHECK, says, "docs/delivery-rules.md, rule 13, says why"),
    ),
  );
  const standing = services.flatMap(([name, { standing: all = [] }]) =>
    all.map((/** @type {{ partition: number, message: string }} */ { partition, message }) =>
      problem(
        CHECK,
        `${name} writes nothing to partition ${partition}: ${message}`,
        "mend it: it goes on by itself",
      ),
    ),
  );
  const looked = services.some(([, detail]) => detail.hanging !== undefined);
  if (hanging.length + standing.length > 0 || !looked) return [...hanging, ...standing];
  return [ok(CHECK, "none hangs in Kafka's log")];
}
