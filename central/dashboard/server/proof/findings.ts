import type { Finding } from "../../../../schemas/audit.ts";
import type { FindingAnswer } from "../../../../schemas/page/api.ts";
import type { FindingBrief } from "../../../../schemas/page/proof.ts";
import { findingWords } from "../../../audit/words.ts";

/** A finding for programs and for the page, with its sentence and the addresses of its records. */
export function findingAnswer({
  evidence,
  firstSeen,
  lastSeen,
  resolved,
  ...finding
}: Finding): FindingAnswer {
  return {
    ...finding,
    words: findingWords({ evidence, firstSeen, lastSeen, resolved, ...finding }),
    evidence: evidence.map(({ topic, partition, offset }) => ({
      topic,
      partition,
      offset,
      record: `/api/v1/proof/records/${encodeURIComponent(topic)}/${partition}/${offset}`,
    })),
    firstSeen: iso(firstSeen),
    lastSeen: iso(lastSeen),
    resolved: resolved && { ...resolved, at: iso(resolved.at) },
  };
}

/** A finding in a page's state. */
export function findingBrief(finding: Finding): FindingBrief {
  const { id, kind, hop, deviceId, stationId, reading, ranges, readings } = finding;
  const words = findingWords(finding);
  return { id, kind, hop, deviceId, stationId, reading, ranges, readings, words };
}

/** What no Date can hold came from outside and is shown as the beginning of time. */
function iso(at: number): string {
  return new Date(Math.abs(at) <= 8.64e15 ? at : 0).toISOString();
}
