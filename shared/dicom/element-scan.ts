/**
 * The one reading of a DICOM data set's structure (PS3.5 section 7): iterative, bounded, never past what is there.
 *
 * It keeps its own stack, so that 20,000 nested sequences meet a limit and not the end of the machine's stack, and
 * it builds the element table itself, so that no second parser can understand the same bytes differently.
 */
import { AppError } from '#shared/errors.ts';
import type { DicomBounds } from './bounds.ts';
import { findTag, implicitVr } from './dictionary.ts';
import type { RepairLog } from './repairs.ts';
import { formatTag, TAG } from './tag.ts';

/** Where an element's value lies. `items` is there for sequences only. */
export interface DicomElement {
  readonly tag: number;
  readonly vr: string;
  readonly offsetBytes: number;
  /** Of the value; 0 for sequences, whose content is in `items`. */
  readonly lengthBytes: number;
  readonly items?: DicomElements[];
}

export type DicomElements = Map<number, DicomElement>;

/** Where the pixel data of the object starts; `lengthBytes` is undefined when it is encapsulated. */
export interface PixelDataLocation {
  readonly tag: number;
  readonly vr: string;
  readonly offsetBytes: number;
  readonly lengthBytes: number | undefined;
}

export interface ElementScan {
  readonly elements: DicomElements;
  readonly pixelData: PixelDataLocation | null;
  /** First byte not read. */
  readonly endBytes: number;
}

export interface ScanOptions {
  readonly startBytes: number;
  readonly explicitVr: boolean;
  readonly littleEndian: boolean;
  /** Size of the whole object when `bytes` is only its beginning. */
  readonly totalBytes: number;
  readonly bounds: DicomBounds;
  /** Stops before the first element of another group: reads the File Meta Information (PS3.10 section 7.1). */
  readonly onlyGroup?: number;
  /** Where to write down what is wrong but can be read. */
  readonly repairs?: RepairLog;
}

/** Thrown when `bytes` is the beginning of a longer object and the header goes on behind it. */
export class HeaderContinues extends Error {
  readonly neededBytes: number;

  constructor(neededBytes: number) {
    super('the header continues behind the bytes given');
    this.neededBytes = neededBytes;
  }
}

const UNDEFINED_LENGTH = 0xffffffff;
const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
const SEQUENCE_END = 0xfffee0dd;
/** VRs with two reserved bytes and a 32-bit length (PS3.5 table 7.1-1). */
const LONG_VRS = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const SHORT_VRS = new Set('AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US'.split(' '));
const PIXEL_TAGS: ReadonlySet<number> = new Set([TAG.FloatPixelData, TAG.DoubleFloatPixelData, TAG.PixelData]);

interface Level {
  /** Of the sequence; 0 for the data set itself. */
  readonly tag: number;
  readonly endBytes: number;
  /** True when a delimiter and not a length closes this level. */
  readonly delimited: boolean;
  readonly explicitVr: boolean;
  readonly littleEndian: boolean;
  /** The elements of an item or data set, or null for the inside of a sequence. */
  readonly elements: DicomElements | null;
  /** The items of a sequence, or null for an item. */
  readonly items: DicomElements[] | null;
  /** Of the element read last. */
  lastTag: number;
}

/** Reads the structure of one data set. @throws AppError DICOM_MALFORMED, DICOM_TOO_…; HeaderContinues */
export function scanElements(bytes: Uint8Array, options: ScanOptions): ElementScan {
  return new ElementScanner(bytes, options).run();
}

class ElementScanner {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly options: ScanOptions;
  private readonly root: DicomElements = new Map();
  private readonly levels: Level[];
  private position: number;
  private count = 0;
  private depth = 0;

