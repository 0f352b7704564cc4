/** What the split of a series and hanging protocols look at, from the DICOM JSON of an instance. */
import type { DisplayFacts } from '#shared/imaging/display-set.ts';
import { jsonAttributes } from './attributes.ts';
import type { DicomJsonDataset } from './dicom-json.ts';
import { TAG } from './tag.ts';

const VIEW_POSITION = 0x00185101;
const IMAGE_LATERALITY = 0x00200062;
const IMAGES_IN_ACQUISITION = 0x00201002;
const VIEW_CODE_SEQUENCE = 0x00540220;
const NUMBER_OF_SLICES = 0x00540081;
const CODE_VALUE = 0x00080100;
/** View codes of mammography (PS3.16 CID 4014) in SNOMED CT and in the codes used before. */
const VIEW_OF_CODE: Readonly<Record<string, string>> = {
  ...{ '399368009': 'MLO', 'R-10226': 'MLO', '399162004': 'CC', 'R-10242': 'CC', '399260004': 'ML', 'R-10224': 'ML' },
  ...{ '399352003': 'LM', 'R-10228': 'LM', '399196006': 'XCCL', 'R-1024A': 'XCCL', '399192008': 'FB', 'R-10244': 'FB' },
};
/** Number of Slices counts the images of one position of a PET series only; elsewhere it has other meanings. */
const COUNTS_SLICES = new Set(['PT']);

/** Null for an object without an image. */
export function displayFactsOf(instance: DicomJsonDataset): DisplayFacts | null {
  const dataset = jsonAttributes(instance);
  const [rows, columns] = [dataset.number(TAG.Rows), dataset.number(TAG.Columns)];
  const sopInstanceUid = dataset.text(TAG.SOPInstanceUID);
  if (rows === null || columns === null || sopInstanceUid === null) return null;
  const modality = dataset.text(TAG.Modality) ?? 'OT';
  const groups = [TAG.PerFrameFunctionalGroupsSequence, TAG.SharedFunctionalGroupsSequence].flatMap((sequence) => {
    const first = dataset.items(sequence)[0];
    return first === undefined ? [] : first.items(TAG.PlaneOrientationSequence);
  });
  const orientation = [...groups, dataset]
    .map((one) => one.numbers(TAG.ImageOrientationPatient).slice(0, 6))
    .find((numbers) => numbers.length === 6 && numbers.every(Number.isFinite));
  const code = dataset.items(VIEW_CODE_SEQUENCE)[0]?.text(CODE_VALUE) ?? null;
  const acquired = dataset.number(IMAGES_IN_ACQUISITION);
  return {
    sopInstanceUid,
    modality,
    instanceNumber: dataset.number(TAG.InstanceNumber),
    rows,
    columns,
    frameCount: Math.max(1, dataset.number(TAG.NumberOfFrames) ?? 1),
    imageType: (instance['00080008']?.Value ?? []).map((value) => String(value).trim().toUpperCase()),
    orientation: orientation === undefined ? null : [...orientation],
    frameOfReferenceUid: dataset.text(TAG.FrameOfReferenceUID),
    laterality: dataset.text(IMAGE_LATERALITY) ?? dataset.text(TAG.Laterality),
    view: (code === null ? undefined : VIEW_OF_CODE[code]) ?? dataset.text(VIEW_POSITION),
    bodyPart: dataset.text(TAG.BodyPartExamined),
    expectedCount: acquired ?? (COUNTS_SLICES.has(modality) ? dataset.number(NUMBER_OF_SLICES) : null),
  };
}
