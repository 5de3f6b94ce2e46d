import type { KafkaAdmin } from "../../../runtime/kafka/ports.ts";
import type { QueryPlan } from "../analysis/query-plan.ts";
import type { Source } from "../catalog/source.ts";

/**
 * The plan of a query whose source has more partitions by now than its command says. Only a first stage that regroups a
 * stream can go on with them: it keeps nothing but its positions, and the sums behind its repartition topic go by key. Other
 * queries keep their plan, and do not start.
 *
 * @returns the plan, and the state topic that has to have as many partitions; undefined: nothing has grown.
 */
export async function grownPlan(
  plan: QueryPlan,
  sink: Source,
  name: string,
  admin: Pick<KafkaAdmin, "partitionCounts">,
): Promise<{ readonly plan: QueryPlan; readonly regroupState: string } | undefined> {
  const { source } = plan;
  const now = (await admin.partitionCounts([source.topic])).get(source.topic) ?? 0;
  if (now <= source.partitions || !plan.group || source.type !== "STREAM") return undefined;
  if (!regroups(source.partitions, plan.group.byKey, sink.partitions)) return undefined;
  return {
    plan: { ...plan, source: { ...source, partitions: now } },
    regroupState: regroupStateOf(name),
  };
}

/** Are the groups of a query spread over the partitions of its source, so that they must be brought together? */
export function regroups(sourcePartitions: number, byKey: boolean, sinkPartitions: number): boolean {
  return !((sourcePartitions === 1 || byKey) && sourcePartitions === sinkPartitions);
}

/** @param name - of the query's internal topics. */
export function regroupStateOf(name: string): string {
  return `${name}-regroup-changelog`;
}
