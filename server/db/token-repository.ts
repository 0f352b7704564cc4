import type { Kysely } from 'kysely';
import type { TokenRepository } from '#server/domain/consultation-ports.ts';
import type { Tables } from './tables.ts';
import { ACCOUNT_COLUMNS, toAccount } from './user-repository.ts';

export function createTokenRepository(db: Kysely<Tables>): TokenRepository {
  return {
    async insert(token) {
      await db
        .insertInto('api_tokens')
        .values({
          id: token.id,
          user_id: token.userId,
          name: token.name,
          secret_hash: token.secretHash,
          created_at: token.createdAt,
          last_used_at: null,
          revoked_at: null,
        })
        .execute();
    },

    async ownerOf(secretHash) {
      const row = await db
        .selectFrom('api_tokens')
        .innerJoin('user', 'user.id', 'api_tokens.user_id')
        .select([...ACCOUNT_COLUMNS, 'api_tokens.id as token_id', 'api_tokens.last_used_at'])
        .where('api_tokens.secret_hash', '=', secretHash)
        .where('api_tokens.revoked_at', 'is', null)
        .executeTakeFirst();
      return row === undefined ? null : { tokenId: row.token_id, lastUsedAt: row.last_used_at, owner: toAccount(row) };
    },

    async markUsed(tokenId, at) {
      await db.updateTable('api_tokens').set({ last_used_at: at }).where('id', '=', tokenId).execute();
    },

    async list(userId) {
      const rows = await db
        .selectFrom('api_tokens')
        .select(['id', 'name', 'created_at', 'last_used_at'])
        .where('user_id', '=', userId)
        .where('revoked_at', 'is', null)
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .execute();
      return rows.map((row) => ({
        id: row.id,
        name: row.name,
        createdAt: row.created_at,
        lastUsedAt: row.last_used_at,
      }));
    },

    async revoke(userId, tokenId, at) {
      const result = await db
        .updateTable('api_tokens')
        .set({ revoked_at: at })
        .where('id', '=', tokenId)
        .where('user_id', '=', userId)
        .where('revoked_at', 'is', null)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
  };
}
