import type { UserId } from '#shared/ids.ts';

/** A preference by its name, as JSON; names of layouts end with the consultation's id. */
export interface StoredPreference {
  readonly name: string;
  readonly value: string;
  readonly revision: number;
}

export interface PreferenceRepository {
  /** The ones that changed last come first. */
  list(userId: UserId): Promise<StoredPreference[]>;
  /** Writes over what was there. */
  put(userId: UserId, preference: StoredPreference): Promise<void>;
  remove(userId: UserId, names: readonly string[]): Promise<void>;
}
