/** Data sets from the DICOM JSON Model (PS3.18 Annex F), to be written as a file. */
import { AppError } from '#shared/errors.ts';
import { DICOM_BOUNDS } from './bounds.ts';
import { type EncodeText, encodeUtf8, textEncoderFor } from './charset-encode.ts';
import type { OutputElement } from './deidentification/output-element.ts';
import { encodeJsonValues } from './json-values.ts';
import { formatTag, TAG } from './tag.ts';

export interface JsonDataset {
  readonly elements: readonly OutputElement[];
  /**
   * True when the file says something else than the JSON: Specific Character Set became ISO_IR 192, because the set that
   * was named lacks a character, or a number has more digits than a DS.
   */
  readonly coerced: boolean;
}

/** Bytes of a BulkDataURI, or null when they are not known. */
export type BulkBytes = (uri: string) => Uint8Array | null;

const CHARSET_VRS = new Set(['LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UT']);
const VRS = new Set(
  'AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV'.split(' '),
);
const KEYS = ['vr', 'Value', 'InlineBinary', 'BulkDataURI'];
const UNICODE = 'ISO_IR 192';
/** Says how the bulk data was sent, not what the object is (PS3.18 table 10.4.1-5 and PS3.4 C.3.4). */
const AVAILABLE_TRANSFER_SYNTAX = 0x00083002;

/**
 * The elements of one data set, Explicit VR Little Endian. Group 0002, group lengths and Available Transfer Syntax UID
 * are passed over: whoever writes the file states them.
 * @throws AppError DICOM_JSON_INVALID, BULK_DATA_MISSING, DICOM_TOO_DEEP, DICOM_TOO_MANY_ELEMENTS
 */
export function datasetFromJson(json: unknown, bulk: BulkBytes): JsonDataset {
  try {
    return readWith(new JsonReader(bulk, false), json);
  } catch (error) {
    if (!(error instanceof CharacterMissing)) throw error;
    const declared = isRecord(json) && json['00080005'] !== undefined;
    const { elements, coerced } = readWith(new JsonReader(bulk, true), json);
    return { elements, coerced: coerced || declared };
  }
}

function readWith(reader: JsonReader, json: unknown): JsonDataset {
  return { elements: reader.read(json), coerced: reader.rounded };
}

/** Thrown inside: the declared set cannot write a text. */
class CharacterMissing extends Error {}

class JsonReader {
  private readonly bulk: BulkBytes;
  /** Every data set says ISO_IR 192, whatever it said before. */
  private readonly unicode: boolean;
  private count = 0;
  rounded = false;

  constructor(bulk: BulkBytes, unicode: boolean) {
    this.bulk = bulk;
    this.unicode = unicode;
  }

  read(json: unknown): OutputElement[] {
    const elements = this.dataset(json, '', 0, this.unicode ? encodeUtf8 : (textEncoderFor([]) as EncodeText));
    if (!this.unicode || elements.some(({ tag }) => tag === TAG.SpecificCharacterSet)) return elements;
    return [{ tag: TAG.SpecificCharacterSet, vr: 'CS', bytes: asciiOf(UNICODE) }, ...elements];
  }

  private dataset(json: unknown, path: string, depth: number, outer: EncodeText): OutputElement[] {
    if (!isRecord(json)) invalid(path || 'the data set', 'an object of attributes is expected');
    if (depth > DICOM_BOUNDS.maxDepth) throw new AppError('DICOM_TOO_DEEP', { limit: DICOM_BOUNDS.maxDepth });
    const encode = this.encoderOf(json, path) ?? outer;
    const elements: OutputElement[] = [];
    for (const [key, attribute] of Object.entries(json)) {
      if (!/^[0-9A-Fa-f]{8}$/.test(key))
        invalid(path || 'the data set', 'a name of an attribute is not 8 hexadecimals');
      const tag = Number.parseInt(key, 16);
      if (tag >>> 16 < 0x0008 || (tag & 0xffff) === 0 || tag === AVAILABLE_TRANSFER_SYNTAX) continue;
      this.count++;
      if (this.count > DICOM_BOUNDS.maxElements) {
        throw new AppError('DICOM_TOO_MANY_ELEMENTS', { limit: DICOM_BOUNDS.maxElements });
      }
      elements.push(this.element(tag, attribute, `${path}${formatTag(tag)}`, depth, encode));
    }
    return elements;
  }

