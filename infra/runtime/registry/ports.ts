import type { Schema } from "avsc";
import type { SchemaName } from "../../../schemas/avro/names.ts";

/** As the registry calls them. */
export type ClientSchemaType = "AVRO" | "JSON";

export interface RegisteredSchema {
  readonly id: number;
  /** The schema's text. */
  readonly schema: string;
}

/**
 * The Schema Registry's REST API, a method for each question.
 *
 * Every method may throw REGISTRY_UNAVAILABLE: `retryable` where the registry does not answer, fails or is busy, and
 * not where it asks for another login or something else answers at its address.
 */
export interface RegistryApi {
  /** The schema's id under this subject, registered where it is new. @throws {CodedError} REGISTRY_INCOMPATIBLE */
  register(subject: string, schema: string, type?: ClientSchemaType): Promise<number>;
  /**
   * Register a schema as a subject's first, under the id that it had in a registry that knows it no more (the registry's
   * mode IMPORT).
   *
   * @throws {CodedError} REGISTRY_INCOMPATIBLE where another schema has the id, or the subject has schemas already, or
   * nobody may choose ids
   */
  restore(subject: string, schema: string, id: number): Promise<number>;
  /** The schema's id under this subject; undefined when it has none. @throws {CodedError} REGISTRY_INCOMPATIBLE */
  lookUp(subject: string, schema: string, type?: ClientSchemaType): Promise<number | undefined>;
  /** The newest version under a subject; undefined when there is none. */
  latest(subject: string): Promise<RegisteredSchema | undefined>;
  /** The schema's text. @throws {CodedError} REGISTRY_UNKNOWN_SCHEMA */
  byId(id: number): Promise<string>;
  /** The subjects that hold this schema. @throws {CodedError} REGISTRY_UNKNOWN_SCHEMA */
  subjectsOf(id: number): Promise<readonly string[]>;
}

/** What the stages need of it. */
export interface RegistryClient {
  /**
   * The id of this schema under this subject, registering it where it is new. Remembered.
   *
   * @param onId - is told the id, and each one that comes in its place when the registry was set up again.
   * @throws {CodedError} REGISTRY_INCOMPATIBLE, REGISTRY_UNAVAILABLE
   */
  register(subject: string, schema: Schema, onId?: (id: number) => void): Promise<number>;
  /** @throws {CodedError} REGISTRY_UNKNOWN_SCHEMA, REGISTRY_UNAVAILABLE */
  schemaById(id: number): Promise<Schema>;
}

/** Values in the registry's wire format: `00`, the schema's id (4 bytes, big-endian), Avro's binary encoding. */
export interface AvroCodec<T> {
  readonly id: number;
  /** @throws {CodedError} AVRO_INVALID that names the field. */
  encode(value: T): Buffer;
  /** The header for a body that is already this schema's binary encoding. */
  frame(body: Buffer): Buffer;
}

/** Decodes any schema's bytes, fetching each writer's schema once. */
export interface AvroDecoder {
  /**
   * @param own - the schema of ours that the value should be of: it is resolved into this one, and read by it where the
   * registry cannot tell.
   * @throws {CodedError} AVRO_INVALID, REGISTRY_UNKNOWN_SCHEMA (without `own`), REGISTRY_UNAVAILABLE (retryable)
   */
  decode(bytes: Buffer, own?: SchemaName): Promise<unknown>;
}

/** A decoded value, and whose schema said so. */
export interface Read {
  readonly value: unknown;
  readonly by: "registry" | "own";
}

/** As `AvroDecoder`, for those who tell how they know. */
export interface AvroReader {
  read(bytes: Buffer, own?: SchemaName): Promise<Read>;
}
