import type { Clock } from "../../infra/runtime/clock.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import type { KeyPair } from "../../infra/runtime/security/certificates.ts";
import { stampOf } from "../../infra/runtime/service/setting-files.ts";
import { messageOf } from "../../schemas/errors.ts";

/** What a gateway shows to clients, and whom it believes what they show. */
export interface ServerCertificates {
  readonly own: KeyPair;
  /** PEM; undefined: no certificates are asked for. */
  readonly clientAuthorities: Buffer | undefined;
}

/** Where certificates come from, and how often that is looked at. */
export interface CertificateFiles {
  readonly paths: readonly string[];
  /** @throws {CodedError} CONFIG_INVALID when they cannot be used, for example between the two writes of a renewal. */
  readonly read: () => ServerCertificates;
  readonly everyMs: number;
}

/**
 * Watch certificates for their renewal. Files that cannot be used are told once each time they change, and what was
 * read before stays in force.
 *
 * @returns stops it.
 */
export function followRenewal(
  { paths, read, everyMs }: CertificateFiles,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  onRenewed: (certificates: ServerCertificates) => void,
): () => void {
  const look = (): string => paths.map(stampOf).join("\n");
  let seen = look();
  return clock.every(everyMs, () => {
    const now = look();
    if (now === seen) return;
    seen = now;
    try {
      onRenewed(read());
      logger.info({ paths }, "certificates were renewed");
    } catch (error) {
      logger.warn({ reason: messageOf(error) }, "the certificates read before stay in force");
    }
  });
}
