/**
 * Whoever reads has read enough (`… | head`): end without a word, as other commands do.
 *
 * @param out - where the command's data goes.
 */
export function endWhenUnread(out: NodeJS.EventEmitter = process.stdout): void {
  out.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });
}
