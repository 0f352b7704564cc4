import { scaleBarFor } from './scale-bar.ts';
import { type ViewFacts, viewTexts } from './view-texts.ts';

/** What is drawn beside and over the image, CSS pixels. */
const FONT = '12px Inter Variable, system-ui, sans-serif';
const LINE_PX = 17;
const MARGIN_PX = 10;

/**
 * A viewport as a picture: what the canvas shows, the marks if wanted, the letters of the directions and the scale
 * bar on it, and below it what must be read with it. The text never covers the image.
 */
export async function pictureOfView(
  viewport: HTMLElement,
  facts: ViewFacts,
  marks: boolean,
): Promise<HTMLCanvasElement> {
  const shown = viewport.querySelector('canvas');
  if (shown === null || shown.clientWidth === 0) throw new Error('There is no image in this viewport.');
  const density = shown.width / shown.clientWidth;
  const [width, height] = [shown.clientWidth, shown.clientHeight];
  const picture = document.createElement('canvas');
  const context = picture.getContext('2d', { alpha: false });
  if (context === null) throw new Error('This browser gives no canvas to draw on.');
  context.font = FONT;
  const lines = viewTexts(facts).flatMap((text) => broken(context, text, width - 2 * MARGIN_PX));
  picture.width = shown.width;
  picture.height = Math.round((height + lines.length * LINE_PX + 2 * MARGIN_PX) * density);
  context.drawImage(shown, 0, 0);
  context.scale(density, density);
  const svg = marks ? viewport.querySelector<SVGSVGElement>('svg[aria-hidden="true"]:has([data-mark])') : null;
  if (svg !== null) context.drawImage(await imageOf(svg, width, height), 0, 0, width, height);
  context.font = FONT;
  context.textBaseline = 'middle';
  drawDirections(context, facts, width, height);
  drawScale(context, facts, width, height);
  context.fillStyle = '#d7dce3';
  context.textAlign = 'left';
  for (const [i, line] of lines.entries()) {
    context.fillText(line, MARGIN_PX, height + MARGIN_PX + (i + 0.5) * LINE_PX);
  }
  return picture;
}

export async function pngOf(picture: HTMLCanvasElement): Promise<Blob> {
  const blob = await new Promise<Blob | null>((resolve) => picture.toBlob(resolve, 'image/png'));
  if (blob === null) throw new Error('This browser could not make a picture of the view.');
  return blob;
}

/** The marks as they are drawn, as an image of their own. */
async function imageOf(svg: SVGSVGElement, width: number, height: number): Promise<HTMLImageElement> {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  // Outside of the page nothing is inherited.
  copy.style.fontFamily = 'system-ui, sans-serif';
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  return image;
}

function outlined(context: CanvasRenderingContext2D, text: string, x: number, y: number): void {
  context.lineWidth = 3;
  context.strokeStyle = '#000';
  context.fillStyle = '#fff';
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
}

function drawDirections(context: CanvasRenderingContext2D, { frame }: ViewFacts, width: number, height: number): void {
  if (frame.orientation === null) return;
  const { top, right, bottom, left } = frame.orientation;
  context.textAlign = 'center';
  outlined(context, top, width / 2, MARGIN_PX + 4);
  outlined(context, bottom, width / 2, height - 48);
  outlined(context, left, MARGIN_PX + 4, height / 2);
  outlined(context, right, width - MARGIN_PX - 4, height / 2);
}

function drawScale(context: CanvasRenderingContext2D, { frame }: ViewFacts, width: number, height: number): void {
  context.textAlign = 'center';
  if (frame.mmPerScreenPixel === null) {
    outlined(context, 'No scale', width / 2, height - 18);
    return;
  }
  const bar = scaleBarFor(frame.mmPerScreenPixel);
  const [from, to, y] = [(width - bar.widthPx) / 2, (width + bar.widthPx) / 2, height - 10];
  outlined(context, bar.text, width / 2, y - 14);
  for (const [color, thickness] of [
    ['#000', 4],
    ['#fff', 2],
  ] as const) {
    context.strokeStyle = color;
    context.lineWidth = thickness;
    context.beginPath();
    context.moveTo(from, y - 6);
    context.lineTo(from, y);
    context.lineTo(to, y);
    context.lineTo(to, y - 6);
    context.stroke();
  }
}

/** Words on as many lines as they need. */
function broken(context: CanvasRenderingContext2D, text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && context.measureText(longer).width > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
