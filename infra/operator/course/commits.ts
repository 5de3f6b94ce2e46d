/**
 * Whose offset a record of `__consumer_offsets` is: key versions 0 and 1 are a group, a topic and a partition, texts with
 * their length in two bytes (Kafka, OffsetCommitKey.json).
 *
 * @returns undefined for other kinds of record.
 */
export function committedBy(
  key: Buffer | null,
): { readonly group: string; readonly topic: string } | undefined {
  if (!key || key.length < 4 || key.readInt16BE(0) > 1) return undefined;
  try {
    const group = textAt(key, 2);
    const topic = textAt(key, group.end);
    return topic.end + 4 === key.length ? { group: group.text, topic: topic.text } : undefined;
  } catch {
    return undefined;
  }
}

/** @throws {RangeError} beyond the end. */
function textAt(bytes: Buffer, at: number): { readonly text: string; readonly end: number } {
  const begin = at + 2;
  const end = begin + bytes.readInt16BE(at);
  return { text: bytes.toString("utf8", begin, end), end };
}
