const watched = new WeakSet<NodeJS.EventEmitter>();

/**
 * End without a word once the reader has read enough (`… | head`), as other commands do. A stream that is watched already
 * is left as it is.
 *
 * @param out - where the command's data goes.
 */
export function endWhenUnread(out: NodeJS.EventEmitter = process.stdout): void {
  if (watched.has(out)) return;
  watched.add(out);
  out.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });
}
