/**
 * Consistent Overhead Byte Stuffing (Cheshire and Baker, IEEE/ACM ToN 7(2), 1999): a block without zero bytes, one
 * byte longer per 254, so that a zero can stand between frames and nowhere else.
 */
export function cobsEncode(data: Uint8Array): Buffer {
  const out = Buffer.alloc(data.length + Math.ceil((data.length + 1) / 254) + 1);
  let at = 1;
  let codeAt = 0;
  let code = 1;
  for (let i = 0; i < data.length; i++) {
    const byte = data[i] as number;
    if (byte !== 0) {
      out[at++] = byte;
      code++;
    }
    if (byte === 0 || (code === 0xff && i + 1 < data.length)) {
      out[codeAt] = code;
      codeAt = at++;
      code = 1;
    }
  }
  out[codeAt] = code;
  return out.subarray(0, at);
}

/** @returns undefined when `block` is no COBS encoding: it holds a zero, or a code byte points past its end. */
export function cobsDecode(block: Uint8Array): Buffer | undefined {
  if (block.length === 0) return undefined;
  const out = Buffer.alloc(block.length);
  let at = 0;
  let i = 0;
  while (i < block.length) {
    const code = block[i] as number;
    if (code === 0 || i + code > block.length) return undefined;
    for (let j = i + 1; j < i + code; j++) {
      const byte = block[j] as number;
      if (byte === 0) return undefined;
      out[at++] = byte;
    }
    i += code;
    if (code !== 0xff && i < block.length) out[at++] = 0;
  }
  return out.subarray(0, at);
}
