import protobuf, { type NamespaceBase } from "protobufjs";
import descriptor from "protobufjs/ext/descriptor.js";
import type { ResolvedReference } from "../parsed.ts";
import { compiled } from "./file.ts";

type Plain = Readonly<Record<string, unknown>>;
type Options = Readonly<Record<string, unknown>> | undefined | null;

/**
 * A schema as the bytes of its FileDescriptorProto, as protoc makes them: what Python's client takes for a schema.
 *
 * @param canonical - the schema's text, laid out.
 * @throws {Error} for what would be lost: options of one's own, groups, editions.
 */
export function serialized(canonical: string, references: readonly ResolvedReference[]): Buffer {
  const { package: packageName, place, names } = compiled(canonical, references);
  if (/^edition\b/m.test(canonical)) throw new Error("an edition");
  const isProto3 = /^syntax = ["']proto3["'];/m.test(canonical);
  const imports = [...canonical.matchAll(/^import (?:(public|weak) )?["']([^"']+)["'];$/gm)];
  const kinds = (kind: string): number[] => imports.flatMap(([, of], i) => (of === kind ? [i] : []));
  const file = {
    name: "default",
    ...(packageName && { package: packageName }),
    dependency: imports.map(([, , path]) => path),
    ...{ publicDependency: kinds("public"), weakDependency: kinds("weak") },
    ...definitions(place, names, isProto3, "messageType"),
    ...optionsOf(fileOptions(canonical), descriptor.FileOptions),
    ...(isProto3 && { syntax: "proto3" }),
  };
  return Buffer.from(encoded(file));
}

function encoded(file: Plain): Uint8Array {
  return descriptor.FileDescriptorProto.encode(descriptor.FileDescriptorProto.fromObject(file)).finish();
}

/** Options of the file itself: the package's namespace has those of imported files too. */
function fileOptions(canonical: string): Options {
  const lines = canonical.split("\n").filter((line) => line.startsWith("option "));
  const { root } = protobuf.parse(lines.join("\n"), new protobuf.Root(), { keepCase: true });
  return root.options;
}

function definitions(
  place: NamespaceBase,
  names: readonly string[],
  isProto3: boolean,
  messages: "messageType" | "nestedType",
): Plain {
  const found = names.map((name) => place.nested?.[name]);
  return {
    [messages]: found.filter((one) => one instanceof protobuf.Type).map((type) => messageOf(type, isProto3)),
    enumType: found.filter((one) => one instanceof protobuf.Enum).map(enumOf),
    ...(messages === "messageType" && {
      service: found.filter((one) => one instanceof protobuf.Service).map(serviceOf),
    }),
    extension: found
      .filter((one) => one instanceof protobuf.Field)
      .map((field) => ({
        ...fieldOf(field, [], isProto3),
        extendee: field.extensionField?.parent?.fullName,
      })),
  };
}

function messageOf(type: protobuf.Type, isProto3: boolean): Plain {
  if ((type as { readonly group?: boolean }).group) throw new Error(`the group ${type.name}`);
  const fields = type.fieldsArray.filter((field) => !field.declaringField);
  // Those made for one optional field each come last.
  const oneofs = [...type.oneofsArray].sort((a, b) => Number(isSynthetic(a)) - Number(isSynthetic(b)));
  const { nestedType = [], ...rest } = definitions(
    type,
    Object.keys(type.nested ?? {}),
    isProto3,
    "nestedType",
  );
  const ranges = (list: readonly (number[] | string)[] = []): readonly Plain[] =>
    list.flatMap((range) => (typeof range === "string" ? [] : [rangeOf(range, 1)]));
  return {
    name: type.name,
    field: fields.map((field) => fieldOf(field, oneofs, isProto3)),
    ...rest,
    nestedType: [...(nestedType as readonly Plain[]), ...fields.flatMap((field) => entryOf(field))],
    extensionRange: ranges(type.extensions),
    oneofDecl: oneofs.map(({ name, options }) => ({ name, ...optionsOf(options, descriptor.OneofOptions) })),
    reservedRange: ranges(type.reserved),
    reservedName: (type.reserved ?? []).filter((name) => typeof name === "string"),
    ...optionsOf(type.options, descriptor.MessageOptions),
  };
}

function isSynthetic({ isProto3Optional }: protobuf.OneOf): boolean {
  return isProto3Optional;
}

function rangeOf([start = 0, end = start]: readonly number[], beyond: number): Plain {
  return { start, end: end + beyond };
}

function fieldOf(field: protobuf.Field, oneofs: readonly protobuf.OneOf[], isProto3: boolean): Plain {
  const {
    json_name: jsonName,
    default: standard,
    proto3_optional: optional,
    ...options
  } = field.options ?? {};
  const label = field.repeated || field.map ? "REPEATED" : field.required ? "REQUIRED" : "OPTIONAL";
  const type = field.map
    ? { type: "TYPE_MESSAGE", typeName: `${field.parent?.fullName}.${entryName(field)}` }
    : typeOf(field);
  return {
    name: field.name,
    number: field.id,
    label: `LABEL_${label}`,
    ...type,
    ...(standard === undefined ? {} : { defaultValue: String(standard) }),
    ...(jsonName === undefined ? {} : { jsonName }),
    ...(field.partOf ? { oneofIndex: oneofs.indexOf(field.partOf) } : {}),
    ...(optional === true && isProto3 ? { proto3Optional: true } : {}),
    ...optionsOf(options, descriptor.FieldOptions),
  };
}

function typeOf({ type, resolvedType }: protobuf.Field): Plain {
  if (!resolvedType) return { type: `TYPE_${type.toUpperCase()}` };
  const kind = resolvedType instanceof protobuf.Enum ? "ENUM" : "MESSAGE";
  return { type: `TYPE_${kind}`, typeName: resolvedType.fullName };
}

/** The message that stands for the entries of a map. */
function entryOf(field: protobuf.Field): readonly Plain[] {
  if (!field.map) return [];
  const { keyType } = field as protobuf.Field & { readonly keyType: string };
  const key = { name: "key", number: 1, label: "LABEL_OPTIONAL", type: `TYPE_${keyType.toUpperCase()}` };
  const value = { name: "value", number: 2, label: "LABEL_OPTIONAL", ...typeOf(field) };
  return [{ name: entryName(field), field: [key, value], options: { mapEntry: true } }];
}

function entryName({ name }: protobuf.Field): string {
  const camel = name.replace(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase());
  return `${camel}Entry`;
}

function enumOf(type: protobuf.Enum): Plain {
  const reserved = (type.reserved ?? []) as readonly (number[] | string)[];
  return {
    name: type.name,
    value: Object.entries(type.values).map(([name, number]) => ({
      ...{ name, number },
      ...optionsOf(type.valuesOptions?.[name], descriptor.EnumValueOptions),
    })),
    reservedRange: reserved.flatMap((range) => (typeof range === "string" ? [] : [rangeOf(range, 0)])),
    reservedName: reserved.filter((name) => typeof name === "string"),
    ...optionsOf(type.options, descriptor.EnumOptions),
  };
}

function serviceOf(service: protobuf.Service): Plain {
  return {
    name: service.name,
    method: service.methodsArray.map((method) => ({
      name: method.name,
      inputType: method.resolvedRequestType?.fullName,
      outputType: method.resolvedResponseType?.fullName,
      ...(method.requestStream && { clientStreaming: true }),
      ...(method.responseStream && { serverStreaming: true }),
      ...optionsOf(method.options, descriptor.MethodOptions),
    })),
    ...optionsOf(service.options, descriptor.ServiceOptions),
  };
}

function optionsOf(options: Options, type: protobuf.Type): { readonly options?: Plain } {
  const entries = Object.entries(options ?? {}).map(([name, value]) => {
    const member = protobuf.util.camelCase(name);
    if (!Object.hasOwn(type.fields, member)) throw new Error(`the option ${name}`);
    return [member, value];
  });
  return entries.length === 0 ? {} : { options: Object.fromEntries(entries) as Plain };
}
