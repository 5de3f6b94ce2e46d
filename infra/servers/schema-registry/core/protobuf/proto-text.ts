import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor.js";

/** What `toObject` makes of a descriptor: names as in descriptor.proto, in camel case. */
interface Descriptor {
  readonly [member: string]: unknown;
  readonly name: string;
}

/**
 * The text of a schema that is sent as the bytes of a FileDescriptorProto, as Python's serializer does.
 *
 * @throws {Error} for no such bytes, and for what the text would not say: options of one's own, groups, editions.
 */
export function protoText(bytes: Buffer): string {
  const message = descriptor.FileDescriptorProto.decode(bytes);
  // Of what it does not know the parser says nothing: it is missing when written again.
  if (descriptor.FileDescriptorProto.encode(message).finish().length !== bytes.length)
    throw new Error(
      "a descriptor with options of one's own is not supported by this registry: send its text",
    );
  const file = descriptor.FileDescriptorProto.toObject(message, {
    ...{ enums: String, longs: String, bytes: String, arrays: true },
  }) as Descriptor;
  const syntax = String(file["syntax"] ?? "proto2");
  if (syntax !== "proto2" && syntax !== "proto3") throw new Error(`the syntax ${syntax} is not supported`);
  return new ProtoText(syntax === "proto3").file(file, syntax);
}

class ProtoText {
  readonly #isProto3: boolean;

  constructor(isProto3: boolean) {
    this.#isProto3 = isProto3;
  }

