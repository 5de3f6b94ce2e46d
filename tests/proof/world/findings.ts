import type { Kafka } from "../../../infra/runtime/kafka/ports.ts";
import { contentsOf } from "../../../infra/runtime/kafka/testing/contents.ts";
import { AUDIT_KEYS, type Finding } from "../../../schemas/audit.ts";

/** The findings that the auditor's topic holds now, read as anybody may read it. */
export async function findingsIn(kafka: Pick<Kafka, "tail">, topic: string): Promise<readonly Finding[]> {
  const findings = new Map<string, Finding>();
  for (const { key, value } of await contentsOf(kafka, [topic])) {
    const name = key?.toString() ?? "";
    if (!name.startsWith(AUDIT_KEYS.finding)) continue;
    if (value) findings.set(name, JSON.parse(value.toString()) as Finding);
    else findings.delete(name);
  }
  return [...findings.values()];
}
