/**
 * The memory of the graphics card can be taken away at any time, by a driver or another program. Engines paint anew from what
 * they hold, and tell it here, since a reader who saw a black image must know why it is back.
 */

let listener: () => void = () => {};

/** What happens when pictures were painted again after a loss; one listener, of the page. */
export function registerGraphicsRestored(next: () => void): void {
  listener = next;
}

export function tellGraphicsRestored(): void {
  listener();
}
