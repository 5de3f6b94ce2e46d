// @ts-check
// A container's health check: exit code 0 when the address answers 2xx. The image has no curl.
const [address = ""] = process.argv.slice(2);
try {
  const { ok } = await fetch(address, { signal: AbortSignal.timeout(4_000) });
  process.exitCode = ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
