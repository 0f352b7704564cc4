/**
 * Who enlarges, turns and moves the picture of a viewport: the processor or the graphics card. Grey values are worked
 * out by the processor either way, so both show the same numbers.
 */
export const DRAWING_CHOICES = ['automatic', 'processor', 'graphics'] as const;
export type DrawingChoice = (typeof DRAWING_CHOICES)[number];

const CHOICE_KEY = 'consilium.rendering';
const EMULATED = /swiftshader|llvmpipe|software|basic render|warp/i;

/** The reader's choice on this computer. */
export function drawingChoice(): DrawingChoice {
  const stored = window.localStorage.getItem(CHOICE_KEY);
  return DRAWING_CHOICES.find((choice) => choice === stored) ?? 'automatic';
}

export function chooseDrawing(choice: DrawingChoice): void {
  if (choice === 'automatic') window.localStorage.removeItem(CHOICE_KEY);
  else window.localStorage.setItem(CHOICE_KEY, choice);
}

/** What the computer has to draw with; `emulated` graphics are slower than drawing without them. */
export type Graphics = 'none' | 'emulated' | 'card';

let known: Graphics | null = null;

/** Asks the browser once a page; it takes some milliseconds, so never before the first image. */
export function graphicsOfDevice(): Graphics {
  if (known !== null) return known;
  const context = document.createElement('canvas').getContext('webgl2');
  if (context === null) known = 'none';
  else {
    const names = context.getExtension('WEBGL_debug_renderer_info');
    const renderer: unknown = context.getParameter(names === null ? context.RENDERER : names.UNMASKED_RENDERER_WEBGL);
    known = EMULATED.test(String(renderer)) ? 'emulated' : 'card';
    context.getExtension('WEBGL_lose_context')?.loseContext();
  }
  return known;
}

/** `onProcessor` decides where a canvas lives; `graphics` is null while nobody has asked the browser yet. */
export function drawsOnProcessor(choice: DrawingChoice, graphics: Graphics | null): boolean {
  if (choice !== 'automatic') return choice === 'processor';
  return graphics !== 'card';
}
