import { type DicomAttributes, jsonAttributes } from '#shared/dicom/attributes.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { type JsonOverlay, jsonOverlays } from '#shared/dicom/json-overlays.ts';
import { readItemTable } from '#shared/dicom/lookup-tables.ts';
import type { OverlaidImage } from '#shared/dicom/overlays.ts';
import { readShutter } from '#shared/dicom/shutter.ts';
import { TAG } from '#shared/dicom/tag.ts';
import type { DisplayShutter } from '#shared/imaging/display-shutter.ts';
import { isTurned } from '#shared/imaging/grey-scale.ts';
import type { LookupTable } from '#shared/imaging/lookup-table.ts';

/** What an instance asks of a display besides a window; the same for all of its frames. */
export interface DisplayAttributes {
  /** In place of the rescale (PS3.3 C.11.1.1). */
  readonly modalityLut: LookupTable | null;
  /** What the entries of that table are: HU, OD, US … */
  readonly modalityLutType: string | null;
  /** VOI LUT Sequence (PS3.3 C.11.2.1.1), with the explanations of the file. */
  readonly voiLuts: readonly { readonly name: string; readonly table: LookupTable }[];
  /** By Presentation LUT Shape, else by MONOCHROME1: white is what would be black. */
  readonly turned: boolean;
  readonly overlays: readonly JsonOverlay[];
  readonly shutter: DisplayShutter | null;
  /** Tables of the file that cannot be used, in words. */
  readonly unusable: readonly string[];
}

const known = new WeakMap<DicomJsonDataset, DisplayAttributes>();

/** Reads them, once an instance. `stored` tells whether values may lie below zero before and after the rescale. */
export function displayAttributesOf(
  instance: DicomJsonDataset,
  image: OverlaidImage & { readonly photometricInterpretation: string },
  stored: { readonly signed: boolean; readonly mayBeNegative: boolean },
): DisplayAttributes {
  const read = known.get(instance);
  if (read !== undefined) return read;
  const dataset = jsonAttributes(instance);
  const [modalityItem] = dataset.items(TAG.ModalityLUTSequence);
  const modalityLut = modalityItem === undefined ? null : readItemTable(modalityItem, stored.signed);
  const voiItems = dataset.items(TAG.VOILUTSequence);
  const voiLuts = voiItems.flatMap((item, i) => tableOf(item, i, voiItems.length, stored.mayBeNegative));
  const attributes: DisplayAttributes = {
    modalityLut,
    modalityLutType: modalityItem?.text(TAG.ModalityLUTType) ?? null,
    voiLuts,
    turned: isTurned(image.photometricInterpretation, shapeOf(dataset.text(TAG.PresentationLUTShape))),
    overlays: jsonOverlays(instance, image),
    shutter: readShutter(instance),
    unusable: [
      ...(modalityItem !== undefined && modalityLut === null ? ['Modality LUT of the file cannot be used'] : []),
      ...(voiLuts.length < voiItems.length ? ['A VOI LUT of the file cannot be used'] : []),
    ],
  };
  known.set(instance, attributes);
  return attributes;
}

function tableOf(
  item: DicomAttributes,
  at: number,
  count: number,
  mayBeNegative: boolean,
): DisplayAttributes['voiLuts'] {
  const table = readItemTable(item, mayBeNegative);
  const name = item.text(TAG.LUTExplanation) ?? (count > 1 ? `Table ${at + 1}` : 'Table');
  return table === null ? [] : [{ name, table }];
}

function shapeOf(text: string | null): 'IDENTITY' | 'INVERSE' | null {
  return text === 'IDENTITY' || text === 'INVERSE' ? text : null;
}
