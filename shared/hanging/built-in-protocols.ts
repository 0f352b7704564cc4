import { ANY_SET, type HangingProtocol, PLAIN_RULE, type SetCondition, type ViewportRule } from './hanging-protocol.ts';

/** The protocols every reader begins with, the more particular ones first. */

const UNLINKED = { scroll: false, window: false, place: false, lines: true };
const TOGETHER = { scroll: true, window: true, place: true, lines: true };
const PROJECTIONS = ['CR', 'DX', 'RG'];

const of = (condition: Partial<SetCondition>, rule: Partial<ViewportRule> = {}): ViewportRule => ({
  ...PLAIN_RULE,
  ...rule,
  condition: { ...ANY_SET, ...condition },
});

/** Right and left breast stand back to back: the chest walls meet in the middle, at one scale. */
function breast(view: 'MLO' | 'CC', laterality: 'R' | 'L', study: ViewportRule['study']): ViewportRule {
  return of(
    { modalities: ['MG'], views: [view], laterality },
    { study, zoom: 'same-scale', align: laterality === 'R' ? 'right' : 'left' },
  );
}

const pairOf = (view: 'MLO' | 'CC', study: ViewportRule['study']): ViewportRule[] => [
  breast(view, 'R', study),
  breast(view, 'L', study),
];

function compared(modality: string, name: string): HangingProtocol {
  const condition = { modalities: [modality] };
  return {
    ...{ id: `built-in.${modality.toLowerCase()}-prior`, name, modalities: [modality], bodyPart: '' },
    ...{ needsPrior: true, fewest: 2, rows: 1, columns: 2, linked: TOGETHER },
    viewports: [of(condition), of(condition, { study: 'prior', like: 0 })],
  };
}

function grid(
  named: Pick<HangingProtocol, 'id' | 'name' | 'modalities'>,
  rows: number,
  columns: number,
  linked = UNLINKED,
): HangingProtocol {
  const { modalities } = named;
  return {
    ...named,
    ...{ bodyPart: '', needsPrior: false, fewest: rows * columns, rows, columns, linked },
    viewports: Array.from({ length: rows * columns }, (_, nth) => of({ modalities }, { nth })),
  };
}

export const BUILT_IN_PROTOCOLS: readonly HangingProtocol[] = [
  {
    ...{ id: 'built-in.mg-prior', name: 'Mammography with prior', modalities: ['MG'], bodyPart: '' },
    ...{ needsPrior: true, fewest: 5, rows: 2, columns: 4, linked: UNLINKED },
    viewports: (['MLO', 'CC'] as const).flatMap((view) => [...pairOf(view, 'current'), ...pairOf(view, 'prior')]),
  },
  {
    ...{ id: 'built-in.mg', name: 'Mammography', modalities: ['MG'], bodyPart: '' },
    ...{ needsPrior: false, fewest: 2, rows: 2, columns: 2, linked: UNLINKED },
    viewports: (['MLO', 'CC'] as const).flatMap((view) => pairOf(view, 'current')),
  },
  {
    ...{ id: 'built-in.pet-ct', name: 'PET and CT side by side', modalities: ['PT'], bodyPart: '' },
    ...{ needsPrior: false, fewest: 2, rows: 1, columns: 2, linked: { ...TOGETHER, window: false } },
    viewports: [of({ modalities: ['CT'], plane: 'axial' }), of({ modalities: ['PT'] })],
  },
  compared('CT', 'CT with prior'),
  compared('MR', 'MR with prior'),
  {
    ...{ id: 'built-in.projection-prior', name: 'Radiograph with prior', modalities: PROJECTIONS, bodyPart: '' },
    ...{ needsPrior: true, fewest: 2, rows: 1, columns: 2, linked: UNLINKED },
    viewports: [of({ modalities: PROJECTIONS }), of({ modalities: PROJECTIONS }, { study: 'prior', like: 0 })],
  },
  grid({ id: 'built-in.mr', name: 'MR, four series', modalities: ['MR'] }, 2, 2, {
    ...UNLINKED,
    scroll: true,
    place: true,
  }),
  grid({ id: 'built-in.us', name: 'Ultrasound, four images', modalities: ['US'] }, 2, 2),
  grid({ id: 'built-in.projection-two', name: 'Radiograph, two views', modalities: PROJECTIONS }, 1, 2),
  grid({ id: 'built-in.projection', name: 'Radiograph', modalities: PROJECTIONS }, 1, 1),
  grid({ id: 'built-in.single', name: 'One series', modalities: [] }, 1, 1),
];
