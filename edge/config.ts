import { join } from "node:path";
import { z } from "zod";
import { systemClock } from "../infra/runtime/clock.ts";
import { isLoopback } from "../infra/runtime/http/loopback.ts";
import { homePasswords } from "../infra/runtime/security/agent-secrets.ts";
import { authoritiesOf, type KeyPair, keyPairOf } from "../infra/runtime/security/certificates.ts";
import { readConfig, serialLink, wholeNumber } from "../infra/runtime/service/config.ts";
import { homeOf } from "../infra/runtime/service/endpoints.ts";
import type { Environment } from "../infra/runtime/service/environment.ts";
import { invalidSetting } from "../infra/runtime/service/invalid-setting.ts";
import { fileOf } from "../infra/runtime/service/setting-files.ts";
import type { TcpAddress } from "../schemas/wire/tcp-link.ts";
import type { MqttSettings } from "./uplink/mqtt-connection.ts";

const gateways = z
  .string()
  .transform((text) => text.split(",").map((part) => part.trim()))
  .refine((list) => list.every((url) => /^(mqtt|ws)s?:\/\/[^\s/]+/.test(url)), {
    message: "give mqtt://host:port, mqtts://, ws:// or wss://, several separated by commas",
  });

const passwords = z.record(z.string().regex(/^\d+$/), z.string());

function passwordsIn(file: string): Readonly<Record<string, string>> {
  const text = fileOf("MQTT_PASSWORDS_FILE", file).toString("utf8");
  try {
    return passwords.parse(JSON.parse(text));
  } catch {
    // Not the parser's message: it would quote what is in the file.
    const problem = `is "${file}": not JSON of the form {"40380": "password", …}`;
    throw invalidSetting("MQTT_PASSWORDS_FILE", problem, { value: file });
  }
}

const GATEWAYS = z.object({
  MQTT_URL: gateways.describe(
    "Gateways: `mqtt://host:port`, `mqtts://`, `ws://` or `wss://`, separated by commas.",
  ),
});

export const edgeSettings = z.object({
  ...GATEWAYS.shape,
  MQTT_PASSWORD: z
    .string()
    .optional()
    .describe(
      "The password of every station's agent in this process that MQTT_PASSWORDS_FILE does not name; without " +
        "either, and with gateways on this machine, those of the home (`secrets/mqtt-passwords.json`).",
    ),
  MQTT_PASSWORDS_FILE: z
    .string()
    .optional()
    .transform((file) => (file === undefined ? {} : passwordsIn(file)))
    .describe('Passwords by station, JSON: `{"40380": "…", "41400": "…"}`.'),
  MQTT_CA_FILE: z
    .string()
    .optional()
    .describe(
      "The authority that signed the gateways' certificates, PEM; not set: the system's authorities.",
    ),
  MQTT_CERT_FILE: z
    .string()
    .optional()
    .describe(
      "The agent's certificate, PEM, whose CN is the station's id; `{station}` in the name stands for that id.",
    ),
  MQTT_KEY_FILE: z
    .string()
    .optional()
    .describe("The private key of that certificate, PEM; `{station}` likewise."),
  EDGE_OUTBOX_MB: wholeNumber(1, 1_000_000, "give megabytes as a number")
    .default(2_048)
    .describe("What the outbox may hold, MB; full, it stops acknowledging devices."),
  EDGE_BAUD_RATE: wholeNumber(300, 4_000_000, "give bits per second as a number")
    .default(115_200)
    .describe("Of the serial lines, bits per second."),
  SERIAL_LINK: serialLink.describe(
    "A serial device server, `tcp://host:port`, instead of the home's serial folder.",
  ),
  EDGE_TURNSTILES: wholeNumber(0, 99, "give turnstiles per station as a number")
    .default(2)
    .describe("How many turnstiles each station has."),
});

/** The settings of `edge`, from the environment. */
export interface EdgeConfig {
  readonly home: string;
  readonly outboxFolder: string;
  readonly outboxLimitBytes: number;
  readonly baudRate: number;
  /** A serial device server; undefined: lines are in the home's serial folder. */
  readonly link: TcpAddress | undefined;
  readonly turnstiles: number;
  readonly mqtt: Pick<MqttSettings, "passwordOf" | "ca" | "certificateOf">;
  /** The gateways, read again each time: a system that was started again may have other ports. */
  readonly gateways: () => readonly string[];
}

/**
 * @param stations - whose agents run here: each one's certificate must be there.
 * @param now - epoch ms, against which certificates are checked.
 * @throws {CodedError} CONFIG_INVALID
 */
export function edgeConfig(
  env: Environment,
  stations: readonly { readonly id: number }[] = [],
  now: number = systemClock.now(),
): EdgeConfig {
  const config = readConfig(edgeSettings, env);
  const home = homeOf(env);
  const { MQTT_CA_FILE: ca } = config;
  const ownPassword = homePasswords(home);
  const urls = (): readonly string[] => readConfig(GATEWAYS, env).MQTT_URL;
  // Passwords of this home are for gateways of this home only.
  const atHome = (): boolean => urls().every((url) => isLoopback(new URL(url).hostname));
  const certificates = certificatesOf(config, stations, now);
  return {
    home,
    outboxFolder: join(home, "edge", "outbox"),
    outboxLimitBytes: config.EDGE_OUTBOX_MB * 2 ** 20,
    baudRate: config.EDGE_BAUD_RATE,
    link: config.SERIAL_LINK,
    turnstiles: config.EDGE_TURNSTILES,
    mqtt: {
      passwordOf: (station) =>
        config.MQTT_PASSWORDS_FILE[station] ??
        config.MQTT_PASSWORD ??
        (atHome() ? ownPassword(station) : undefined),
      ca: ca === undefined ? undefined : authoritiesOf({ variable: "MQTT_CA_FILE", path: ca }, now),
      certificateOf: (station) => certificates.get(station),
    },
    gateways: urls,
  };
}

/** Each station's certificate, by its id. */
function certificatesOf(
  config: z.output<typeof edgeSettings>,
  stations: readonly { readonly id: number }[],
  now: number,
): ReadonlyMap<string, KeyPair> {
  const { MQTT_CERT_FILE: cert, MQTT_KEY_FILE: key } = config;
  if (cert === undefined && key === undefined) return new Map();
  if (cert === undefined || key === undefined) {
    const [missing, given] = cert === undefined ? ["CERT", "KEY"] : ["KEY", "CERT"];
    throw invalidSetting(`MQTT_${missing}_FILE`, `is not set: MQTT_${given}_FILE needs it`);
  }
  return new Map(
    stations.map(({ id }) => {
      const station = String(id);
      const path = cert.replaceAll("{station}", station);
      const pair = keyPairOf(
        { variable: "MQTT_CERT_FILE", path },
        { variable: "MQTT_KEY_FILE", path: key.replaceAll("{station}", station) },
        now,
      );
      if (pair.name === station) return [station, pair];
      throw invalidSetting(
        "MQTT_CERT_FILE",
        `is "${path}": its common name (CN) is ${pair.name ?? "missing"}, not ${station}, which the gateway would ` +
          "refuse; for several stations write {station} in the name",
      );
    }),
  );
}
