import OpenSeadragon from 'openseadragon';
import { type Affine, applied } from '#shared/imaging/affine.ts';
import { TILE_DATA } from './native-pyramid.ts';

/** A tile that is on the screen now, in OpenSeadragon's counting of levels. */
export interface PaintedTile {
  readonly level: number;
  readonly column: number;
  readonly row: number;
}

export interface PaintPlan {
  /** Level-0 pixels to CSS pixels; null while nothing is placed. */
  affine(): Affine | null;
  /** CSS pixels. */
  screen(): { readonly width: number; readonly height: number };
  /** Width and height of the slide in level-0 pixels. */
  slideSize(): { readonly width: number; readonly height: number } | null;
  onPainted(tiles: readonly PaintedTile[]): void;
}

/** From here on a slide pixel is shown as the square it is; below, it is smoothed. In device pixels. */
const SQUARES_FROM = 2;

/** A device pixel border that a rounding error of half a unit in the last place cannot push to its neighbour. */
function snapped(value: number): number {
  return Math.floor(value + 0.5 + 1e-6);
}

/**
 * The drawer we hand to OpenSeadragon. At quarter turns each tile border is put on a whole device pixel, both
 * neighbours on the same one: no seams, nothing stretched, and at one to one the screen holds the tile's own pixels.
 * The library's canvas drawer makes every tile without overlap a pixel larger, and its WebGL drawer filters across
 * the border; a pathologist compares pixels, so neither will do.
 */
export function createTilePainter(plan: PaintPlan): typeof OpenSeadragon.DrawerBase {
  return class TilePainter extends OpenSeadragon.DrawerBase {
    #context: CanvasRenderingContext2D | null = null;

    static override isSupported(): boolean {
      return true;
    }

    override getType(): string {
      return 'tile-painter';
    }

    override getSupportedDataFormats(): string[] {
      return [TILE_DATA];
    }

    override canRotate(): boolean {
      return true;
    }

    override setImageSmoothingEnabled(): void {
      // Smoothing follows the magnification of each tile.
    }

    /** Called by the constructor of the base class. */
    _createDrawingElement(): HTMLCanvasElement {
      return document.createElement('canvas');
    }

    override destroy(): void {
      super.destroy();
      this.canvas.width = 1;
      this.canvas.height = 1;
      this.canvas.remove();
    }

    draw(images: readonly OpenSeadragon.TiledImage[]): void {
      this.#context ??= this.canvas.getContext('2d');
      const context = this.#context;
      if (context === null) return;
      const density = window.devicePixelRatio;
      const { width, height } = plan.screen();
      const [across, down] = [Math.round(width * density), Math.round(height * density)];
      if (this.canvas.width !== across || this.canvas.height !== down) {
        this.canvas.width = across;
        this.canvas.height = down;
      }
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, across, down);
      const affine = plan.affine();
      const size = plan.slideSize();
      const painted: PaintedTile[] = [];
      if (affine !== null && size !== null) {
        for (const image of images) {
          // Coarse levels first: finer tiles are laid over them.
          const infos = image.getTilesToDraw().toSorted((one, other) => one.tile.level - other.tile.level);
          for (const { tile } of infos) {
            const bitmap: ImageBitmap | undefined = this.getDataToDraw(tile);
            if (bitmap === undefined || bitmap.width === 0) continue;
            const { x, y, width: w, height: h } = tile.bounds;
            // Widths of the slide to level-0 pixels, for both axes.
            paintTile(
              context,
              bitmap,
              affine,
              density,
              [x * size.width, y * size.width],
              [w * size.width, h * size.width],
            );
            painted.push({ level: tile.level, column: tile.x, row: tile.y });
          }
        }
      }
      plan.onPainted(painted);
    }
  };
}

function paintTile(
  context: CanvasRenderingContext2D,
  bitmap: ImageBitmap,
  affine: Affine,
  density: number,
  from: readonly [number, number],
  size: readonly [number, number],
): void {
  const isQuarterTurn = (affine.b === 0 && affine.c === 0) || (affine.a === 0 && affine.d === 0);
  const corner = applied(affine, from);
  const along = applied(affine, [from[0] + size[0], from[1]]);
  const across = applied(affine, [from[0], from[1] + size[1]]);
  const place = (value: number): number => (isQuarterTurn ? snapped(value * density) : value * density);
  const [x, y] = [place(corner[0]), place(corner[1])];
  const [ax, ay] = [place(along[0]) - x, place(along[1]) - y];
  const [bx, by] = [place(across[0]) - x, place(across[1]) - y];
  const pixelSize = Math.hypot(ax, ay) / bitmap.width;
  context.imageSmoothingEnabled = pixelSize < SQUARES_FROM && Math.abs(pixelSize - 1) > 1e-3;
  context.imageSmoothingQuality = pixelSize < 0.75 ? 'medium' : 'low';
  context.setTransform(ax / bitmap.width, ay / bitmap.width, bx / bitmap.height, by / bitmap.height, x, y);
  // Between quarter turns borders fall inside pixels; an overlap keeps the background from shining through.
  const bleed = isQuarterTurn ? 0 : 1.5 / pixelSize;
  context.drawImage(bitmap, 0, 0, bitmap.width + bleed, bitmap.height + bleed);
}
