/** What an archive may cost. An import of a whole study fits easily; a bomb does not. */
export interface ZipLimits {
  readonly entries: number;
  readonly nameBytes: number;
  readonly entryBytes: number;
  readonly totalBytes: number;
  /** Unpacked size by packed size of an entry, looked at beyond `ratioFloorBytes`: blank images pack very well. */
  readonly ratio: number;
  readonly ratioFloorBytes: number;
}

export const ZIP_LIMITS: ZipLimits = {
  entries: 20_000,
  nameBytes: 1024,
  entryBytes: 20 * 1024 ** 3,
  totalBytes: 40 * 1024 ** 3,
  ratio: 200,
  ratioFloorBytes: 32 * 1024 ** 2,
};
