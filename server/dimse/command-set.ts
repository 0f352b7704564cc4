import { ProtocolError } from './protocol-error.ts';

/** Command sets (PS3.7 section 6.3 and annex E): always Implicit VR Little Endian, always group 0000. */

export const COMMAND = {
  storeRequest: 0x0001,
  getRequest: 0x0010,
  findRequest: 0x0020,
  moveRequest: 0x0021,
  echoRequest: 0x0030,
  cancel: 0x0fff,
  storeResponse: 0x8001,
} as const;

/** The bit that makes a response of a request. */
export const RESPONSE = 0x8000;
const NO_DATA_SET = 0x0101;

/** What a message says besides its data set; absent members are not in it. */
export interface Command {
  readonly field: number;
  readonly messageId?: number;
  readonly respondedTo?: number;
  readonly hasData: boolean;
  readonly affectedSopClass?: string;
  readonly affectedSopInstance?: string;
  readonly priority?: number;
  readonly status?: number;
  readonly comment?: string;
  readonly moveDestination?: string;
  readonly moveOriginator?: string;
  readonly moveOriginatorMessageId?: number;
  readonly remaining?: number;
  readonly completed?: number;
  readonly failed?: number;
  readonly warnings?: number;
}

type Key = Exclude<keyof Command, 'hasData'>;

const ELEMENTS: readonly (readonly [element: number, form: 'number' | 'uid' | 'text', key: Key])[] = [
  [0x0002, 'uid', 'affectedSopClass'],
  [0x0100, 'number', 'field'],
  [0x0110, 'number', 'messageId'],
  [0x0120, 'number', 'respondedTo'],
  [0x0600, 'text', 'moveDestination'],
  [0x0700, 'number', 'priority'],
  [0x0900, 'number', 'status'],
  [0x0902, 'text', 'comment'],
  [0x1000, 'uid', 'affectedSopInstance'],
  [0x1020, 'number', 'remaining'],
  [0x1021, 'number', 'completed'],
  [0x1022, 'number', 'failed'],
  [0x1023, 'number', 'warnings'],
  [0x1030, 'text', 'moveOriginator'],
  [0x1031, 'number', 'moveOriginatorMessageId'],
];
const DATA_SET_TYPE = 0x0800;

/** @throws ProtocolError */
export function decodeCommand(bytes: Buffer): Command {
  const values = new Map<number, Buffer>();
  for (let at = 0; at < bytes.byteLength; ) {
    if (at + 8 > bytes.byteLength) throw new ProtocolError('a command that ends inside an element');
    const end = at + 8 + bytes.readUInt32LE(at + 4);
    if (bytes.readUInt16LE(at) !== 0 || end > bytes.byteLength) throw new ProtocolError('a malformed command');
    values.set(bytes.readUInt16LE(at + 2), bytes.subarray(at + 8, end));
    at = end;
  }
  const command: { -readonly [key in keyof Command]?: unknown } = {};
  for (const [element, form, key] of ELEMENTS) {
    const value = values.get(element);
    if (value === undefined) continue;
    if (form === 'number') command[key] = numberOf(value);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL pads UIDs
    else command[key] = value.toString('latin1').replace(/^ +|[ \u0000]+$/g, '');
  }
  const type = values.get(DATA_SET_TYPE);
  if (command.field === undefined || type === undefined) throw new ProtocolError('a command without its kind');
  // Every member was read in the form its key has.
  return { ...(command as unknown as Command), hasData: numberOf(type) !== NO_DATA_SET };
}

function numberOf(value: Buffer): number {
  if (value.byteLength < 2) throw new ProtocolError('a command with an empty number');
  return value.readUInt16LE(0);
}

export function encodeCommand(command: Command): Buffer {
  const rows: (readonly [number, Buffer])[] = [[DATA_SET_TYPE, encodeNumber(command.hasData ? 1 : NO_DATA_SET)]];
  for (const [element, form, key] of ELEMENTS) {
    const value = command[key];
    if (typeof value === 'number') rows.push([element, encodeNumber(Math.min(value, 0xffff))]);
    else if (value !== undefined) rows.push([element, padded(value, form === 'uid' ? '\0' : ' ')]);
  }
  const body = Buffer.concat(rows.sort(([a], [b]) => a - b).map(([element, value]) => encodeElement(element, value)));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.byteLength);
  return Buffer.concat([encodeElement(0, length), body]);
}

function encodeElement(element: number, value: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(element, 2);
  head.writeUInt32LE(value.byteLength, 4);
  return Buffer.concat([head, value]);
}

function encodeNumber(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function padded(text: string, padding: string): Buffer {
  return Buffer.from(text.length % 2 === 0 ? text : text + padding, 'latin1');
}
