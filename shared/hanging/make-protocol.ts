import { fittingSets, type HangableMaterial, type HangableSet } from './hang-images.ts';
import { ANY_SET, type HangingProtocol, PLAIN_RULE, type SetCondition, type ViewportRule } from './hanging-protocol.ts';

/** Viewports as they are now; keys name display sets, null is an empty one. */
export interface PresentLayout {
  readonly rows: number;
  readonly columns: number;
  readonly keys: readonly (string | null)[];
  readonly linked: HangingProtocol['linked'];
}

/**
 * A protocol that lays out this material as it is now, and others alike: viewports are described by what tells their sets
 * apart, not by their names.
 */
export function protocolOfLayout(
  layout: PresentLayout,
  material: HangableMaterial,
  named: { readonly id: string; readonly name: string },
): HangingProtocol {
  const shown = layout.keys.map((key) => material.sets.find((set) => set.key === key) ?? null);
  const isCurrent = (set: HangableSet | null) => set !== null && set.studyUid === material.currentStudyUid;
  const modalities = [...new Set(shown.filter(isCurrent).map((set) => set?.modality ?? ''))];
  return {
    ...named,
    ...{ modalities, bodyPart: '', needsPrior: shown.some((set) => set !== null && !isCurrent(set)) },
    fewest: Math.max(1, shown.filter((set) => set !== null).length),
    ...{ rows: layout.rows, columns: layout.columns, linked: layout.linked },
    viewports: shown.map((set) => (set === null ? NOTHING : ruleOf(set, material, isCurrent(set)))),
  };
}

/** No set has this modality: the viewport stays empty. */
const NOTHING: ViewportRule = { ...PLAIN_RULE, condition: { ...ANY_SET, modalities: ['NONE'] } };

function ruleOf(set: HangableSet, material: HangableMaterial, isCurrent: boolean): ViewportRule {
  const laterality = set.laterality === 'R' || set.laterality === 'L' || set.laterality === 'B' ? set.laterality : null;
  const condition: SetCondition = {
    ...ANY_SET,
    ...{ modalities: [set.modality], views: set.view === '' ? [] : [set.view], laterality },
    plane: set.kind === 'localiser' ? null : set.plane,
  };
  const nth = fittingSets(material, set.studyUid, condition).indexOf(set);
  return { ...PLAIN_RULE, study: isCurrent ? 'current' : 'prior', condition, nth: Math.max(0, nth) };
}
