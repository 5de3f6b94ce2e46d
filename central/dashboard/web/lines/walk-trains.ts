/** From train to train by the arrows, in the order of the page. */
export function walkTrains(event: KeyboardEvent): void {
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  const trains = [...document.querySelectorAll<HTMLElement>(".train-link")];
  const here = trains.indexOf(event.currentTarget as HTMLElement);
  event.preventDefault();
  trains[(here + by + trains.length) % trains.length]?.focus();
}
