interface Undoable {
  undo(): boolean;
  redo(): boolean;
  undoAt(): number | null;
  redoAt(): number | null;
}

/** Takes back the newest change of several stores, whichever made it. True when there was one. */
export function undoAcross(stores: readonly Undoable[]): boolean {
  const [newest] = stores
    .filter((store) => store.undoAt() !== null)
    .sort((a, b) => (b.undoAt() ?? 0) - (a.undoAt() ?? 0));
  return newest?.undo() ?? false;
}

/** Makes the change again that was taken back last: the oldest of those that wait. */
export function redoAcross(stores: readonly Undoable[]): boolean {
  const [oldest] = stores
    .filter((store) => store.redoAt() !== null)
    .sort((a, b) => (a.redoAt() ?? 0) - (b.redoAt() ?? 0));
  return oldest?.redo() ?? false;
}
