import { adjusted, type DisplayAdjustment, isAsStored } from '#shared/imaging/display-adjustment.ts';

const SVG = 'http://www.w3.org/2000/svg';
/** One entry for each value of a byte, so that what is shown is the formula and nothing between. */
const ENTRIES = 256;
let count = 0;

export interface DisplayFilter {
  set(adjustment: DisplayAdjustment): void;
  dispose(): void;
}

/** Shows everything painted in `shown` through an adjustment: a filter of the page, the pixels stay what they are. */
export function createDisplayFilter(host: HTMLElement, shown: HTMLElement): DisplayFilter {
  count += 1;
  const id = `display-adjustment-${count}`;
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('aria-hidden', 'true');
  svg.style.cssText = 'position:absolute;width:0;height:0';
  const filter = document.createElementNS(SVG, 'filter');
  filter.id = id;
  filter.setAttribute('color-interpolation-filters', 'sRGB');
  const transfer = document.createElementNS(SVG, 'feComponentTransfer');
  const channels = ['feFuncR', 'feFuncG', 'feFuncB'].map((name) => document.createElementNS(SVG, name));
  for (const channel of channels) channel.setAttribute('type', 'table');
  transfer.append(...channels);
  filter.append(transfer);
  svg.append(filter);
  host.append(svg);
  return {
    set(adjustment) {
      if (isAsStored(adjustment)) {
        shown.style.filter = '';
        return;
      }
      const table = Array.from({ length: ENTRIES }, (_, at) => adjusted(at / (ENTRIES - 1), adjustment).toFixed(4));
      for (const channel of channels) channel.setAttribute('tableValues', table.join(' '));
      shown.style.filter = `url(#${id})`;
    },
    dispose: () => svg.remove(),
  };
}
