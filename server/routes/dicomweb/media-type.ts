/** Media types with parameters (RFC 9110 section 8.3.1), as Accept and Content-Type write them. */

export interface MediaType {
  /** Lower case, such as `multipart/related`. */
  readonly name: string;
  /** By lower-case name; values without their quotes. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Reads one media type or range; what cannot be read as a parameter is passed over. */
export function parseMediaType(text: string): MediaType {
  const [name = '', ...rest] = splitOutsideQuotes(text, ';');
  const parameters = new Map<string, string>();
  for (const parameter of rest) {
    const at = parameter.indexOf('=');
    if (at < 1) continue;
    const key = parameter.slice(0, at).trim().toLowerCase();
    const value = parameter.slice(at + 1).trim();
    if (!parameters.has(key)) parameters.set(key, /^".*"$/.test(value) ? unquoted(value) : value);
  }
  return { name: name.toLowerCase(), parameters };
}

/** Parts between separators that stand outside quoted strings, trimmed; empty ones are left out. */
export function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let quoted = false;
  let escaped = false;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const c = text[at];
    if (escaped) escaped = false;
    else if (quoted && c === '\\') escaped = true;
    else if (c === '"') quoted = !quoted;
    else if (c === separator && !quoted) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, '$1');
}
