/** JSON with bigint as plain digits. */
export function writeJsonValue(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "bigint"
      ? Number.isSafeInteger(Number(member))
        ? Number(member)
        : String(member)
      : member,
  );
}
