import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Files of a certificate and its key, PEM. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** Signs certificates; for tests only. */
export interface Authority {
  /** Its own certificate: what must be trusted. */
  readonly caFile: string;
  /**
   * @param name - the subject's common name; names and addresses of loopback stand beside it.
   * @param days - how long it is valid; 0: it ends at once.
   */
  sign(name: string, days?: number): Promise<CertificateFiles>;
}

/** A new authority, by OpenSSL's command. */
export async function makeAuthority(folder: string): Promise<Authority> {
  mkdirSync(folder, { recursive: true });
  const at = (file: string): string => join(folder, file);
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const ca = { cert: at("ca.pem"), key: at("ca.key") };
  await run("openssl", [
    ...["req", "-x509", ...newKey, "-days", "2", "-subj", "/CN=test authority"],
    ...["-keyout", ca.key, "-out", ca.cert],
  ]);
  writeFileSync(at("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
  return {
    caFile: ca.cert,
    async sign(name, days = 1) {
      const [cert, key, request] = [at(`${name}.pem`), at(`${name}.key`), at(`${name}.csr`)] as const;
      await run("openssl", ["req", ...newKey, "-subj", `/CN=${name}`, "-keyout", key, "-out", request]);
      await run("openssl", [
        ...["x509", "-req", "-in", request, "-CA", ca.cert, "-CAkey", ca.key, "-CAcreateserial"],
        ...["-days", String(days), "-extfile", at("names"), "-out", cert],
      ]);
      return { cert, key };
    },
  };
}
