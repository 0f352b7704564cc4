/** Hands the reader a file that was made in the page. */
export function saveFile(name: string, mediaType: string, content: string | Uint8Array<ArrayBuffer> | Blob): void {
  const address = URL.createObjectURL(new Blob([content], { type: mediaType }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The download has begun when the click returns; the memory may go a little later.
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
