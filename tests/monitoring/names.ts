import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { projectRoot } from "../../infra/runtime/project-root.ts";

const folder = join(projectRoot(), "infra", "deploy", "monitoring");

/** PromQL's own words, as far as the rules and the dashboard use them. */
const WORDS = new Set([
  "sum",
  "max",
  "rate",
  "increase",
  "delta",
  "histogram_quantile",
  "and",
  "or",
  "up",
  "time",
]);

/** The metrics that an expression asks for. */
export function metricsIn(expression: string): readonly string[] {
  const bare = expression.replace(/\{[^}]*\}|\[[^\]]*\]|"[^"]*"|\b(by|on)\s*\([^)]*\)/g, "");
  const names = [...bare.matchAll(/[a-zA-Z_][a-zA-Z0-9_]*/g)].map(([name]) => name);
  return names.filter((name) => !WORDS.has(name));
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary?: string; readonly action?: string };
}

export function alertRules(): readonly Rule[] {
  const { groups } = parse(readFileSync(join(folder, "alerts.yml"), "utf8")) as {
    groups: readonly { readonly rules: readonly Rule[] }[];
  };
  return groups.flatMap(({ rules }) => rules);
}

export interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

export function panels(): readonly Panel[] {
  return (JSON.parse(readFileSync(join(folder, "dashboard.json"), "utf8")) as { panels: readonly Panel[] })
    .panels;
}

interface ScrapeConfig {
  readonly static_configs: readonly { readonly targets: readonly string[] }[];
  readonly dns_sd_configs: readonly { readonly names: readonly string[]; readonly port: number }[];
}

/** What Prometheus asks, as `host:port`. */
export function scraped(): readonly string[] {
  const { scrape_configs } = parse(readFileSync(join(folder, "prometheus.yml"), "utf8")) as {
    readonly scrape_configs: readonly ScrapeConfig[];
  };
  return scrape_configs.flatMap((job) => [
    ...job.static_configs.flatMap(({ targets }) => targets),
    ...job.dns_sd_configs.flatMap(({ names, port }) => names.map((name) => `${name}:${port}`)),
  ]);
}
