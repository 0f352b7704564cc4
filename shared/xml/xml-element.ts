/**
 * A small reader of the XML that scanners and viewers write (XML 1.0, without document types). It knows elements,
 * attributes, text and CDATA; entities beyond the five predefined and numeric ones are refused, for their only use here
 * is an attack.
 */

export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  /** By name without prefix. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Text directly inside, all pieces together, trimmed. */
  readonly text: string;
}

const MOST_ELEMENTS = 1_000_000;
const MOST_ATTRIBUTES = 64;
const DEEPEST = 64;

interface Open {
  readonly name: string;
  readonly attributes: Map<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/** Makes the error of a refusal; `reason` goes on after "it is not valid XML:". */
type Refuse = (reason: string) => Error;

/** The root element of `text`, in one pass, whatever the input. What is malformed is thrown as `refuse` makes it. */
export function readXml(text: string, refuse: Refuse): XmlElement {
  const open: Open[] = [];
  let root: XmlElement | null = null;
  let elements = 0;
  let at = 0;
  while (at < text.length) {
    const tag = text.indexOf('<', at);
    const inner = open.at(-1);
    if (inner !== undefined) inner.text += unescapeText(text.slice(at, tag === -1 ? text.length : tag), refuse);
    if (tag === -1) break;
    if (text.startsWith('<!--', tag)) {
      at = after(text, '-->', tag, refuse);
    } else if (text.startsWith('<![CDATA[', tag)) {
      at = after(text, ']]>', tag, refuse);
      if (inner !== undefined) inner.text += text.slice(tag + 9, at - 3);
    } else if (text.startsWith('<?', tag)) {
      at = after(text, '?>', tag, refuse);
    } else if (text.startsWith('<!', tag)) {
      throw refuse('it declares a document type or entities');
    } else if (text[tag + 1] === '/') {
      at = after(text, '>', tag, refuse);
      const closed = open.pop();
      if (closed === undefined || closed.name !== localName(text.slice(tag + 2, at - 1).trim())) {
        throw refuse('its elements are not closed in order');
      }
      const element = { ...closed, text: closed.text.trim() };
      const parent = open.at(-1);
      if (parent !== undefined) parent.children.push(element);
      else if (root === null) root = element;
    } else {
      if (root !== null && open.length === 0) throw refuse('it has more than one root element');
      if (++elements > MOST_ELEMENTS) throw refuse(`it has more than ${MOST_ELEMENTS} elements`);
      if (open.length === DEEPEST) throw refuse(`it is nested deeper than ${DEEPEST} levels`);
      const start = readTag(text, tag, refuse);
      at = start.end;
      const element: Open = { name: start.name, attributes: start.attributes, children: [], text: '' };
      if (!start.empty) open.push(element);
      else if (inner !== undefined) inner.children.push(element);
      else root = element;
    }
  }
  if (root === null || open.length > 0) throw refuse('it ends before its elements are closed');
  return root;
}

function after(text: string, mark: string, from: number, refuse: Refuse): number {
  const found = text.indexOf(mark, from);
  if (found === -1) throw refuse('it ends in the middle of a tag');
  return found + mark.length;
}

const NAME = /[^\s/>=]+/y;
const ATTRIBUTE = /\s+([^\s/>=]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const TAG_END = /\s*(\/?)>/y;

function readTag(text: string, tag: number, refuse: Refuse) {
  NAME.lastIndex = tag + 1;
  const name = NAME.exec(text)?.[0];
  if (name === undefined) throw refuse('it has a tag without a name');
  const attributes = new Map<string, string>();
  let at = tag + 1 + name.length;
  for (;;) {
    ATTRIBUTE.lastIndex = at;
    const match = ATTRIBUTE.exec(text);
    if (match === null) break;
    if (attributes.size === MOST_ATTRIBUTES)
      throw refuse(`it has more than ${MOST_ATTRIBUTES} attributes on an element`);
    attributes.set(localName(match[1] ?? ''), unescapeText(match[2] ?? match[3] ?? '', refuse));
    at += match[0].length;
  }
  TAG_END.lastIndex = at;
  const end = TAG_END.exec(text);
  if (end === null) throw refuse('it has a malformed tag');
  return { name: localName(name), attributes, empty: end[1] === '/', end: at + end[0].length };
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

const PREDEFINED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeText(text: string, refuse: Refuse): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(#x?)?(\w*);?/g, (_, numeric: string | undefined, name: string) => {
    if (numeric === undefined) {
      const known = PREDEFINED[name];
      if (known === undefined) throw refuse('it uses an entity that is not predefined');
      return known;
    }
    const code = Number.parseInt(name, numeric === '#x' ? 16 : 10);
    if (!(code >= 0 && code <= 0x10ffff)) throw refuse('it has a character that does not exist');
    return String.fromCodePoint(code);
  });
}

/** The first child of that name, or null. */
export function child(element: XmlElement | null, name: string): XmlElement | null {
  return element?.children.find((one) => one.name === name) ?? null;
}

/** All children of that name. */
export function childrenOf(element: XmlElement | null, name: string): readonly XmlElement[] {
  return element?.children.filter((one) => one.name === name) ?? [];
}

/** A whole number of an attribute, or null when it is absent or none. */
export function integerAttribute(element: XmlElement | null, name: string): number | null {
  const text = element?.attributes.get(name);
  if (text === undefined || !/^-?\d{1,15}$/.test(text.trim())) return null;
  return Number(text);
}
