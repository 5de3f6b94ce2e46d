import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { edgeConfig } from "../../edge/config.ts";
import { gatewayConfig } from "../../gateway/config.ts";
import { authoritiesOf } from "../../infra/runtime/security/certificates.ts";
import { type Authority, type CertificateFiles, makeAuthority } from "../support/authority.ts";

/*
 * Certificates that cannot work stop the start, with what is wrong with which file.
 */
const YEAR_MS = 365 * 24 * 3_600_000;
const folder = mkdtempSync(join(tmpdir(), "certificates-"));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
let authority: Authority;
let gateway: CertificateFiles;
let station: CertificateFiles;
let garbage: string;

beforeAll(async () => {
  authority = await makeAuthority(folder);
  gateway = await authority.sign("gateway");
  station = await authority.sign("40380");
  garbage = file("garbage", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

type Settings = Readonly<Record<string, string>>;
const good = (): Settings => ({ MQTT_TLS_CERT_FILE: gateway.cert, MQTT_TLS_KEY_FILE: gateway.key });
const configOf = (env: Settings, now = Date.now()) => gatewayConfig({ ELEVATED_HOME: folder, ...env }, now);

describe("the gateway's start ends on", () => {
  const cases: Record<string, readonly [() => Settings, string, now?: number]> = {
    "a file that is not there": [
      () => ({ ...good(), MQTT_TLS_CERT_FILE: "/not/there" }),
      'MQTT_TLS_CERT_FILE is "/not/there": ENOENT',
    ],
    "a key that is not there": [
      () => ({ ...good(), MQTT_TLS_KEY_FILE: "/not/there" }),
      'MQTT_TLS_KEY_FILE is "/not/there": ENOENT',
    ],
    "a key in the certificate's place": [
      () => ({ ...good(), MQTT_TLS_CERT_FILE: gateway.key }),
      "no certificate in PEM",
    ],
    "a certificate in the key's place": [
      () => ({ ...good(), MQTT_TLS_KEY_FILE: gateway.cert }),
      "no private key in PEM",
    ],
    "a certificate that cannot be read": [
      () => ({ ...good(), MQTT_TLS_CERT_FILE: garbage }),
      `MQTT_TLS_CERT_FILE is "${join(folder, "garbage")}": no certificate in PEM (`,
    ],
    "the key of another certificate": [
      () => ({ ...good(), MQTT_TLS_KEY_FILE: station.key }),
      `it is not the key of the certificate in ${join(folder, "gateway.pem")}`,
    ],
    "a certificate that has expired": [good, "the certificate expired at 20", Date.now() + YEAR_MS],
    "a certificate of the future": [good, "the certificate is not valid before 20", Date.now() - YEAR_MS],
    "a certificate without its key": [
      () => ({ MQTT_TLS_CERT_FILE: gateway.cert }),
      "MQTT_TLS_KEY_FILE is not set",
    ],
    "a key without its certificate": [
      () => ({ MQTT_TLS_KEY_FILE: gateway.key }),
      "MQTT_TLS_CERT_FILE is not set: MQTT_TLS_KEY_FILE needs it",
    ],
    "clients' certificates without one of its own": [
      () => ({ MQTT_TLS_CLIENT_CA_FILE: authority.caFile }),
      "MQTT_TLS_CERT_FILE is not set: MQTT_TLS_CLIENT_CA_FILE needs it",
    ],
    "an authority that is none": [
      () => ({ ...good(), MQTT_TLS_CLIENT_CA_FILE: gateway.key }),
      "MQTT_TLS_CLIENT_CA_FILE is",
    ],
    "no port at all": [() => ({ MQTT_PORT: "off" }), "nothing else is served"],
    "a port that is none": [() => ({ MQTT_PORT: "none" }), "give a port number, or off"],
    "encryption for strangers, and no way to know them": [
      () => ({ ...good(), MQTT_HOST: "0.0.0.0" }),
      "MQTT_TLS_CLIENT_CA_FILE, or listen on 127.0.0.1",
    ],
  };
  for (const [name, [env, message, now]] of Object.entries(cases)) {
    test(name, () => {
      expect(() => configOf(env(), now)).toThrow(
        expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining(message) }),
      );
    });
  }
});

test("with a certificate it listens on 8883 too, with agents' certificates for others than this machine", () => {
  expect(configOf(good())).toMatchObject({ port: 1883, tls: { port: 8883 }, open: true });
  const env = {
    ...good(),
    MQTT_HOST: "0.0.0.0",
    MQTT_PORT: "off",
    MQTT_TLS_CLIENT_CA_FILE: authority.caFile,
  };
  expect(configOf(env)).toMatchObject({ port: undefined, tls: { port: 8883 }, open: false });
});

test("an authority that ends may stand beside the one that follows it, not alone", async () => {
  const ended = await authority.sign("ended", 0);
  const now = Date.now() + 2_000;
  const variable = "MQTT_CA_FILE";
  const both = file("both.pem", `${readFileSync(ended.cert)}${readFileSync(authority.caFile)}`);
  expect(String(authoritiesOf({ variable, path: both }, now))).toContain("CERTIFICATE");
  expect(() => authoritiesOf({ variable, path: ended.cert }, now)).toThrow("MQTT_CA_FILE is");
});

describe("an agent's certificate", () => {
  const agents = (env: Settings, ids: readonly number[]) =>
    edgeConfig(
      { ELEVATED_HOME: folder, ...env },
      ids.map((id) => ({ id })),
    );
  const pattern = () => ({
    MQTT_CERT_FILE: join(folder, "{station}.pem"),
    MQTT_KEY_FILE: join(folder, "{station}.key"),
  });

  test("is its station's, of which the file's name may hold the id", async () => {
    await authority.sign("41400");
    const { mqtt } = agents(pattern(), [40380, 41400]);
    expect(mqtt.certificateOf?.("40380")?.cert).toEqual(readFileSync(station.cert));
    expect(mqtt.certificateOf?.("41400")?.key).toEqual(readFileSync(join(folder, "41400.key")));
    expect(agents({}, [40380]).mqtt.certificateOf?.("40380")).toBeUndefined();
  });

  test.each([
    ["one that is missing", () => pattern(), [40900], "40900.pem"],
    [
      "another station's",
      () => ({ MQTT_CERT_FILE: station.cert, MQTT_KEY_FILE: station.key }),
      [40380, 41400],
      "its common name (CN) is 40380, not 41400",
    ],
    ["no key", () => ({ MQTT_CERT_FILE: station.cert }), [40380], "MQTT_KEY_FILE is not set"],
  ] as const)("%s stops the start", (_, env, ids, message) => {
    expect(() => agents(env(), ids)).toThrow(message);
  });
});