  private element(tag: number, json: unknown, place: string, depth: number, encode: EncodeText): OutputElement {
    if (!isRecord(json)) invalid(place, 'an attribute is an object');
    const unknown = Object.keys(json).find((key) => !KEYS.includes(key));
    if (unknown !== undefined) invalid(place, 'an attribute has vr and one of Value, InlineBinary and BulkDataURI');
    const { vr, Value, InlineBinary, BulkDataURI } = json;
    if (typeof vr !== 'string' || !VRS.has(vr)) invalid(place, 'vr is none of the standard');
    if ([Value, InlineBinary, BulkDataURI].filter((one) => one !== undefined).length > 1) {
      invalid(place, 'there is more than one of Value, InlineBinary and BulkDataURI');
    }
    if (Value !== undefined && !Array.isArray(Value)) invalid(place, 'Value is a list');
    if (vr === 'SQ') {
      if (InlineBinary !== undefined || BulkDataURI !== undefined) invalid(place, 'a sequence has items');
      const items = (Value ?? []) as readonly unknown[];
      return { tag, vr, items: items.map((item, i) => this.item(item, `${place}[${i + 1}]/`, depth + 1, encode)) };
    }
    if (typeof BulkDataURI === 'string') {
      const bytes = this.bulk(BulkDataURI);
      if (bytes === null) throw new AppError('BULK_DATA_MISSING', { place });
      return { tag, vr, bytes };
    }
    if (BulkDataURI !== undefined) invalid(place, 'BulkDataURI is a text');
    if (tag === TAG.SpecificCharacterSet && this.unicode) return { tag, vr: 'CS', bytes: asciiOf(UNICODE) };
    const write = CHARSET_VRS.has(vr)
      ? (text: string) => encode(text) ?? missing()
      : (text: string) => bytesOf(text, place);
    return {
      tag,
      vr,
      bytes: encodeJsonValues(vr, (Value ?? []) as readonly unknown[], InlineBinary, write, place, () => {
        this.rounded = true;
      }),
    };
  }

  private item(json: unknown, path: string, depth: number, encode: EncodeText): OutputElement[] {
    // An item without attributes may be null (PS3.18 F.2.5).
    return json === null ? [] : this.dataset(json, path, depth, encode);
  }

  /** Null when the data set names no set of its own. */
  private encoderOf(json: Readonly<Record<string, unknown>>, path: string): EncodeText | null {
    const attribute = json['00080005'];
    if (this.unicode || attribute === undefined) return null;
    const values = isRecord(attribute) && Array.isArray(attribute.Value) ? (attribute.Value as unknown[]) : [];
    const terms = values.map((value) => value ?? '');
    if (!terms.every((term) => typeof term === 'string')) invalid(`${path}(0008,0005)`, 'a term is a text');
    return textEncoderFor(terms) ?? ((text) => (isAscii(text) ? asciiOf(text) : null));
  }
}

function missing(): never {
  throw new CharacterMissing();
}

function isAscii(text: string): boolean {
  return /^\p{ASCII}*$/u.test(text);
}

function asciiOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0x7f);
}

/** Text of VRs that know no character set, as we read it: bytes beyond ASCII do not belong there, but files have them. */
function bytesOf(text: string, place: string): Uint8Array {
  if ([...text].some((character) => (character.codePointAt(0) ?? 0) > 0xff))
    invalid(place, 'this VR has no characters beyond ASCII');
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(place: string, reason: string): never {
  throw new AppError('DICOM_JSON_INVALID', { place, reason });
}
