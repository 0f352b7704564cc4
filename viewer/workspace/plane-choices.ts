import type { SlideSummary } from '#shared/api/material.ts';
import type { ChannelView, PlaneSelection } from '#shared/imaging/plane-selection.ts';

type Planes = Pick<SlideSummary, 'focalPlanes' | 'defaultFocalPlane' | 'channels'>;

/** Index of the focal plane that is shown. */
export function chosenPlane({ defaultFocalPlane }: Planes, { focalPlane }: PlaneSelection): number {
  return focalPlane ?? defaultFocalPlane;
}

/** The selection some planes above, held on the slide. */
export function steppedPlane(slide: Planes, planes: PlaneSelection, by: number): PlaneSelection {
  const plane = Math.min(slide.focalPlanes.length - 1, Math.max(0, chosenPlane(slide, planes) + by));
  return { ...planes, focalPlane: plane };
}

/** "3 / 5 · +1.5 µm"; the height only where the file says it. */
export function planeText(slide: Planes, planes: PlaneSelection): string {
  const plane = chosenPlane(slide, planes);
  const count = `${plane + 1} / ${slide.focalPlanes.length}`;
  const zUm = slide.focalPlanes[plane]?.zUm ?? null;
  if (zUm === null) return count;
  const rounded = Number(zUm.toFixed(2));
  return `${count} · ${rounded > 0 ? '+' : rounded < 0 ? '−' : ''}${Math.abs(rounded)} µm`;
}

/** The channels that are shown: all of light, or the first of those that have their own colours. */
export function shownChannels({ channels }: Planes, planes: PlaneSelection): readonly ChannelView[] {
  if (planes.channels.length > 0) return planes.channels;
  const all = channels.map((_, index): ChannelView => ({ index, colour: null, window: null }));
  return channels.some(({ window }) => window !== null) ? all : all.slice(0, 1);
}

/** Ends and step of a slider for the window of a channel: somewhat beyond the window the file proposes. */
export function windowBounds(
  { window }: Planes['channels'][number],
  view: ChannelView | null,
): { readonly min: number; readonly max: number; readonly step: number } {
  const [low, high] = [window?.low ?? 0, window?.high ?? 255];
  const min = Math.min(0, low, view?.window?.low ?? 0);
  const max = Math.max(high + (high - low) / 2, view?.window?.high ?? high);
  const step = max - min > 20 ? 1 : (max - min) / 100;
  return { min, max: step === 1 ? Math.ceil(max) : max, step };
}
