/** Which program wrote a file of annotations is told by the file, never by its name. */

import { readXml } from '#shared/xml/xml-element.ts';
import { readAsapXml } from './asap-xml.ts';
import { ExchangeFileError, type ReadShapes } from './exchange.ts';
import { readGeoJson } from './geojson.ts';
import { isHistomics, readHistomicsJson } from './histomics-json.ts';
import { isImageScope, readImageScopeXml } from './imagescope-xml.ts';

export const EXCHANGE_FORMATS = ['GeoJSON', 'ImageScope XML', 'ASAP XML', 'HistomicsUI JSON'] as const;
export type ExchangeFormat = (typeof EXCHANGE_FORMATS)[number];

export interface RecognisedShapes extends ReadShapes {
  readonly format: ExchangeFormat;
}

/** The shapes of a file of any of these formats. Errors: ExchangeFileError with the reason. */
export function readShapes(text: string): RecognisedShapes {
  const start = text.replace(/^\ufeff/, '').trimStart();
  if (start.startsWith('<')) return readXmlShapes(start);
  if (!/^[[{]/.test(start)) throw new ExchangeFileError(`it is none of ${EXCHANGE_FORMATS.join(', ')}`);
  let value: unknown;
  try {
    value = JSON.parse(start) as unknown;
  } catch {
    throw new ExchangeFileError('it is not valid JSON');
  }
  if (isHistomics(value)) return { format: 'HistomicsUI JSON', ...readHistomicsJson(value) };
  return { format: 'GeoJSON', ...readGeoJson(value) };
}

function readXmlShapes(text: string): RecognisedShapes {
  const root = readXml(text, (reason) => new ExchangeFileError(`as XML, ${reason}`));
  if (root.name === 'ASAP_Annotations') return { format: 'ASAP XML', ...readAsapXml(root) };
  if (isImageScope(root)) return { format: 'ImageScope XML', ...readImageScopeXml(root) };
  throw new ExchangeFileError(`it is XML, but neither of ImageScope nor of ASAP`);
}
