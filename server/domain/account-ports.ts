import type { Role } from '#shared/consultation/role.ts';
import type { UserId } from '#shared/ids.ts';
import type { Account } from './consultation-ports.ts';
import type { Principal } from './ports.ts';

export interface NewAccount {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly password: string;
}

/** Making accounts and proving who somebody is; reading accounts is the directory's work. */
export interface Accounts {
  /** Makes an account. REQUEST_INVALID when the address is taken or malformed, or the password too short. */
  create(account: NewAccount): Promise<Account>;
  /** False for an account nobody can sign in to. */
  hasPassword(userId: UserId): Promise<boolean>;
  /** Sets or takes away (null) the password and ends every session of the person. */
  setPassword(userId: UserId, password: string | null): Promise<void>;
  /**
   * Proves again that the person at the keyboard is `userId`: the password, and the one-time code when the account
   * has a second factor. CREDENTIALS_WRONG otherwise; TOO_MANY_REQUESTS after repeated failures.
   */
  reauthenticate(userId: UserId, password: string, totp: string | null): Promise<void>;
}

/** Sessions of people in browsers. */
export interface Sessions {
  /** The person whose session cookie the headers carry, or null. */
  principalOf(headers: Headers): Promise<Principal | null>;
  /** Answers a request below /api/auth: sign-in, sign-out, one-time codes, change of password. */
  answer(request: Request): Promise<Response>;
  /** The address `answer` expects requests to name, whatever host the browser used. */
  readonly address: string;
}
