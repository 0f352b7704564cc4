/**
 * For tests: as much of XMLHttpRequest as clients written for browsers use, over fetch. Give it to them as a global.
 */
export class TestXmlHttpRequest {
  readyState = 0;
  status = 0;
  response: unknown = null;
  responseType = '';
  onreadystatechange: (() => void) | null = null;
  #method = 'GET';
  #url = '';
  readonly #headers = new Headers();
  #answered = new Headers();

  open(method: string, url: string): void {
    this.#method = method;
    this.#url = url;
  }

  setRequestHeader(name: string, value: string): void {
    this.#headers.append(name, value);
  }

  getResponseHeader(name: string): string | null {
    return this.#answered.get(name);
  }

  getAllResponseHeaders(): string {
    return [...this.#answered].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  }

  send(body?: Blob | Uint8Array<ArrayBuffer> | null): void {
    void this.#send(body);
  }

  async #send(body: Blob | Uint8Array<ArrayBuffer> | null | undefined): Promise<void> {
    const init: RequestInit = { method: this.#method, headers: this.#headers };
    const answer = await fetch(this.#url, body === undefined || body === null ? init : { ...init, body });
    this.#answered = answer.headers;
    this.status = answer.status;
    const bytes = await answer.arrayBuffer();
    const text = () => new TextDecoder().decode(bytes);
    if (this.responseType === 'arraybuffer') this.response = bytes;
    else this.response = this.responseType === 'json' ? JSON.parse(text()) : text();
    this.readyState = 4;
    this.onreadystatechange?.();
  }
}
