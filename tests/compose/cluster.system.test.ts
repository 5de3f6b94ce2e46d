import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { agrees } from "./cluster/agreement.ts";
import { strikeEach, untilWell } from "./cluster/campaign.ts";
import { Cluster } from "./cluster/cluster.ts";
import { lookAtPage, settle } from "./cluster/trial.ts";
import { installedClient } from "./engine/compose-client.ts";
import { Engine } from "./engine/engine.ts";
import { publicImages } from "./images/images.ts";

/*
 * The compose file on this machine's container engine, in short: `npm run test:compose` has the long form, and starts an
 * engine of its own.
 */
const engine = new Engine();
const client = installedClient();
const lacks = ((): string | undefined => {
  if (client === undefined) return "docker compose 2";
  if (!engine.answers) return "a container engine that answers";
  // An engine that can pull none has those that `npm run test:compose` made, or skips.
  const missing = Object.values(publicImages()).find((image) => !engine.hasImage(image));
  return missing === undefined ? undefined : `the image ${missing}: pull it, or npm run test:compose`;
})();
const PATIENCE_MS = 300_000;

describe.skipIf(lacks !== undefined)(
  `docker compose up${lacks ? ` (skipped: it needs ${lacks})` : ""}`,
  () => {
    const cluster = new Cluster(engine, client ?? []);
    beforeAll(() => cluster.compose("up", "--build", "--wait"), 1_200_000);
    afterAll(() => cluster.compose("down", "--volumes"), 180_000);

    test("a broker, a gateway and dedup are killed under the city's load, and every count agrees", async () => {
      await lookAtPage();
      const only = /-(kafka-2|gateway|dedup)-1$/;
      const { struck } = await strikeEach(cluster, {
        holdMs: 3_000,
        patienceMs: PATIENCE_MS,
        only,
        note: () => {},
      });
      expect(struck).toHaveLength(9);
      expect(struck.filter(({ trouble }) => trouble.length > 0)).toEqual([]);
      expect(await untilWell(cluster, PATIENCE_MS)).toEqual([]);
      const agreement = await settle(cluster, () => {});
      expect(agrees(agreement), JSON.stringify(agreement)).toBe(true);
      expect(agreement.clean.turnstiles).toBeGreaterThan(0);
    }, 1_200_000);
  },
);
