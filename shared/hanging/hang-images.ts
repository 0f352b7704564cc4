import type { HangingProtocol, SetCondition, ViewportRule } from './hanging-protocol.ts';
import { sharesRegion } from './prior-studies.ts';

/** A display set as protocols look at it. */
export interface HangableSet {
  /** Names the set on the page. */
  readonly key: string;
  readonly studyUid: string;
  readonly modality: string;
  readonly bodyPart: string;
  readonly view: string;
  readonly laterality: string;
  readonly plane: 'axial' | 'coronal' | 'sagittal' | null;
  readonly kind: 'stack' | 'localiser' | 'single' | 'multi-frame';
  readonly frameCount: number;
  /** Of the series. */
  readonly description: string;
  readonly studyDescription: string;
}

/** What is to be read, what it may be compared with (the most alike first), and every display set of both. */
export interface HangableMaterial {
  readonly currentStudyUid: string;
  readonly priorStudyUids: readonly string[];
  readonly sets: readonly HangableSet[];
}

/** A protocol laid out: what stands in each of its viewports, row by row; null stays empty. */
export interface Hanging {
  readonly protocol: HangingProtocol;
  readonly keys: readonly (string | null)[];
}

const upper = (text: string): string => text.trim().toUpperCase();

/** Whether `part` is somewhere in one of the texts, in any case; an empty part is in all. */
function isWithin(part: string, ...texts: readonly string[]): boolean {
  return part.trim() === '' || texts.some((text) => upper(text).includes(upper(part)));
}

/** Whether a set is what a condition asks for. */
export function fits(set: HangableSet, condition: SetCondition): boolean {
  const { modalities, bodyPart, views, laterality, plane, description } = condition;
  return (
    (modalities.length === 0 || modalities.some((one) => upper(one) === upper(set.modality))) &&
    (views.length === 0 || views.some((one) => upper(one) === upper(set.view))) &&
    (laterality === null || laterality === upper(set.laterality)) &&
    (plane === null || plane === set.plane) &&
    isWithin(bodyPart, set.bodyPart, set.description, set.studyDescription) &&
    isWithin(description, set.description)
  );
}

/** Localisers stand behind what they were made for; the rest keeps its order. */
function readingOrder(sets: readonly HangableSet[]): HangableSet[] {
  return [...sets.filter(({ kind }) => kind !== 'localiser'), ...sets.filter(({ kind }) => kind === 'localiser')];
}

/** The sets of a study that are what a condition asks for, in the order in which rules count them. */
export function fittingSets(material: HangableMaterial, studyUid: string, condition: SetCondition): HangableSet[] {
  return readingOrder(material.sets.filter((set) => set.studyUid === studyUid && fits(set, condition)));
}

/** Plain radiographs are compared, whatever took them up. */
function kindOfImage(modality: string): string {
  return ['CR', 'DX', 'RG'].includes(modality) ? 'DX' : modality;
}

/** How much a set is like another; 0 for what is not to be compared. */
function likeness(set: HangableSet, other: HangableSet): number {
  if (kindOfImage(set.modality) !== kindOfImage(other.modality)) return 0;
  if ((set.kind === 'localiser') !== (other.kind === 'localiser')) return 0;
  // A head is not the prior of a chest.
  if (set.bodyPart !== '' && other.bodyPart !== '' && !sharesRegion(set.bodyPart, other.bodyPart)) return 0;
  // One breast is never the prior of the other, nor one view of another.
  if (set.laterality !== '' && other.laterality !== '' && set.laterality !== other.laterality) return 0;
  if (set.view !== '' && other.view !== '' && set.view !== other.view) return 0;
  const points = [
    set.view !== '' && set.view === other.view,
    set.plane === other.plane,
    set.bodyPart !== '' && upper(set.bodyPart) === upper(other.bodyPart),
    set.description !== '' && upper(set.description) === upper(other.description),
    set.frameCount > 1 === other.frameCount > 1,
  ];
  return 1 + points.filter(Boolean).length;
}

/** What the viewport of a rule shows; `shown` is what the ones before it show. */
function chosenBy(
  rule: ViewportRule,
  material: HangableMaterial,
  shown: readonly (HangableSet | null)[],
): HangableSet | null {
  const studies = rule.study === 'current' ? [material.currentStudyUid] : material.priorStudyUids;
  const pattern = rule.like === null ? null : (shown[rule.like] ?? null);
  if (rule.like !== null && pattern === null) return null;
  for (const studyUid of studies) {
    const fitting = fittingSets(material, studyUid, rule.condition);
    if (pattern === null) {
      const found = fitting[rule.nth];
      if (found !== undefined) return found;
      continue;
    }
    const [best] = fitting
      .map((set) => ({ set, likeness: likeness(set, pattern) }))
      .filter((one) => one.likeness > 0)
      .sort((a, b) => b.likeness - a.likeness);
    if (best !== undefined) return best.set;
  }
  return null;
}

/** Lays out a protocol, whether it is meant for the material or not. */
export function hang(protocol: HangingProtocol, material: HangableMaterial): Hanging {
  const shown: (HangableSet | null)[] = [];
  for (const rule of protocol.viewports) shown.push(chosenBy(rule, material, shown));
  return { protocol, keys: shown.map((set) => set?.key ?? null) };
}

/** Whether a protocol is for this material: its conditions hold, and enough of its viewports find what they want. */
export function isMeantFor(protocol: HangingProtocol, material: HangableMaterial): boolean {
  const has = (studyUid: string): boolean =>
    material.sets.some(
      (set) =>
        set.studyUid === studyUid &&
        (protocol.modalities.length === 0 || protocol.modalities.some((one) => upper(one) === upper(set.modality))) &&
        isWithin(protocol.bodyPart, set.bodyPart, set.description, set.studyDescription),
    );
  if (!has(material.currentStudyUid)) return false;
  if (protocol.needsPrior && !material.priorStudyUids.some(has)) return false;
  return hang(protocol, material).keys.filter((key) => key !== null).length >= protocol.fewest;
}

/** The first protocol of the list that is meant for the material, laid out; null when none is. */
export function chooseHanging(protocols: readonly HangingProtocol[], material: HangableMaterial): Hanging | null {
  const protocol = protocols.find((one) => isMeantFor(one, material));
  return protocol === undefined ? null : hang(protocol, material);
}
