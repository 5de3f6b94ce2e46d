import { createPrivateKey, X509Certificate } from "node:crypto";
import { type CodedError, messageOf } from "../../../schemas/errors.ts";
import { invalidSetting } from "../service/invalid-setting.ts";
import { fileOf } from "../service/setting-files.ts";

/** A certificate and its private key, both PEM as they are in their files. */
export interface KeyPair {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** The subject's common name (CN); undefined where it has none, or several. */
  readonly name: string | undefined;
  /** When the certificate ends, epoch ms. */
  readonly validTo: number;
}

/** A file and the setting that names it. */
export interface NamedFile {
  readonly variable: string;
  readonly path: string;
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * A certificate with its key: read, and seen to belong together and to be valid now.
 *
 * What TLS itself would say of a wrong one ("no shared cipher", "key values mismatch") comes with the first
 * connection and names no file.
 *
 * @param now - epoch ms.
 * @throws {CodedError} CONFIG_INVALID that names the setting, the file and what is wrong with it.
 */
export function keyPairOf(certificate: NamedFile, privateKey: NamedFile, now: number): KeyPair {
  const cert = fileOf(certificate.variable, certificate.path);
  const key = fileOf(privateKey.variable, privateKey.path);
  const parsed = firstCertificateOf(certificate, cert);
  const secret = parse(privateKey, "no private key in PEM that needs no passphrase", () =>
    createPrivateKey(key),
  );
  if (!parsed.checkPrivateKey(secret)) {
    throw unfit(privateKey, `it is not the key of the certificate in ${certificate.path}`);
  }
  const problem = outOfTime(parsed, now);
  if (problem) throw unfit(certificate, problem);
  return { cert, key, name: commonNameOf(parsed), validTo: Date.parse(parsed.validTo) };
}

/**
 * The certificates of authorities, PEM, one or several; of several some may have ended, as while a new one takes over.
 *
 * @param now - epoch ms.
 * @throws {CodedError} CONFIG_INVALID
 */
export function authoritiesOf(file: NamedFile, now: number): Buffer {
  const bytes = fileOf(file.variable, file.path);
  const blocks = bytes.toString("latin1").match(PEM_CERTIFICATE) ?? [];
  if (blocks.length === 0) throw unfit(file, "no certificate in PEM");
  const problems = blocks.map((block) => outOfTime(certificateOf(file, block), now));
  const [first] = problems;
  if (first && problems.every((problem) => problem !== undefined)) throw unfit(file, first);
  return bytes;
}

function firstCertificateOf(file: NamedFile, bytes: Buffer): X509Certificate {
  const [block] = bytes.toString("latin1").match(PEM_CERTIFICATE) ?? [];
  if (block === undefined) throw unfit(file, "no certificate in PEM");
  return certificateOf(file, block);
}

function certificateOf(file: NamedFile, block: string): X509Certificate {
  return parse(file, "no certificate in PEM", () => new X509Certificate(block));
}

function commonNameOf(certificate: X509Certificate): string | undefined {
  const names = certificate.subject?.split("\n").filter((part) => part.startsWith("CN=")) ?? [];
  return names.length === 1 ? names[0]?.slice("CN=".length) : undefined;
}

function outOfTime({ validFrom, validTo }: X509Certificate, now: number): string | undefined {
  const iso = (date: string): string => new Date(date).toISOString();
  if (now > Date.parse(validTo)) return `the certificate expired at ${iso(validTo)}`;
  if (now < Date.parse(validFrom)) return `the certificate is not valid before ${iso(validFrom)}`;
  return undefined;
}

function parse<T>(file: NamedFile, problem: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw unfit(file, `${problem} (${messageOf(cause)})`, cause);
  }
}

function unfit({ variable, path }: NamedFile, problem: string, cause?: unknown): CodedError {
  return invalidSetting(variable, `is "${path}": ${problem}`, { value: path, cause });
}
