/** What a segment may be: category and type of PS3.16 CID 7150 and the groups it names, and what it is called. */
import type { CodedConcept } from '#shared/annotation/coded-concept.ts';

export interface SegmentTerm {
  readonly category: CodedConcept;
  readonly type: CodedConcept;
}

const sct = (value: string, meaning: string): CodedConcept => ({ value, scheme: 'SCT', meaning });

const ABNORMAL = sct('49755003', 'Morphologically Abnormal Structure');
const ANATOMY = sct('91723000', 'Anatomical Structure');
const TISSUE = sct('85756007', 'Tissue');

const of = (category: CodedConcept, types: readonly (readonly [string, string])[]): SegmentTerm[] =>
  types.map(([value, meaning]) => ({ category, type: sct(value, meaning) }));

/** In the order in which they are offered; the first stands for what nobody has named yet. */
export const SEGMENT_TERMS: readonly SegmentTerm[] = [
  ...of(TISSUE, [['85756007', 'Tissue']]),
  ...of(ABNORMAL, [
    ['52988006', 'Lesion'],
    ['4147007', 'Mass'],
    ['27925004', 'Nodule'],
    ['108369006', 'Neoplasm'],
    ['367643001', 'Cyst'],
    ['50960005', 'Hemorrhage'],
    ['35566002', 'Hematoma'],
    ['79654002', 'Edema'],
    ['6574001', 'Necrosis'],
    ['41699000', 'Effusion'],
  ]),
  ...of(ANATOMY, [
    ['12738006', 'Brain'],
    ['39607008', 'Lung'],
    ['80891009', 'Heart'],
    ['10200004', 'Liver'],
    ['78961009', 'Spleen'],
    ['64033007', 'Kidney'],
    ['15776009', 'Pancreas'],
    ['89837001', 'Bladder'],
    ['41216001', 'Prostate'],
    ['59441001', 'Lymph node'],
    ['272673000', 'Bone'],
    ['127954009', 'Skeletal muscle'],
  ]),
];

/** Colours of segments: apart from each other on grey, and from the colours of authors by being filled. */
export const SEGMENT_COLORS = ['#ff9f1c', '#4cc9f0', '#80ed99', '#f72585', '#ffd166', '#b8b8ff'] as const;
