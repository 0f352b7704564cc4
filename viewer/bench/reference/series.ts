/**
 * The floor for a series: its metadata, its frames in six requests at a time, and a canvas. No tool, no text, no check
 * of what came. Runs in the browser; everything it needs stands in its address.
 */
interface Attribute {
  readonly Value?: readonly unknown[];
}
type Instance = Readonly<Record<string, Attribute>>;

const query = new URLSearchParams(location.search);
const base = `/dicom-web/studies/${query.get('study')}/series/${query.get('series')}`;
const [width, height] = [Number(query.get('width')), Number(query.get('height'))];
const shown = document.documentElement.dataset;
const LANES = 6;

const first = (instance: Instance, tag: string): unknown => instance[tag]?.Value?.[0];
const numberOf = (instance: Instance, tag: string): number => Number(first(instance, tag));

const response = await fetch(`${base}/metadata`, { headers: { Accept: 'application/dicom+json' } });
const instances = ((await response.json()) as Instance[]).toSorted(
  (a, b) => numberOf(a, '00200013') - numberOf(b, '00200013'),
);
const [top] = instances;
if (top === undefined) throw new Error('the series is empty');
const [rows, columns] = [numberOf(top, '00280010'), numberOf(top, '00280011')];
const [slope, intercept] = [numberOf(top, '00281053'), numberOf(top, '00281052')];
const [center, windowWidth] = [numberOf(top, '00281050'), numberOf(top, '00281051')];
// Stored value to grey, as a table; stored values are unsigned and of 16 bits here.
const greys = Uint8ClampedArray.from(
  { length: 65_536 },
  (_, stored) => ((stored * slope + intercept - center) / windowWidth + 0.5) * 255,
);

const canvas = document.createElement('canvas');
Object.assign(canvas, { width, height });
document.body.append(canvas);
const context = canvas.getContext('2d');
const native = new OffscreenCanvas(columns, rows);
const nativeContext = native.getContext('2d');
if (context === null || nativeContext === null) throw new Error('no canvas');
const picture = nativeContext.createImageData(columns, rows);
const grey = new Uint32Array(picture.data.buffer);
const frames: (Uint16Array | undefined)[] = [];
let index = 0;

async function load(at: number): Promise<void> {
  const uid = first(instances[at] ?? {}, '00080018');
  const answer = await fetch(`${base}/instances/${uid}/frames/1`, {
    headers: { Accept: 'application/octet-stream; transfer-syntax=*' },
  });
  frames[at] = new Uint16Array(await answer.arrayBuffer());
}

function paint(): void {
  const frame = frames[index];
  if (frame === undefined || context === null) return;
  for (let i = 0; i < frame.length; i += 1) {
    const value = greys[frame[i] ?? 0] ?? 0;
    grey[i] = 0xff000000 | (value << 16) | (value << 8) | value;
  }
  nativeContext?.putImageData(picture, 0, 0);
  const side = Math.min(width, height);
  context.drawImage(native, (width - side) / 2, (height - side) / 2, side, side);
  shown.index = String(index + 1);
}

addEventListener(
  'wheel',
  (event) => {
    event.preventDefault();
    const steps = Math.round(event.deltaY / 120) || Math.sign(event.deltaY);
    index = Math.min(Math.max(index + steps, 0), instances.length - 1);
    paint();
  },
  { passive: false },
);
shown.count = String(instances.length);
await load(0);
paint();
let next = 1;
const lane = async (): Promise<void> => {
  while (next < instances.length) {
    const at = next;
    next += 1;
    await load(at);
  }
};
await Promise.all(Array.from({ length: LANES }, lane));
shown.loaded = 'yes';

export {};
