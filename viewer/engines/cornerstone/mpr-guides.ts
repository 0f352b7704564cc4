import type { PatientVector } from '#shared/imaging/image-plane.ts';
import { along, cross, distanceMm, dot, type PicturePlane, pictureOfPoint } from '#shared/imaging/volume-sampling.ts';
import { normalOf, type PictureAxes, VOLUME_PLANES, type VolumePlane } from './volume-axes.ts';

/** A length on one plane, held in the patient. */
export interface MprLine {
  readonly plane: VolumePlane;
  readonly from: PatientVector;
  readonly to: PatientVector;
}

interface EdgeLetters {
  readonly left: string;
  readonly right: string;
  readonly top: string;
  readonly bottom: string;
}

/** Apart on grey, and for colour-blind readers; the frames of the planes have the same. */
export const PLANE_COLORS: Readonly<Record<VolumePlane, string>> = {
  axial: '#ff9f1c',
  coronal: '#4cc9f0',
  sagittal: '#80ed99',
};
const GAP = 14;
const FAR = 4000;

/** Draws over a plane where the other two cut it, the directions of the patient, and the length that is measured. */
export function paintMprGuides(
  context: CanvasRenderingContext2D,
  plane: VolumePlane,
  picture: PicturePlane,
  axes: Readonly<Record<VolumePlane, PictureAxes>>,
  point: PatientVector,
  line: MprLine | null,
  letters: EdgeLetters,
): void {
  const { canvas } = context;
  const [scaleX, scaleY] = [canvas.width / picture.width, canvas.height / picture.height];
  const at = (where: PatientVector): readonly [number, number] => {
    const { x, y } = pictureOfPoint(picture, where);
    return [(x + 0.5) * scaleX, (y + 0.5) * scaleY];
  };
  const stroke = (from: readonly [number, number], to: readonly [number, number], color: string): void => {
    context.strokeStyle = color;
    context.lineWidth = devicePixelRatio;
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
  };
  const [cx, cy] = at(point);
  const normal = normalOf(axes[plane]);
  for (const other of VOLUME_PLANES) {
    if (other === plane) continue;
    const cut = cross(normal, normalOf(axes[other]));
    const direction = [dot(cut, picture.right), dot(cut, picture.down)] as const;
    const length = Math.hypot(...direction) || 1;
    const [dx, dy] = [direction[0] / length, direction[1] / length];
    const gap = GAP * devicePixelRatio;
    for (const way of [-1, 1]) {
      stroke(
        [cx + dx * gap * way, cy + dy * gap * way],
        [cx + dx * FAR * way, cy + dy * FAR * way],
        PLANE_COLORS[other],
      );
    }
  }
  context.font = `${13 * devicePixelRatio}px Inter, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const margin = 14 * devicePixelRatio;
  write(context, letters.top, canvas.width / 2, margin);
  write(context, letters.bottom, canvas.width / 2, canvas.height - margin);
  write(context, letters.left, margin, canvas.height / 2);
  write(context, letters.right, canvas.width - margin, canvas.height / 2);
  if (line === null || line.plane !== plane || distanceMm(line.from, line.to) === 0) return;
  stroke(at(line.from), at(line.to), '#ffd166');
  const [x, y] = at(along(line.from, direction(line), distanceMm(line.from, line.to)));
  context.textAlign = 'left';
  write(context, `${distanceMm(line.from, line.to).toFixed(1)} mm`, x + margin / 2, y);
}

function direction({ from, to }: MprLine): PatientVector {
  const length = distanceMm(from, to) || 1;
  return [(to[0] - from[0]) / length, (to[1] - from[1]) / length, (to[2] - from[2]) / length];
}

/** White with a dark rim: readable on black and on white. */
function write(context: CanvasRenderingContext2D, text: string, x: number, y: number): void {
  context.lineWidth = 3 * devicePixelRatio;
  context.strokeStyle = 'rgb(0 0 0 / 80%)';
  context.strokeText(text, x, y);
  context.fillStyle = '#fff';
  context.fillText(text, x, y);
}
