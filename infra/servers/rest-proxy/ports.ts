import type { ClientSchemaType } from "../../runtime/registry/ports.ts";

/** The Schema Registry as the proxy needs it. Every method remembers what it learnt. */
export interface Schemas {
  /**
   * The id of this schema under this subject, registering it where it is new.
   *
   * @throws {CodedError} REGISTRY_INCOMPATIBLE, REGISTRY_UNAVAILABLE
   */
  idOf(subject: string, text: string, type?: ClientSchemaType): Promise<number>;
  /**
   * The text of the schema that has this id under this subject.
   *
   * @throws {CodedError} REGISTRY_UNKNOWN_SCHEMA — no such id, or not under this subject; REGISTRY_UNAVAILABLE
   */
  textOf(subject: string, id: number): Promise<string>;
}
