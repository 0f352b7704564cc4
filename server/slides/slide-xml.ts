import { AppError } from '#shared/errors.ts';
import { readXml, type XmlElement } from '#shared/xml/xml-element.ts';

/** The root element of XML out of a slide; `what` names it in a refusal. Errors: SLIDE_METADATA_INVALID. */
export function parseXml(text: string, what: string): XmlElement {
  return readXml(text, (reason) => new AppError('SLIDE_METADATA_INVALID', { what, reason }));
}