  constructor(bytes: Uint8Array, options: ScanOptions) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.options = options;
    this.position = options.startBytes;
    this.levels = [
      {
        tag: 0,
        endBytes: options.totalBytes,
        delimited: false,
        explicitVr: options.explicitVr,
        littleEndian: options.littleEndian,
        elements: this.root,
        items: null,
        lastTag: -1,
      },
    ];
  }

  run(): ElementScan {
    for (;;) {
      const level = this.levels[this.levels.length - 1];
      if (!level) return this.result(null);
      if (this.position >= level.endBytes) {
        if (level.delimited && this.position >= this.options.totalBytes) this.malformed('the file ends in a sequence');
        if (level.delimited) this.note('delimiter-missing', level.tag);
        this.pop(level);
      } else if (level.items) {
        this.readItem(level, level.items);
      } else if (level.elements) {
        const pixelData = this.readElement(level, level.elements);
        if (pixelData !== undefined) return this.result(pixelData);
      }
    }
  }

  /** One step inside a sequence: an item, or its end. */
  private readItem(level: Level, items: DicomElements[]): void {
    this.need(8, level);
    const tag = this.readTag(level.littleEndian);
    const length = this.view.getUint32(this.position + 4, level.littleEndian);
    if (tag === SEQUENCE_END) {
      if (!level.delimited) this.note('delimiter-stray', level.tag);
      this.position = level.delimited ? this.position + 8 : level.endBytes;
      this.pop(level);
      return;
    }
    if (tag !== ITEM) this.malformed('an item of a sequence is expected');
    this.countOne();
    this.position += 8;
    const delimited = length === UNDEFINED_LENGTH;
    const elements: DicomElements = new Map();
    items.push(elements);
    const endBytes = delimited ? level.endBytes : this.position + length;
    if (endBytes > level.endBytes) this.malformed(`an item claims ${length} bytes, more than its sequence has`);
    this.levels.push({ ...level, endBytes, delimited, elements, items: null, lastTag: -1 });
  }

  /** One element. @returns where the pixel data lies, null at the end of the wanted part, undefined to go on */
  private readElement(level: Level, elements: DicomElements): PixelDataLocation | null | undefined {
    const top = this.levels.length === 1;
    if (top && this.options.totalBytes - this.position < 8 && this.isPadding()) {
      if (this.position < this.options.totalBytes) this.note('padding-trailing', 0);
      return null;
    }
    this.need(8, level);
    const start = this.position;
    const tag = this.readTag(level.littleEndian);
    if (top && this.options.onlyGroup !== undefined && tag >>> 16 !== this.options.onlyGroup) return null;
    if (tag >>> 16 === 0xfffe) {
      this.readDelimiter(level, tag);
      return undefined;
    }
    // Some writers pad the file with zeros behind the last element.
    if (top && tag === 0 && elements.size > 0) {
      this.note('padding-trailing', 0);
      return null;
    }
    this.countOne();
    const { vr, length, explicitVr } = this.readHead(level, tag);
    this.inspect(level, elements, tag, vr, length);

    if (top && PIXEL_TAGS.has(tag)) {
      const lengthBytes = length === UNDEFINED_LENGTH ? undefined : length;
      return { tag, vr, offsetBytes: this.position, lengthBytes };
    }
    if (length === UNDEFINED_LENGTH && (vr === 'OB' || vr === 'OW')) {
      this.skipFragments(level);
      elements.set(tag, { tag, vr, offsetBytes: start, lengthBytes: 0 });
      return undefined;
    }
    const isSequence = vr === 'SQ' || length === UNDEFINED_LENGTH;
    if (length === UNDEFINED_LENGTH && vr !== 'SQ' && vr !== 'UN') {
      this.malformed(`an element of VR ${vr} has no length`, start);
    }
    if (isSequence) {
      // A sequence hidden in UN is always implicit little endian (PS3.5 section 6.2.2).
      const inner =
        vr === 'UN' ? { explicitVr: false, littleEndian: true } : { explicitVr, littleEndian: level.littleEndian };
      this.pushSequence(level, elements, tag, length, inner);
      return undefined;
    }
    if (length > level.endBytes - this.position) {
      this.malformed(`an element claims ${length} bytes where ${level.endBytes - this.position} are left`, start);
    }
    if (vr === 'UN' && implicitVr(tag) === 'SQ' && this.startsWithItem(length)) {
      this.pushSequence(level, elements, tag, length, { explicitVr: false, littleEndian: true });
      return undefined;
    }
    elements.set(tag, {
      tag,
      vr: level.littleEndian ? retype(tag, vr) : vr,
      offsetBytes: this.position,
      lengthBytes: length,
    });
    this.position += length;
    if (this.position - this.options.startBytes > this.options.bounds.maxHeaderBytes) this.tooLarge();
    return undefined;
  }

  /** VR and length; leaves the position at the value. */
  private readHead(level: Level, tag: number): { vr: string; length: number; explicitVr: boolean } {
    const start = this.position;
    const letters = String.fromCharCode(this.bytes[start + 4] ?? 0, this.bytes[start + 5] ?? 0);
    if (level.explicitVr && SHORT_VRS.has(letters)) {
      this.position = start + 8;
      return { vr: letters, length: this.view.getUint16(start + 6, level.littleEndian), explicitVr: true };
    }
    // VRs we do not know have the long form (PS3.5 section 6.2.2); two bytes that are no letters at all mean that
    // the writer fell back to implicit VR for this element.
    const known = LONG_VRS.has(letters);
    if (level.explicitVr && (known || /^[A-Z]{2}$/.test(letters))) {
      this.need(12, level);
      this.position = start + 12;
      const vr = known ? letters : 'UN';
      if (!known) this.note('vr-unknown', tag);
      return { vr, length: this.view.getUint32(start + 8, level.littleEndian), explicitVr: true };
    }
    this.position = start + 8;
    const length = this.view.getUint32(start + 4, level.littleEndian);
    if (level.explicitVr) this.note('vr-missing', tag);
    const listed = implicitVr(tag);
    const vr = listed === 'ox' ? 'OW' : length === UNDEFINED_LENGTH ? 'SQ' : listed;
    return { vr, length, explicitVr: false };
  }

  private readDelimiter(level: Level, tag: number): void {
    if (tag === ITEM_END && level.delimited) {
      this.position += 8;
      this.pop(level);
    } else if (tag === SEQUENCE_END && this.levels.length > 1) {
      // The writer forgot to close the item; the sequence above reads this delimiter.
      this.note('delimiter-missing', level.tag);
      this.pop(level);
    } else if (tag === ITEM_END || tag === SEQUENCE_END) {
      this.note('delimiter-stray', level.tag);
      this.position += 8;
    } else {
      this.malformed('an item stands outside of a sequence');
    }
  }

  private pushSequence(
    level: Level,
    elements: DicomElements,
    tag: number,
    length: number,
    inner: { explicitVr: boolean; littleEndian: boolean },
  ): void {
    const delimited = length === UNDEFINED_LENGTH;
    const endBytes = delimited ? level.endBytes : this.position + length;
    if (endBytes > level.endBytes) this.malformed(`a sequence claims ${length} bytes, more than there are`);
    this.depth++;
    if (this.depth > this.options.bounds.maxDepth) {
      throw new AppError('DICOM_TOO_DEEP', { limit: this.options.bounds.maxDepth });
    }
    const items: DicomElements[] = [];
    elements.set(tag, { tag, vr: 'SQ', offsetBytes: this.position, lengthBytes: 0, items });
    this.levels.push({ tag, endBytes, delimited, ...inner, elements: null, items, lastTag: -1 });
  }

  /** Passes over encapsulated data that is not the image itself, such as an icon (PS3.5 A.4). */
  private skipFragments(level: Level): void {
    for (;;) {
      this.need(8, level);
      const tag = this.readTag(level.littleEndian);
      const length = this.view.getUint32(this.position + 4, level.littleEndian);
      this.position += 8;
      if (tag === SEQUENCE_END) return;
      if (tag !== ITEM || length > level.endBytes - this.position) this.malformed('a fragment is expected');
      this.countOne();
      this.position += length;
    }
  }

  /** Defects of an element that do not stop its reading. */
  private inspect(level: Level, elements: DicomElements, tag: number, vr: string, length: number): void {
    if (tag < level.lastTag) this.note('elements-unordered', tag);
    if (elements.has(tag)) this.note('element-repeated', tag);
    level.lastTag = tag;
    if (length % 2 === 1 && length !== UNDEFINED_LENGTH) this.note('length-odd', tag);
    if (level.explicitVr && vr !== 'UN' && !fitsDictionary(tag, vr)) this.note('vr-differs', tag);
  }

  private note(code: Parameters<RepairLog['note']>[0], tag: number): void {
    this.options.repairs?.note(code, tag === 0 ? undefined : () => this.pathOf(tag));
  }

  /** `(0040,A730)[2]/(0040,A160)`: the sequences that are open, their items by number, and the element. */
  private pathOf(tag: number): string {
    const outer = this.levels.flatMap(({ tag: sequence, items }) =>
      items === null || sequence === tag ? [] : [`${formatTag(sequence)}[${items.length}]/`],
    );
    return `${outer.join('')}${formatTag(tag)}`;
  }

  private pop(level: Level): void {
    this.levels.pop();
    if (level.items) this.depth--;
  }

  private readTag(littleEndian: boolean): number {
    const group = this.view.getUint16(this.position, littleEndian);
    return group * 0x10000 + this.view.getUint16(this.position + 2, littleEndian);
  }

  private startsWithItem(length: number): boolean {
    if (length === 0) return true;
    if (length < 8) return false;
    this.need(4);
    return this.readTag(true) === ITEM;
  }

  private isPadding(): boolean {
    for (let at = this.position; at < this.bytes.length; at++) if (this.bytes[at] !== 0) return false;
    return true;
  }

  private need(count: number, level?: Level): void {
    const end = this.position + count;
    if (end > (level?.endBytes ?? this.options.totalBytes)) this.malformed('the file ends inside an element');
    if (end - this.options.startBytes > this.options.bounds.maxHeaderBytes) this.tooLarge();
    if (end > this.bytes.length) throw new HeaderContinues(end);
  }

  private countOne(): void {
    this.count++;
    if (this.count > this.options.bounds.maxElements) {
      throw new AppError('DICOM_TOO_MANY_ELEMENTS', { limit: this.options.bounds.maxElements });
    }
  }

  private malformed(reason: string, offsetBytes = this.position): never {
    throw new AppError('DICOM_MALFORMED', { offsetBytes, reason });
  }

  private tooLarge(): never {
    throw new AppError('DICOM_HEADER_TOO_LARGE', { limitBytes: this.options.bounds.maxHeaderBytes });
  }

  private result(pixelData: PixelDataLocation | null): ElementScan {
    if (this.position > this.bytes.length) throw new HeaderContinues(this.position);
    return { elements: this.root, pixelData, endBytes: this.position };
  }
}

/** Whether a public tag has the VR of the dictionary; `lt` of look-up tables and the like leave the choice open. */
function fitsDictionary(tag: number, vr: string): boolean {
  const listed = findTag(tag)?.vr;
  if (listed === undefined || listed === vr || listed === 'UN') return true;
  if (listed === 'xs') return vr === 'US' || vr === 'SS' || vr === 'OW';
  // Tables of words are US, SS or OW as their descriptor wants (PS3.3 C.11.1.1).
  return (listed === 'ox' || listed === 'OB' || listed === 'OW') && /^(OB|OW|US|SS)$/.test(vr);
}

/** A public tag written as UN has its dictionary VR (PS3.5 section 6.2.2). */
function retype(tag: number, vr: string): string {
  if (vr !== 'UN') return vr;
  const known = implicitVr(tag);
  if (known === 'ox') return 'OW';
  return known === 'SQ' ? 'UN' : known;
}
