/**
 * An engine loads while a session may end. It does not know how people sign in; whoever does registers here, and a
 * request that was answered "not signed in" waits for it and is made once more.
 */
export type SessionRenewal = (signal: AbortSignal) => Promise<boolean>;

let renewal: SessionRenewal | null = null;

/** Resolves true when somebody has signed in again, false when nobody will. */
export function registerSessionRenewal(wait: SessionRenewal): void {
  renewal = wait;
}

/** Runs `work`, and once more after a new sign-in when it failed for want of a session. */
export async function withSession<Result>(
  work: () => Promise<Result>,
  isSignedOut: (error: unknown) => boolean,
  signal: AbortSignal,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (renewal === null || !isSignedOut(error) || !(await renewal(signal))) throw error;
    return await work();
  }
}
