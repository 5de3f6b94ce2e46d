import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { invalidSetting } from "../../infra/runtime/service/invalid-setting.ts";
import { messageOf } from "../../schemas/errors.ts";

/** Which key belongs to which vehicle. */
export interface VehicleKeys {
  allow(vehicle: string, headers: IncomingHttpHeaders): boolean;
}

/**
 * @param file - `FLEET_API_KEYS_FILE`: a line per vehicle, its id and the SHA-256 of its key in hexadecimal. Keys are
 * long random texts, so a plain hash keeps them.
 * @throws {CodedError} CONFIG_INVALID
 */
export function vehicleKeysFrom(file: string): VehicleKeys {
  try {
    return vehicleKeys(readFileSync(file, "utf8"));
  } catch (cause) {
    throw invalidSetting("FLEET_API_KEYS_FILE", `is "${file}": ${messageOf(cause)}`, { value: file, cause });
  }
}

/** @throws {Error} that names the line at fault. */
export function vehicleKeys(text: string): VehicleKeys {
  const hashes = new Map<string, Buffer>();
  for (const [index, line] of text.split("\n").entries()) {
    const words = line.trim();
    if (words === "" || words.startsWith("#")) continue;
    const match = /^(\S+)\s+([0-9a-f]{64})$/i.exec(words);
    if (!match?.[1] || !match[2]) throw new Error(`line ${index + 1} is not: vehicle, SHA-256 of its key`);
    hashes.set(match[1], Buffer.from(match[2], "hex"));
  }
  return {
    allow(vehicle, headers) {
      const expected = hashes.get(vehicle);
      const given = headers["x-api-key"];
      if (!expected || typeof given !== "string") return false;
      return timingSafeEqual(createHash("sha256").update(given).digest(), expected);
    },
  };
}
