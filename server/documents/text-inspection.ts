import { AppError } from '#shared/errors.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are what is refused
const CONTROL = /[\u0000-\u0008\u000b\u000e-\u001f\u007f]/;

/** Refuses text that is not UTF-8 or holds control characters. @throws AppError DOCUMENT_DAMAGED */
export function inspectText(bytes: Uint8Array): void {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new AppError('DOCUMENT_DAMAGED', { format: 'text', reason: 'it is not UTF-8' });
  }
  if (CONTROL.test(text)) {
    throw new AppError('DOCUMENT_DAMAGED', { format: 'text', reason: 'it holds control characters' });
  }
}
