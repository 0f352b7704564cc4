import type { Affine } from '#shared/imaging/affine.ts';
import type { Size } from './slide-placement.ts';

/** Values of cells that are laid over the slide. */
export interface HeatMap {
  /** What it tells, so that its switch knows itself again. */
  readonly name: string;
  /** Sides of a cell in level-0 pixels; the last ones may reach beyond the slide. */
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly columns: number;
  readonly rows: number;
  /** One byte a cell: 0 is left clear, 1 is the low and 255 the high end of the scale. */
  readonly values: Uint8Array;
}

/** Ends and middle of the scale: apart for the colour-blind, and none of them a colour of stains. */
export const HEAT_COLOURS = { low: [255, 140, 0], middle: [250, 235, 130], high: [40, 170, 255] } as const;
const OPACITY = 0.5;

export interface HeatMapLayer {
  /** Null takes the map away. */
  set(map: HeatMap | null): void;
  /** The name of the map that is shown; null without one. */
  name(): string | null;
  /** Draws what is set where the slide lies now. */
  draw(): void;
  dispose(): void;
}

/** The colour of a value from 0 (low) to 1 (high). */
export function heatColour(value: number): readonly [number, number, number] {
  const { low, middle, high } = HEAT_COLOURS;
  const [from, to, share] = value < 0.5 ? [low, middle, value * 2] : [middle, high, value * 2 - 1];
  const mixed = (at: 0 | 1 | 2): number => Math.round(from[at] + (to[at] - from[at]) * share);
  return [mixed(0), mixed(1), mixed(2)];
}

/** A canvas over the tiles of `element` and under its marks, drawn from the same placement as both. */
export function createHeatMapLayer(
  element: HTMLDivElement,
  plan: { affine(): Affine | null; screen(): Size; slideSize(): Size | null },
): HeatMapLayer {
  const canvas = document.createElement('canvas');
  canvas.dataset.heatMap = 'off';
  canvas.style.cssText = `position:absolute;inset:0;width:100%;height:100%;pointer-events:none;opacity:${OPACITY}`;
  canvas.hidden = true;
  element.append(canvas);
  let map: HeatMap | null = null;
  let cells: HTMLCanvasElement | null = null;

  function draw(): void {
    const [affine, size] = [plan.affine(), plan.slideSize()];
    if (map === null || cells === null) return;
    const density = window.devicePixelRatio;
    const { width, height } = plan.screen();
    const [across, down] = [Math.round(width * density), Math.round(height * density)];
    if (canvas.width !== across || canvas.height !== down) {
      canvas.width = across;
      canvas.height = down;
    }
    const context = canvas.getContext('2d');
    if (context === null) return;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, across, down);
    if (affine === null || size === null) return;
    const { a, b, c, d, e, f } = affine;
    context.setTransform(a * density, b * density, c * density, d * density, e * density, f * density);
    context.imageSmoothingEnabled = false;
    context.save();
    context.beginPath();
    context.rect(0, 0, size.width, size.height);
    context.clip();
    context.drawImage(cells, 0, 0, map.columns * map.cellWidth, map.rows * map.cellHeight);
    context.restore();
  }

  return {
    set(next) {
      map = next;
      cells = next === null ? null : paintedCells(next);
      canvas.hidden = next === null;
      canvas.dataset.heatMap = next === null ? 'off' : 'on';
      draw();
    },
    name: () => map?.name ?? null,
    draw,
    dispose: () => canvas.remove(),
  };
}

/** One pixel a cell. */
function paintedCells({ columns, rows, values }: HeatMap): HTMLCanvasElement {
  const cells = document.createElement('canvas');
  cells.width = columns;
  cells.height = rows;
  const image = new ImageData(columns, rows);
  for (const [at, value] of values.entries()) {
    if (value > 0) image.data.set([...heatColour((value - 1) / 254), 255], at * 4);
  }
  cells.getContext('2d')?.putImageData(image, 0, 0);
  return cells;
}
