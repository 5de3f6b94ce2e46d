import { z } from "zod";
import { accessSettings } from "../../infra/runtime/http/access-settings.ts";
import {
  ksqlSettings,
  registrySettings,
  simulatorTokenSetting,
  supervisorTokenSetting,
} from "../../infra/runtime/security/http.ts";
import { kafkaSettings } from "../../infra/runtime/security/kafka.ts";
import { flag, httpUrl, port, topicPrefix } from "../../infra/runtime/service/config.ts";
import { defaultPort } from "../../infra/runtime/service/endpoints.ts";
import { LINES, stationById } from "../../schemas/network/network.ts";

/** Words separated by commas. */
const list = z.string().transform((text) => text.split(",").map((word) => word.trim()));

const settings = z.object({
  DASHBOARD_PORT: port
    .default(defaultPort("DASHBOARD_URL"))
    .describe("The port of the page and its API; 0 takes any free one."),
  DASHBOARD_HOST: z
    .string()
    .default("127.0.0.1")
    .describe("The address it listens on; 0.0.0.0 for everybody."),
  ...accessSettings,
  ...kafkaSettings,
  ...registrySettings,
  ...ksqlSettings,
  SUMMARY_ENGINE: z
    .enum(["ksql", "flink"], { error: "ksql or flink" })
    .default("ksql")
    .describe(
      "What counts the sums: ksql, or flink. `npm start` runs it, and the page asks whether it is up.",
    ),
  SUPERVISOR_URL: httpUrl.describe("Where the supervisor tells which parts run."),
  ...supervisorTokenSetting,
  FIRMWARE_SIM_URL: httpUrl.describe("The simulator's control interface."),
  ...simulatorTokenSetting,
  DEMO_CONTROLS: flag
    .optional()
    .describe(
      "May the page break things? Not set: on loopback. 1: elsewhere too, with the token. 0: nowhere.",
    ),
  DEMO_TOKEN: z
    .string()
    .min(16, "give at least 16 characters")
    .optional()
    .describe("The token that lets the page break things from elsewhere; at least 16 characters."),
  DASHBOARD_LINES: list
    .pipe(z.array(z.enum(LINES, { error: `of ${LINES.join(", ")}, separated by commas` })))
    .default([...LINES])
    .describe("The lines that the page draws, separated by commas; `npm start -- --lines` sets it."),
  DASHBOARD_STATIONS: list
    .pipe(z.array(z.string().transform(Number).refine(stationById, { error: "give ids of stations" })))
    .default([])
    .describe(
      "The stations whose devices it expects, by id; not set: all. `npm start -- --stations` sets it.",
    ),
  TOPIC_PREFIX: topicPrefix,
  DASHBOARD_LOOKBACK_SECONDS: z.coerce
    .number({ error: "give seconds" })
    .positive("give seconds, more than 0")
    .default(15 * 60)
    .describe("How far back the page's trains are read at a start; with a clock slower than 60× give more."),
});

export const dashboardSettings = settings.refine(
  (config) => config.DEMO_CONTROLS !== true || config.DEMO_TOKEN !== undefined,
  {
    path: ["DEMO_TOKEN"],
    message: "DEMO_CONTROLS=1 lets the page break things from anywhere: give a token",
  },
);
