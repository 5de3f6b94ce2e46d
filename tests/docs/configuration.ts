import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { auditSettings } from "../../central/audit/config.ts";
import { connectCommandSettings } from "../../central/connect/config.ts";
import { dashboardSettings } from "../../central/dashboard/config.ts";
import { dedupSettings } from "../../central/dedup/config.ts";
import { flinkClientConfig } from "../../central/flink/config.ts";
import { ksqlClientConfig } from "../../central/ksql/config.ts";
import { stationsSettings } from "../../central/stations/config.ts";
import { telemetrySettings } from "../../central/telemetry/config.ts";
import { edgeSettings } from "../../edge/config.ts";
import { simulatorSettings } from "../../firmware-sim/config.ts";
import { fleetSettings } from "../../firmware-sim/vehicles/config.ts";
import { gatewaySettings } from "../../gateway/config.ts";
import { ingestSettings } from "../../gateway/http/config.ts";
import { instanceSettings } from "../../gateway/instances/config.ts";
import { bootstrapSettings } from "../../infra/operator/bootstrap/config.ts";
import { courseSettings } from "../../infra/operator/course/config.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { recordSettings } from "../../infra/runtime/security/record-settings.ts";
import { logSettings, probeSettings } from "../../infra/runtime/service/config.ts";
import { settingsOf, shownDefault } from "../../infra/runtime/service/config-print.ts";
import { frontDoorSettings } from "../../infra/servers/front-door/config.ts";
import { ksqlConfig } from "../../infra/servers/ksql/config.ts";
import { proxySettings } from "../../infra/servers/rest-proxy/config.ts";
import { registryServerSettings } from "../../infra/servers/schema-registry/config.ts";

/** Every schema of settings, by what reads it. */
export const SERVICES: Readonly<Record<string, z.ZodObject>> = {
  "firmware-sim": simulatorSettings,
  fleet: fleetSettings,
  edge: edgeSettings,
  "gateway mqtt": gatewaySettings,
  "gateway http": ingestSettings,
  "every process": logSettings,
  "firmware-sim, edge, gateway, central": z.object(probeSettings),
  "gateway --instances": instanceSettings,
  "central dedup": dedupSettings,
  "central stations": stationsSettings,
  "central telemetry": telemetrySettings,
  "central audit": auditSettings,
  audit: recordSettings,
  "central dashboard": dashboardSettings,
  connect: connectCommandSettings,
  ksql: ksqlClientConfig,
  flink: flinkClientConfig,
  "topics, peek, replay": recordSettings,
  bootstrap: bootstrapSettings,
  course: courseSettings,
  "registry stand-in": registryServerSettings,
  "REST Proxy stand-in": proxySettings,
  "ksql stand-in": ksqlConfig,
  "front door": frontDoorSettings,
};

export const PAGE = join(projectRoot(), "docs", "configuration.md");

const HEAD = `# Configuration

<!-- Generated from the schemas by \`npm run docs\`; a test compares. -->

Every setting is an environment variable. Any may be given as a file instead: \`POSTGRES_URL_FILE=/run/secrets/url\`
stands for \`POSTGRES_URL\`, which wins where both are set. Addresses that are not set are those of the running system, or
else the defaults. In a private home (\`npm start -- --private\`) so are the logins at these addresses. \`npm run gateway
-- config print\` shows what a process would run with, and where each value came from. So do all commands below but
\`npm start\`, \`topics\`, \`peek\` and \`partitions\`. A setting that is wrong stops the start with exit code 78 and says what would do.

Everywhere: \`ELEVATED_HOME\` names the folder of everything that survives a stop (\`.elevated\`), \`NO_COLOR\` switches
colours off.

| setting | default | meaning | read by |
| --- | --- | --- | --- |
`;

/** The whole page: one row per setting and meaning. */
export function configurationPage(): string {
  const rows = new Map<string, { readonly cells: readonly string[]; readonly services: string[] }>();
  for (const [service, schema] of Object.entries(SERVICES)) {
    for (const setting of settingsOf(schema)) {
      const { name, description } = setting;
      const standard = shownDefault(setting);
      const shown = standard === "" ? "" : `\`${standard}\``;
      const cells = [`\`${name}\``, shown, description];
      const key = cells.join("|");
      const row = rows.get(key) ?? { cells, services: [] };
      row.services.push(service);
      rows.set(key, row);
    }
  }
  const lines = [...rows.values()]
    .sort((a, b) => (String(a.cells[0]) < String(b.cells[0]) ? -1 : 1))
    .map(({ cells, services }) => `| ${[...cells, services.join(", ")].join(" | ")} |`);
  return `${HEAD}${lines.join("\n")}\n`;
}

/** Write the page again when it differs. */
export function writeConfigurationPage(): boolean {
  const page = configurationPage();
  let before = "";
  try {
    before = readFileSync(PAGE, "utf8");
  } catch {
    // There is none yet.
  }
  if (page !== before) writeFileSync(PAGE, page);
  return page !== before;
}
