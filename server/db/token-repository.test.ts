import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { UserId } from '#shared/ids.ts';
import { describeOnEachDatabase } from './test-database.ts';

const AT = '2026-03-02T10:00:00.000Z';

describeOnEachDatabase('token and user repositories', (open) => {
  it('finds the owner by the hash until the token is revoked, once', async () => {
    const { db, addPerson } = open();
    const owner = await addPerson('pathologist', 'Dr P');
    const id = randomUUID();
    const secretHash = `hash-${id}`;
    await db.tokens.insert({ id, userId: owner.id, name: 'lab', secretHash, createdAt: AT });
    expect(await db.tokens.ownerOf(secretHash)).toEqual({
      tokenId: id,
      lastUsedAt: null,
      owner: { ...owner, twoFactorEnabled: false },
    });
    await db.tokens.markUsed(id, AT);
    expect(await db.tokens.list(owner.id)).toEqual([{ id, name: 'lab', createdAt: AT, lastUsedAt: AT }]);
    expect(await db.tokens.revoke('somebody else' as UserId, id, AT)).toBe(false);
    expect(await db.tokens.revoke(owner.id, id, AT)).toBe(true);
    expect(await db.tokens.revoke(owner.id, id, AT)).toBe(false);
    expect(await db.tokens.ownerOf(secretHash)).toBeNull();
    expect(await db.tokens.list(owner.id)).toEqual([]);
  });

  it('refuses two tokens of one secret', async () => {
    const { db, addPerson } = open();
    const { id: userId } = await addPerson('referrer');
    const token = { userId, name: 'x', secretHash: 'same', createdAt: AT };
    await db.tokens.insert({ ...token, id: randomUUID() });
    await expect(db.tokens.insert({ ...token, id: randomUUID() })).rejects.toThrow();
  });

  it('finds people by id, by e-mail in any case, and by role', async () => {
    const { db, addPerson } = open();
    const person = await addPerson('radiologist', 'Dr R');
    const account = { ...person, twoFactorEnabled: false };
    expect(await db.users.byId(person.id)).toEqual(account);
    expect(await db.users.byEmail(person.email.toUpperCase())).toEqual(account);
    expect(await db.users.byRoles(['radiologist'])).toEqual([account]);
    expect(await db.users.byEmail('nobody@example.org')).toBeNull();
    expect(await db.users.byId('nobody' as UserId)).toBeNull();
    expect(await db.users.isEmpty()).toBe(false);
  });
});
