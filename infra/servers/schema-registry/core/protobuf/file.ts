import protobuf, { type Enum, type Field, type NamespaceBase, type Type } from "protobufjs";
import type { ResolvedReference } from "../parsed.ts";
import { BUILT_IN } from "./built-in.ts";

export interface ProtobufField {
  readonly name: string;
  readonly number: number;
  readonly label: "required" | "optional" | "repeated" | undefined;
  readonly type: FieldType;
  /** The oneof that it is a member of. */
  readonly oneOf: string | undefined;
}

export type FieldType =
  | { readonly kind: "scalar"; readonly scalar: string }
  | { readonly kind: "message"; readonly message: ProtobufMessage }
  | { readonly kind: "map"; readonly key: string; readonly value: FieldType };

export interface ProtobufMessage {
  readonly name: string;
  /** Without the package: it may differ, and messages of other packages are the same. */
  readonly localName: string;
  readonly fields: ReadonlyMap<number, ProtobufField>;
  readonly messages: ReadonlyMap<string, ProtobufMessage>;
}

/** What one schema's own text defines. */
export interface ProtobufFile {
  readonly package: string;
  readonly messages: ReadonlyMap<string, ProtobufMessage>;
}

/** A schema's text with all that it imports, and what of it is its own. */
export interface CompiledFile {
  readonly package: string;
  /** With every type resolved. */
  readonly root: protobuf.Root;
  /** Where the package's own definitions stand in it. */
  readonly place: NamespaceBase;
  /** Their names, in the order of the text. */
  readonly names: readonly string[];
}

/**
 * @param references - each by the path that an `import` names it by.
 * @throws {Error} that says what is wrong: grammar, a number given twice, a type that is nowhere.
 */
export function compiled(text: string, references: readonly ResolvedReference[]): CompiledFile {
  const root = new protobuf.Root();
  const given = new Map(references.map(({ name, schema }) => [name, schema]));
  const options = { keepCase: true };
  const taken = new Set<string>();
  const take = (imports: readonly string[]): void => {
    for (const path of imports) {
      if (taken.has(path)) continue;
      taken.add(path);
      const common = protobuf.common.get(path);
      if (common?.nested) {
        root.addJSON(common.nested);
        continue;
      }
      const other = given.get(path) ?? BUILT_IN[path];
      if (other === undefined)
        throw new Error(`import "${path}" leads nowhere: name it in the references, by this path`);
      take(importsOf(protobuf.parse(other, root, options)));
    }
  };
  const own = protobuf.parse(text, new protobuf.Root(), options);
  take(importsOf(own));
  protobuf.parse(text, root, options);
  root.resolveAll();
  const packageName = own.package ?? "";
  const within = packageName === "" ? own.root : own.root.lookup(packageName);
  const place = (packageName === "" ? root : root.lookup(packageName)) as NamespaceBase;
  const names = within ? Object.keys((within as NamespaceBase).nested ?? {}) : [];
  return { package: packageName, root, place, names };
}

/** @throws {Error} as `compiled` does. */
export function readFile(text: string, references: readonly ResolvedReference[]): ProtobufFile {
  return new Reader().file(compiled(text, references));
}

function importsOf({
  imports = [],
  weakImports = [],
}: {
  imports: string[] | undefined;
  weakImports: string[] | undefined;
}): readonly string[] {
  return [...imports, ...weakImports];
}

class Reader {
  readonly #known = new Map<Type, ProtobufMessage>();

  file({ package: packageName, place, names }: CompiledFile): ProtobufFile {
    return { package: packageName, messages: this.#messages(place, names) };
  }

  #messages(place: NamespaceBase, names: readonly string[]): ReadonlyMap<string, ProtobufMessage> {
    const found = names.flatMap((name) => {
      const type = place.nested?.[name];
      return type instanceof protobuf.Type ? [[name, this.#message(type)] as const] : [];
    });
    return new Map(found);
  }

  #message(type: Type): ProtobufMessage {
    const known = this.#known.get(type);
    if (known) return known;
    const fields = new Map<number, ProtobufField>();
    const messages = new Map<string, ProtobufMessage>();
    const message = { name: type.name, localName: this.#localName(type), fields, messages };
    // Known before it is complete: messages hold each other.
    this.#known.set(type, message);
    for (const field of type.fieldsArray) fields.set(field.id, this.#field(field));
    for (const [name, inner] of this.#messages(type, Object.keys(type.nested ?? {})))
      messages.set(name, inner);
    return message;
  }

  #field(field: Field): ProtobufField {
    const oneOf = field.partOf && !field.partOf.isProto3Optional ? field.partOf.name : undefined;
    const rule = field.repeated ? "repeated" : field.required ? "required" : undefined;
    const optional = field.options?.["proto3_optional"] === true ? "optional" : undefined;
    return { name: field.name, number: field.id, label: rule ?? optional, type: this.#typeOf(field), oneOf };
  }

  #typeOf(field: Field): FieldType {
    const value = this.#valueType(field.type, field.resolvedType);
    if (!field.map) return value;
    return { kind: "map", key: (field as Field & { keyType: string }).keyType, value };
  }

  #valueType(name: string, resolved: Type | Enum | null): FieldType {
    if (resolved instanceof protobuf.Type) return { kind: "message", message: this.#message(resolved) };
    return { kind: "scalar", scalar: resolved ? "enum" : name };
  }

  #localName(type: Type): string {
    const parts: string[] = [];
    for (let at: protobuf.ReflectionObject | null = type; at instanceof protobuf.Type; at = at.parent)
      parts.unshift(at.name);
    return parts.join(".");
  }
}
