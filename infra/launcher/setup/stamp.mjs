// @ts-check
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * @param {readonly (string | Buffer)[]} parts
 * @returns {string} SHA-256, hexadecimal; the parts' borders count
 */
export function digest(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest("hex");
}

/**
 * @param {string} file
 * @returns {string | null} its text; null when it cannot be read
 */
export function textOf(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

/**
 * @param {string} file
 * @returns {any} the parsed JSON; null when it cannot be read or parsed
 */
export function jsonOf(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

/**
 * Whole or not at all: an interrupted set-up leaves no half stamp.
 *
 * @param {string} file
 * @param {string} text
 */
export function writeWhole(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, file);
}

/**
 * What a file's content is taken to depend on, without reading it.
 *
 * @param {string} file
 * @returns {string} modification time and size; "missing" for none
 */
export function mark(file) {
  try {
    const { mtimeMs, size } = statSync(file);
    return `${mtimeMs}/${size}`;
  } catch {
    return "missing";
  }
}

/**
 * @param {string} root - the project's folder
 * @param {readonly string[]} files - relative to it: a copy of the folder must look at its own files
 * @returns {Record<string, string>} each file's mark
 */
export function marks(root, files) {
  return Object.fromEntries(files.map((file) => [file, mark(join(root, file))]));
}

/**
 * @param {string} root - the project's folder
 * @param {Record<string, string> | undefined} known - marks taken when something was built
 * @returns {boolean} is every file still as it was?
 */
export function unchanged(root, known) {
  return known !== undefined && Object.entries(known).every(([file, was]) => mark(join(root, file)) === was);
}
