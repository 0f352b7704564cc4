/**
 * Chunks that close what they are read from, however their reading ends: at the last one, by an error, or because the
 * reader left, even before the first one (which a plain generator would not notice).
 */
export function closingChunks(
  chunks: AsyncGenerator<Uint8Array, void>,
  close: () => Promise<void>,
): AsyncGenerator<Uint8Array, void> {
  let closing: Promise<void> | null = null;
  const closed = (): Promise<void> => {
    closing ??= close();
    return closing;
  };
  const end = async (): Promise<IteratorReturnResult<void>> => {
    await chunks.return().finally(closed);
    return { done: true, value: undefined };
  };
  return {
    async next() {
      try {
        const result = await chunks.next();
        if (result.done === true) await closed();
        return result;
      } catch (error) {
        await closed();
        throw error;
      }
    },
    return: end,
    async throw(error) {
      await end();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await end();
    },
  };
}
