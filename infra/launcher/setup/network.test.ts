import { describe, expect, test } from "vitest";
import { fetchFailed, fetchPatiently, networkFault } from "./network.mjs";
import { silentProgress } from "./testing/silent-progress.ts";

/** As the programs wrote them. */
const NPM_OFFLINE = `npm error code EAI_AGAIN
npm error request to https://registry.npmjs.org/legacy-javascript failed, reason: getaddrinfo EAI_AGAIN registry.npmjs.org`;
const NPM_CUT = "npm error code ECONNRESET\nnpm error network Invalid response body while trying to fetch";
const NPM_LOCK =
  "npm error code EUSAGE\nnpm error `npm ci` can only install packages when your package.json and …";
const MAVEN_OFFLINE =
  "Could not transfer artifact org.apache.maven.plugins:maven-dependency-plugin:pom:3.9.0 from/to central " +
  "(https://repo.maven.apache.org/maven2): transfer failed: Unknown host repo.maven.apache.org: Temporary failure";
const MAVEN_CUT =
  "Could not transfer artifact org.rocksdb:rocksdbjni:jar:9.7.3 from/to central (https://repo.maven.apache.org/maven2): " +
  "Premature end of Content-Length delimited message body (expected: 67,543; received: 1,024)";
const NPM_UNTRUSTED = `npm error code SELF_SIGNED_CERT_IN_CHAIN
npm error request to https://registry.npmjs.org/wanted failed, reason: self-signed certificate in certificate chain`;
const MAVEN_UNTRUSTED =
  "Could not transfer artifact org.apache.maven.plugins:maven-dependency-plugin:pom:3.9.0 from/to central " +
  "(https://repo.maven.apache.org/maven2): transfer failed for https://repo.maven.apache.org/maven2/x.pom: " +
  "(certificate_unknown) PKIX path building failed: unable to find valid certification path to requested target";
const MAVEN_POM = "[FATAL] Non-parseable POM pom.xml: unexpected character in markup";

describe("a fault of the network", () => {
  test("is told from others, and no network from a transfer that broke off", () => {
    expect([NPM_OFFLINE, MAVEN_OFFLINE].map(networkFault)).toEqual(["offline", "offline"]);
    expect([NPM_CUT, MAVEN_CUT].map(networkFault)).toEqual(["broken", "broken"]);
    expect([NPM_UNTRUSTED, MAVEN_UNTRUSTED].map(networkFault)).toEqual(["untrusted", "untrusted"]);
    expect([NPM_LOCK, MAVEN_POM, ""].map(networkFault)).toEqual([null, null, null]);
  });

  test("is told with the server and what to do; anything else in the program's words", () => {
    const told = (output: string) =>
      fetchFailed("the npm packages", "npm ci", { code: 1, output }, "npm config");
    expect(told(NPM_OFFLINE).message).toBe(
      "There is no network: the npm packages cannot be fetched, because registry.npmjs.org cannot be reached.",
    );
    expect(told(MAVEN_OFFLINE).message).toContain("repo.maven.apache.org cannot be reached");
    expect(told(NPM_CUT).fix).toContain("Run the command again");
    expect(told(NPM_LOCK).message).toContain("EUSAGE");
    expect(told(NPM_UNTRUSTED)).toMatchObject({
      message: "The certificate of registry.npmjs.org is not trusted, so the npm packages cannot be fetched.",
      fix: expect.stringContaining("npm config set cafile"),
    });
    expect(fetchFailed("Kafka's jars", "Maven", { code: 1, output: MAVEN_UNTRUSTED }, "").fix).toContain(
      "keytool -importcert",
    );
  });
});

describe("what fetches", () => {
  const outcomes = (...outputs: readonly (string | null)[]) => {
    let calls = 0;
    const fetch = async () => {
      const output = outputs[calls++];
      return output === null ? { code: 0, output: "" } : { code: 1, output: output ?? "called too often" };
    };
    const about = { what: "npm packages", progress: silentProgress, waitsMs: [0, 0] };
    return { outcome: fetchPatiently(fetch, about), calls: () => calls };
  };

  test("runs again until the network holds", async () => {
    const { outcome, calls } = outcomes(NPM_CUT, NPM_OFFLINE, null);
    expect((await outcome).code).toBe(0);
    expect(calls()).toBe(3);
  });

  test("runs three times at most, and once where the network is not at fault or a certificate is refused", async () => {
    const cut = outcomes(NPM_CUT, NPM_CUT, NPM_CUT);
    expect((await cut.outcome).output).toBe(NPM_CUT);
    const wrong = outcomes(NPM_LOCK);
    expect((await wrong.outcome).output).toBe(NPM_LOCK);
    const untrusted = outcomes(MAVEN_UNTRUSTED);
    expect((await untrusted.outcome).output).toBe(MAVEN_UNTRUSTED);
    expect([cut.calls(), wrong.calls(), untrusted.calls()]).toEqual([3, 1, 1]);
  });
});
