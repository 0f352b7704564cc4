/** What a page shows of itself; read from outside it. */
export interface Shown {
  /** Number of the slice on the screen from 1, null while there is none. */
  readonly index: number | null;
  readonly count: number;
  /** Every image of the series is in the page's memory. */
  readonly isLoaded: boolean;
  /** Every tile the view of a slide needs is on the screen. */
  readonly isSharp: boolean;
}

/** What the driver asks of a page. Times are milliseconds since the navigation began. */
export interface PageProbe {
  /** Presented: a frame with this state was handed to the compositor. */
  whenShown(): Promise<number>;
  whenLoaded(): Promise<number>;
  whenSharp(): Promise<number>;
  /** Waits from now on for a wheel event that brings slice `index`, or for a press or key that moves the view. */
  expect(move: { readonly slice: number } | 'jump'): void;
  /** From the event that was expected to the frame that was drawn for it: with that slice, or with every tile. */
  moved(): Promise<number>;
  /** Turns the wheel `notches` times at this rate over the middle of the page; frames drawn per second. */
  rain(notches: number, perSecond: number): Promise<number>;
  /** Compressed bytes of scripts and WebAssembly that had arrived by then. */
  codeBytesBy(milliseconds: number): number;
}

declare global {
  interface Window {
    /** Set by the subject before the page's own scripts run. */
    benchShown: () => Shown;
    benchProbe: PageProbe;
  }
}

/**
 * Runs in the page before its own scripts, and knows nothing of it but its canvases and `benchShown`. A frame counts
 * as presented when the first task after its animation callbacks runs: style, layout and paint of the main thread lie
 * between. Rasterising and the screen come later and are the same for every page.
 */
export function installProbe(): void {
  interface Draw {
    readonly at: number;
    presentedAt: number | null;
  }
  const GIVE_UP_MS = 60_000;
  const NOTCH = 120;
  /** A jump whose tiles are all there already never says that it sharpens. */
  const NOTHING_TO_SHARPEN_MS = 300;
  let draws: Draw[] = [];
  let settled = 0;
  const afterFrame: (() => void)[] = [];
  let watchers: (() => boolean)[] = [];
  let wheelAt = 0;
  let inputAt = 0;

  const noteDraw = (canvas: unknown): void => {
    if (canvas instanceof HTMLCanvasElement && canvas.isConnected)
      draws.push({ at: performance.now(), presentedAt: null });
  };
  const watch = (prototype: object, names: readonly string[]): void => {
    for (const name of names) {
      const original = Reflect.get(prototype, name) as (...values: unknown[]) => unknown;
      Reflect.set(prototype, name, function (this: { canvas: unknown }, ...values: unknown[]) {
        noteDraw(this.canvas);
        return Reflect.apply(original, this, values);
      });
    }
  };
  watch(CanvasRenderingContext2D.prototype, ['drawImage', 'putImageData']);
  watch(WebGL2RenderingContext.prototype, ['drawArrays', 'drawElements']);

  const frames = new MessageChannel();
  frames.port1.onmessage = () => {
    const now = performance.now();
    for (; settled < draws.length; settled += 1) {
      const draw = draws[settled];
      if (draw !== undefined) draw.presentedAt = now;
    }
    for (const tell of afterFrame.splice(0)) tell();
    check();
  };
  const loop = (): void => {
    frames.port2.postMessage(null);
    requestAnimationFrame(loop);
  };
  requestAnimationFrame(loop);

  function check(): void {
    if (watchers.length > 0) watchers = watchers.filter((isDone) => !isDone());
  }
  new MutationObserver(check).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
  });
  addEventListener(
    'wheel',
    (event) => {
      wheelAt = event.timeStamp;
    },
    { capture: true, passive: true },
  );
  for (const type of ['pointerdown', 'keydown'] as const) {
    addEventListener(
      type,
      (event) => {
        inputAt = event.timeStamp;
      },
      { capture: true },
    );
  }

  /** Resolves with the time when `isTrue` became true. */
  function when(isTrue: () => boolean, what: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`never ${what}: ${JSON.stringify(window.benchShown())}`)),
        GIVE_UP_MS,
      );
      watchers.push(() => {
        if (!isTrue()) return false;
        clearTimeout(timer);
        resolve(performance.now());
        return true;
      });
      check();
    });
  }
  const nextFrame = (): Promise<number> => new Promise((resolve) => afterFrame.push(() => resolve(performance.now())));
  const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const presented = async (isTrue: () => boolean, what: string): Promise<number> => {
    await when(isTrue, what);
    return nextFrame();
  };
  /** When the draw of that time was presented. */
  const presentedAt = async (find: () => Draw | undefined): Promise<number> => {
    while (find()?.presentedAt == null) await nextFrame();
    return find()?.presentedAt ?? 0;
  };

  let expected = Promise.resolve(0);
  async function notchTo(index: number): Promise<number> {
    await when(() => wheelAt > 0 && window.benchShown().index === index, `slice ${index}`);
    return (await presentedAt(() => draws.find(({ at }) => at >= wheelAt))) - wheelAt;
  }
  async function jump(): Promise<number> {
    await when(() => inputAt > 0, 'pressed');
    const began = when(() => !window.benchShown().isSharp, 'blurred').then(
      () => true,
      () => false,
    );
    const blurred = await Promise.race([began, pause(NOTHING_TO_SHARPEN_MS).then(() => false)]);
    const sharpAt = blurred ? await when(() => window.benchShown().isSharp, 'sharp') : performance.now();
    // The draw that made it sharp came before the page could say so.
    const drawn = blurred ? draws.findLast(({ at }) => at <= sharpAt) : draws.find(({ at }) => at >= inputAt);
    if (drawn === undefined) throw new Error('nothing was drawn after a jump');
    return (await presentedAt(() => drawn)) - inputAt;
  }

  window.benchProbe = {
    whenShown: () => presented(() => window.benchShown().index !== null, 'shown'),
    whenLoaded: () => presented(() => window.benchShown().index !== null && window.benchShown().isLoaded, 'loaded'),
    whenSharp: () => presented(() => window.benchShown().isSharp, 'sharp'),
    expect(move) {
      draws = [];
      settled = 0;
      wheelAt = 0;
      inputAt = 0;
      expected = move === 'jump' ? jump() : notchTo(move.slice);
      // A failure is told to whoever asks for the outcome.
      expected.catch(() => undefined);
    },
    moved: () => expected,
    async rain(notches, perSecond) {
      const target = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
      if (target === null) throw new Error('nothing is in the middle of the page');
      draws = [];
      settled = 0;
      const started = performance.now();
      let sent = 0;
      while (sent < notches) {
        const due = Math.min(notches, Math.floor(((performance.now() - started) * perSecond) / 1000) + 1);
        // One event a frame, as browsers give them: what the hand did meanwhile is in its length.
        const deltaY = (due - sent) * NOTCH;
        if (deltaY > 0) target.dispatchEvent(new WheelEvent('wheel', { deltaY, bubbles: true, cancelable: true }));
        sent = due;
        await new Promise(requestAnimationFrame);
      }
      const seconds = (performance.now() - started) / 1000;
      await pause(100);
      return new Set(draws.flatMap(({ presentedAt }) => presentedAt ?? [])).size / seconds;
    },
    codeBytesBy: (milliseconds) =>
      (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
        .filter(
          ({ name, responseEnd }) => /\.(js|wasm)(\?|$)/.test(name) && responseEnd > 0 && responseEnd <= milliseconds,
        )
        .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
  };
}
