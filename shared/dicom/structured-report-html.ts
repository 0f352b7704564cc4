/** SR documents as pages and as plain text (PS3.18 section 8.7.4: text/html and text/plain). */
import type { ReportDocument, ReportItem } from './structured-report.ts';

/** Address of a referenced object that the reader may see; null for any other. */
export type LinkOf = (sopInstanceUid: string, frames: readonly number[]) => string | null;

/** How a child relates to its parent, where it is not simply part of it (PS3.3 C.17.3.2.4). */
const RELATIONSHIPS: Readonly<Record<string, string>> = {
  'HAS OBS CONTEXT': 'observation context',
  'HAS ACQ CONTEXT': 'acquisition context',
  'HAS CONCEPT MOD': 'modifier',
  'HAS PROPERTIES': 'property',
  'INFERRED FROM': 'inferred from',
  'SELECTED FROM': 'selected from',
};
const LAST_HEADING = 6;

const STYLE = [
  'body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#111;background:#fff}',
  'h1{font-size:1.5rem}h2{font-size:1.2rem}h3,h4,h5,h6{font-size:1rem}',
  'dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem}dt{color:#555}dd{margin:0}',
  '.item{margin:.25rem 0}.within{margin-left:1.25rem}.concept{font-weight:600}.relation{color:#666;font-size:.85em}',
  '.value{white-space:pre-wrap;overflow-wrap:anywhere}',
].join('');

/** A whole page without scripts, images or anything from elsewhere. Everything from the document is escaped. */
export function reportHtml({ title, header, root }: ReportDocument, linkOf: LinkOf): string {
  const rows = header.map(([label, value]) => `<dt>${escaped(label)}</dt><dd>${escaped(value)}</dd>`).join('');
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title><style>${STYLE}</style>`,
    `</head><body><h1>${escaped(title)}</h1><dl>${rows}</dl>`,
    root.children.map((child) => itemHtml(child, linkOf, 2)).join('\n'),
    '</body></html>\n',
  ].join('\n');
}

function itemHtml(item: ReportItem, linkOf: LinkOf, level: number): string {
  const within = item.children.map((child) => itemHtml(child, linkOf, level + 1)).join('\n');
  const children = within === '' ? '' : `\n<div class="within">${within}</div>`;
  if (item.valueType === 'CONTAINER') {
    const heading = `h${Math.min(level, LAST_HEADING)}`;
    const title =
      item.concept === null ? '' : `<${heading}${codes(item)}>${relation(item)}${escaped(item.concept)}</${heading}>`;
    return `<section>${title}${children}</section>`;
  }
  const concept = item.concept === null ? '' : `<span class="concept"${codes(item)}>${escaped(item.concept)}:</span> `;
  return `<div class="item">${relation(item)}${concept}${valueHtml(item, linkOf)}${children}</div>`;
}

function valueHtml({ value, reference }: ReportItem, linkOf: LinkOf): string {
  if (value === null) return '';
  const shown = `<span class="value">${escaped(value)}</span>`;
  const href = reference === null ? null : linkOf(reference.sopInstanceUid, reference.frames);
  return href === null ? shown : `<a href="${escaped(href)}">${shown}</a>`;
}

/** Codes are for whoever points at a word. */
function codes({ codes: found }: ReportItem): string {
  return found.length === 0 ? '' : ` title="${escaped(found.join('; '))}"`;
}

function relation({ relationship }: ReportItem): string {
  const words = RELATIONSHIPS[relationship ?? ''];
  return words === undefined ? '' : `<span class="relation">${words}</span> `;
}

/** The same words, one item a line, indented by their depth. */
export function reportText({ title, header, root }: ReportDocument): string {
  const rows = header.map(([label, value]) => `${label}: ${value}`);
  return `${[title, '', ...rows, '', ...root.children.flatMap((child) => itemLines(child, 0))].join('\n')}\n`;
}

function itemLines({ concept, value, relationship, children }: ReportItem, depth: number): string[] {
  const words = RELATIONSHIPS[relationship ?? ''];
  const indent = '  '.repeat(depth);
  const line = `${words === undefined ? '' : `(${words}) `}${[concept, value].filter((part) => part !== null).join(': ')}`;
  return [
    `${indent}${line.replaceAll('\n', `\n${indent}  `)}`,
    ...children.flatMap((child) => itemLines(child, depth + 1)),
  ];
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
