import { COLOR_MAP_NAMES } from '#shared/imaging/color-maps.ts';
import type { FrameStatus } from '#viewer/engines/image-engine.ts';

export interface ViewFacts {
  readonly frame: FrameStatus;
  readonly inverted: boolean;
  /** Lines of who the patient is; null leaves them out. */
  readonly who: string | null;
  /** Lines of study and series. */
  readonly what: string;
  /** From where and when the picture was taken. */
  readonly origin: string;
}

export const NOT_FOR_DIAGNOSIS = 'Not for primary diagnosis';

function short(value: number): string {
  return String(Number(value.toPrecision(4))).replace('-', '−');
}

/** What must stand beside a picture that leaves the page: whose, of what, how it is shown, and what it is not for. */
export function viewTexts({ frame, inverted, who, what, origin }: ViewFacts): readonly string[] {
  const { pet, fusion } = frame;
  const factor = pet?.factor ?? 1;
  const unit = pet === null || pet.kind === 'modality' ? '' : ` SUV${pet.kind}`;
  const window =
    frame.windowName ?? `W ${short(frame.windowWidth * factor)} L ${short(frame.windowCenter * factor)}${unit}`;
  const position = frame.positionMm === null ? '' : ` at ${frame.positionMm.toFixed(1).replace('-', '−')} mm`;
  const place = frame.count > 1 ? `Slice ${frame.index + 1}/${frame.count}${position}` : 'Single image';
  const how = [
    place,
    window,
    inverted ? 'Inverted' : '',
    frame.colorMap === null ? '' : `Colours: ${COLOR_MAP_NAMES[frame.colorMap]}`,
    frame.scaleNote ?? '',
    ...frame.fidelity.map(({ text }) => text),
  ];
  return [
    ...(who === null ? [] : [who.replaceAll('\n', ' · ')]),
    what.replaceAll('\n', ' · '),
    [...new Set(how)].filter(Boolean).join(' · '),
    ...(fusion === null ? [] : [fusionText(fusion)]),
    `${NOT_FOR_DIAGNOSIS} · ${origin}`,
  ];
}

function fusionText({ name, colors, opacity, window, factor, unit }: NonNullable<FrameStatus['fusion']>): string {
  const ends = [window.center - window.width / 2, window.center + window.width / 2].map((end) => short(end * factor));
  return `Over it ${name}: ${COLOR_MAP_NAMES[colors]} ${ends.join(' to ')} ${unit}, ${Math.round(opacity * 100)} %`;
}
