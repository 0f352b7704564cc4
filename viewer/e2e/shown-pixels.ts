import type { Page } from 'playwright-core';

/** How the picture on the canvas differs from the server's, pixel by pixel, at one image pixel a screen pixel. */
export interface PixelComparison {
  /** Pixels that were compared: those of the image that fit on the canvas. */
  readonly compared: number;
  /** In grey levels or levels of a colour, 0 to 255. */
  readonly largest: number;
  /** Share of the pixels that differ by more than one level. */
  readonly wrongShare: number;
}

/** The viewport must show the image at actual size, upright and unturned; `renderedUrl` gives the PNG of the same frame. */
export async function comparePixels(page: Page, renderedUrl: string): Promise<PixelComparison> {
  return await page.evaluate(async (url) => {
    const canvas = document.querySelector<HTMLCanvasElement>('[role="application"] canvas');
    const context = canvas?.getContext('2d');
    if (canvas === null || context == null) throw new Error('there is no canvas');
    const answer = await fetch(url, { headers: { Accept: 'image/png' } });
    if (!answer.ok) throw new Error(`the server answered ${answer.status}: ${(await answer.text()).slice(0, 200)}`);
    const picture = await createImageBitmap(await answer.blob(), { colorSpaceConversion: 'none' });
    const { width, height } = picture;
    const other = new OffscreenCanvas(width, height).getContext('2d');
    if (other === null) throw new Error('there is no second canvas');
    other.drawImage(picture, 0, 0);
    const theirs = other.getImageData(0, 0, width, height).data;
    const left = Math.round(canvas.width / 2 - width / 2);
    const top = Math.round(canvas.height / 2 - height / 2);
    const ours = context.getImageData(0, 0, canvas.width, canvas.height).data;
    let compared = 0;
    let wrong = 0;
    let largest = 0;
    for (let y = Math.max(0, -top); y < Math.min(height, canvas.height - top); y += 1) {
      for (let x = Math.max(0, -left); x < Math.min(width, canvas.width - left); x += 1) {
        const from = (y * width + x) * 4;
        const to = ((y + top) * canvas.width + x + left) * 4;
        let difference = 0;
        for (let channel = 0; channel < 3; channel += 1) {
          difference = Math.max(difference, Math.abs((theirs[from + channel] ?? 0) - (ours[to + channel] ?? 0)));
        }
        compared += 1;
        if (difference > 1) wrong += 1;
        if (difference > largest) largest = difference;
      }
    }
    return { compared, largest, wrongShare: wrong / Math.max(1, compared) };
  }, renderedUrl);
}
