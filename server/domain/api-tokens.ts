import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { AppError } from '#shared/errors.ts';
import type { UserId } from '#shared/ids.ts';
import type { ApiToken } from './consultation-ports.ts';
import type { Clock, Database, Principal, Repositories } from './ports.ts';

const PREFIX = 'csl_';
const MARK_EVERY_MS = 60_000;

/** What is stored of a token. The secret has 256 random bits, so a plain hash cannot be searched. */
function hashToken(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex');
}

/** Makes a token that acts as its owner. The text is returned this once and stored nowhere. */
export async function createToken(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  { owner, actor, name }: { readonly owner: UserId; readonly actor: Principal | null; readonly name: string },
): Promise<{ id: string; token: string }> {
  const id = randomUUID();
  const token = `${PREFIX}${randomBytes(32).toString('base64url')}`;
  await db.transaction(async ({ tokens, audit }) => {
    const createdAt = clock.now().toISOString();
    await tokens.insert({ id, userId: owner, name, secretHash: hashToken(token), createdAt });
    await audit.append({
      actor,
      action: 'token.create',
      outcome: 'success',
      consultationId: null,
      subject: id,
      detail: { owner },
    });
  });
  return { id, token };
}

/** The caller's own tokens, newest first, without their secrets. */
export async function listTokens(
  { db }: { readonly db: Pick<Repositories, 'tokens'> },
  principal: Principal,
): Promise<ApiToken[]> {
  return await db.tokens.list(principal.userId);
}

/** Ends a token of the caller at once. NOT_FOUND for anybody else's. */
export async function revokeToken(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  principal: Principal,
  tokenId: string,
): Promise<void> {
  await db.transaction(async ({ tokens, audit }) => {
    const revoked = await tokens.revoke(principal.userId, tokenId, clock.now().toISOString());
    if (!revoked) throw new AppError('NOT_FOUND');
    await audit.append({
      actor: principal,
      action: 'token.revoke',
      outcome: 'success',
      consultationId: null,
      subject: tokenId,
    });
  });
}

/** The person behind a token, or null when it is unknown or revoked. */
export async function principalOfToken(
  { db, clock }: { readonly db: Pick<Repositories, 'tokens'>; readonly clock: Clock },
  token: string,
): Promise<Principal | null> {
  if (!token.startsWith(PREFIX) || token.length > 128) return null;
  const found = await db.tokens.ownerOf(hashToken(token));
  if (found === null) return null;
  const now = clock.now();
  const stale = found.lastUsedAt === null || now.getTime() - Date.parse(found.lastUsedAt) > MARK_EVERY_MS;
  if (stale) await db.tokens.markUsed(found.tokenId, now.toISOString());
  const { id, name, role } = found.owner;
  return { userId: id, name, role, via: 'token' };
}