  file(file: Descriptor, syntax: string): string {
    const kinds = new Map<number, string>();
    for (const i of numbers(file, "publicDependency")) kinds.set(i, "public ");
    for (const i of numbers(file, "weakDependency")) kinds.set(i, "weak ");
    const imports = (file["dependency"] as readonly string[]).map(
      (path, i) => `import ${kinds.get(i) ?? ""}${JSON.stringify(path)};`,
    );
    return [
      `syntax = "${syntax}";`,
      ...(file["package"] ? [`package ${String(file["package"])};`] : []),
      ...imports,
      ...statements(file, descriptor.FileOptions),
      ...list(file, "messageType").map((message) => this.#message(message)),
      ...list(file, "enumType").map(enumText),
      ...list(file, "service").map(serviceText),
      ...this.#extensions(file),
    ].join("\n");
  }

  #message(message: Descriptor): string {
    const maps = new Map(
      list(message, "nestedType").flatMap((inner) => (isEntry(inner) ? [[inner.name, inner]] : [])),
    );
    const fields = list(message, "field");
    const inOneof = (i: number): readonly Descriptor[] =>
      fields.filter((field) => field["oneofIndex"] === i && field["proto3Optional"] !== true);
    const written = fields.map((field) => {
      const isMember = typeof field["oneofIndex"] === "number" && field["proto3Optional"] !== true;
      if (!isMember) return this.#field(field, maps);
      const members = inOneof(field["oneofIndex"] as number);
      if (members[0] !== field) return "";
      const oneof = list(message, "oneofDecl")[field["oneofIndex"] as number];
      const inside = members.map((member) => this.#field(member, maps, true)).join("\n");
      return `oneof ${oneof?.name ?? ""} {\n${inside}\n}`;
    });
    return block(`message ${message.name}`, [
      ...statements(message, descriptor.MessageOptions),
      ...reserved(message, 1),
      ...list(message, "extensionRange").map((range) => `extensions ${span(range, 1)};`),
      ...written,
      ...list(message, "nestedType").flatMap((inner) => (isEntry(inner) ? [] : [this.#message(inner)])),
      ...list(message, "enumType").map(enumText),
      ...this.#extensions(message),
    ]);
  }

  #extensions(around: Descriptor): readonly string[] {
    return list(around, "extension").map((field) =>
      block(`extend ${String(field["extendee"])}`, [this.#field(field, new Map())]),
    );
  }

  #field(field: Descriptor, maps: ReadonlyMap<string, Descriptor>, isMember = false): string {
    const typeName = String(field["typeName"] ?? "");
    const entry = maps.get(typeName.slice(typeName.lastIndexOf(".") + 1));
    const [key, value] = entry ? list(entry, "field") : [];
    const type = key && value ? `map<${typeText(key)}, ${typeText(value)}>` : typeText(field);
    const label = entry || isMember ? "" : this.#label(field);
    const options = [
      ...(field["defaultValue"] === undefined ? [] : [`default = ${defaultText(field)}`]),
      ...(hasJsonName(field) ? [`json_name = ${JSON.stringify(field["jsonName"])}`] : []),
      ...optionTexts(field, descriptor.FieldOptions),
    ];
    const suffix = options.length === 0 ? "" : ` [${options.join(", ")}]`;
    return `${label}${type} ${field.name} = ${String(field["number"])}${suffix};`;
  }

  #label(field: Descriptor): string {
    if (field["label"] === "LABEL_REPEATED") return "repeated ";
    if (this.#isProto3) return field["proto3Optional"] === true ? "optional " : "";
    return field["label"] === "LABEL_REQUIRED" ? "required " : "optional ";
  }
}

function list(of: Descriptor, member: string): readonly Descriptor[] {
  return (of[member] ?? []) as readonly Descriptor[];
}

function numbers(of: Descriptor, member: string): readonly number[] {
  return (of[member] ?? []) as readonly number[];
}

function block(head: string, lines: readonly string[]): string {
  return `${head} {\n${lines.filter((line) => line !== "").join("\n")}\n}`;
}

function isEntry(message: Descriptor): boolean {
  return (message["options"] as { readonly mapEntry?: boolean } | undefined)?.mapEntry === true;
}

function typeText(field: Descriptor): string {
  const type = String(field["type"]);
  if (type === "TYPE_GROUP") throw new Error("groups are not supported by this registry");
  return type === "TYPE_MESSAGE" || type === "TYPE_ENUM"
    ? String(field["typeName"])
    : type.replace("TYPE_", "").toLowerCase();
}

function defaultText(field: Descriptor): string {
  const value = String(field["defaultValue"]);
  if (field["type"] === "TYPE_STRING") return JSON.stringify(value);
  // Escaped already.
  return field["type"] === "TYPE_BYTES" ? `"${value}"` : value;
}

function hasJsonName(field: Descriptor): boolean {
  return field["jsonName"] !== undefined && field["jsonName"] !== protobuf.util.camelCase(field.name);
}

function enumText(type: Descriptor): string {
  return block(`enum ${type.name}`, [
    ...statements(type, descriptor.EnumOptions),
    ...list(type, "value").map((value) => {
      const options = optionTexts(value, descriptor.EnumValueOptions);
      const suffix = options.length === 0 ? "" : ` [${options.join(", ")}]`;
      return `${value.name} = ${String(value["number"] ?? 0)}${suffix};`;
    }),
    ...reserved(type, 0),
  ]);
}

function serviceText(service: Descriptor): string {
  return block(`service ${service.name}`, [
    ...statements(service, descriptor.ServiceOptions),
    ...list(service, "method").map((method) => {
      const [input, output] = [method["clientStreaming"], method["serverStreaming"]].map((streams) =>
        streams === true ? "stream " : "",
      );
      const head = `rpc ${method.name}(${input}${String(method["inputType"])}) returns (${output}${String(method["outputType"])})`;
      const options = statements(method, descriptor.MethodOptions);
      return options.length === 0 ? `${head};` : block(head, options);
    }),
  ]);
}

function reserved(of: Descriptor, beyond: number): readonly string[] {
  const ranges = list(of, "reservedRange").map((range) => span(range, beyond));
  const names = ((of["reservedName"] ?? []) as readonly string[]).map((name) => JSON.stringify(name));
  return [ranges, names].flatMap((parts) => (parts.length === 0 ? [] : [`reserved ${parts.join(", ")};`]));
}

function span(range: Descriptor, beyond: number): string {
  const start = Number(range["start"] ?? 0);
  const end = Number(range["end"] ?? 0) - beyond;
  return start === end ? String(start) : `${start} to ${end}`;
}

function statements(of: Descriptor, type: protobuf.Type): readonly string[] {
  return optionTexts(of, type).map((option) => `option ${option};`);
}

function optionTexts(of: Descriptor, type: protobuf.Type): readonly string[] {
  return Object.entries((of["options"] ?? {}) as object).flatMap(([member, value]) => {
    if (member === "mapEntry" || (Array.isArray(value) && value.length === 0)) return [];
    if (typeof value === "object") throw new Error(`the option ${member} is not supported by this registry`);
    const name = member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return [`${name} = ${type.fields[member]?.type === "string" ? JSON.stringify(value) : String(value)}`];
  });
}
