import type { QueryPlan } from "../analysis/query-plan.ts";
import type { Source } from "../catalog/source.ts";

/** The steps of a query from source to sink, one a line, for people. */
export function topologyText(plan: QueryPlan, sink?: Source): string {
  const { source, group } = plan;
  const steps = [
    `SOURCE ${source.type} ${source.name} (topic ${source.topic}, ${source.partitions} partitions)`,
  ];
  if (plan.where) steps.push("FILTER by WHERE");
  if (group) {
    const names = group.keys.map((key) => key.name).join(", ");
    const here = group.byKey || source.partitions === 1;
    steps.push(here ? `GROUP BY ${names}` : `REPARTITION by ${names}, then GROUP BY`);
    if (group.window) steps.push(`WINDOW ${group.window.text}`);
    steps.push(`AGGREGATE ${group.aggregates.length} function(s)`);
    if (group.having) steps.push("FILTER by HAVING");
  }
  steps.push(`PROJECT ${plan.columns.map((column) => column.name).join(", ")}`);
  steps.push(sink ? `SINK ${sink.type} ${sink.name} (topic ${sink.topic})` : "TO THE CLIENT");
  return steps.map((step, i) => `${"  ".repeat(i)}> ${step}`).join("\n");
}
