import { TOTP, URI } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, TEST_PASSWORD, type TestServer } from '#server/http/test-server.ts';
import { accountPaths } from '#shared/api/account.ts';
import { auditPaths } from '#shared/api/audit.ts';
import { consultationPaths } from '#shared/api/consultations.ts';

const auth = (path: string) => `${accountPaths.auth}/${path}`;

describe('sign-in', () => {
  let server: TestServer;
  let address = 0;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  /** Each test comes from an address of its own, so that their failures are not added up. */
  const nextAddress = () => `192.0.2.${++address}`;
  const signIn = (email: string, password: string, remoteAddress: string) =>
    server.anonymous({ method: 'POST', url: auth('sign-in/email'), payload: { email, password }, remoteAddress });

  it('gives a cookie that scripts cannot read and other sites do not send', async () => {
    const { account } = await server.as('referrer');
    const answer = await signIn(account.email, TEST_PASSWORD, nextAddress());
    expect(answer.statusCode).toBe(200);
    const session = answer.cookies.find(({ name }) => name.endsWith('session_token'));
    expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
    expect(session?.secure).toBeUndefined();
    expect(answer.body).not.toMatch(/password|token/i);
    const cookie = `${session!.name}=${encodeURIComponent(session!.value)}`;
    const own = await server.anonymous({ method: 'GET', url: auth('get-session'), headers: { cookie } });
    expect(own.json()).toMatchObject({ user: { id: account.id } });
    expect(own.body).not.toMatch(/"token"/);
  });

  it('says who somebody is, and ends at once with the sign-out', async () => {
    const person = await server.as('pathologist');
    const me = await person.get(accountPaths.me);
    expect(me.json()).toEqual({
      id: person.account.id,
      name: 'Dr pathologist',
      email: 'pathologist@example.org',
      role: 'pathologist',
      twoFactorEnabled: false,
    });
    expect((await person.post(auth('sign-out'), {})).statusCode).toBe(200);
    expect((await person.get(accountPaths.me)).statusCode).toBe(401);
  });

  it('answers a wrong password and an unknown person alike', async () => {
    const { account } = await server.as('coordinator');
    const wrong = await signIn(account.email, 'not-the-password', nextAddress());
    const unknown = await signIn('nobody@example.org', 'not-the-password', nextAddress());
    expect(wrong.statusCode).toBe(401);
    expect(wrong.json()).toMatchObject({ code: 'CREDENTIALS_WRONG' });
    expect(unknown.body).toBe(wrong.body);
    expect(unknown.statusCode).toBe(401);
  });

  it('makes a guesser wait, by address and account, also when he guesses all at once', async () => {
    const { account } = await server.as('admin');
    const from = nextAddress();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => signIn(account.email, `wrong-password-${n}`, from)),
    );
    const codes = answers.map(({ statusCode }) => statusCode);
    expect(codes.filter((code) => code === 401)).toHaveLength(10);
    expect(codes.filter((code) => code === 429)).toHaveLength(10);
    const right = await signIn(account.email, TEST_PASSWORD, from);
    expect(right.statusCode).toBe(429);
    expect(right.json()).toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    expect(Number(right.headers['retry-after'])).toBeGreaterThan(0);
    expect((await signIn(account.email, TEST_PASSWORD, nextAddress())).statusCode).toBe(200);
  });

  it('lets nobody sign up, change his role or reach what else the library can do', async () => {
    const person = await server.as('referrer');
    const payload = { email: 'new@example.org', password: TEST_PASSWORD, name: 'New', role: 'admin' };
    expect((await server.anonymous({ method: 'POST', url: auth('sign-up/email'), payload })).statusCode).toBe(404);
    for (const path of [
      'update-user',
      'change-email',
      'delete-user',
      'request-password-reset',
      '../auth/update-user',
    ]) {
      expect([path, (await person.post(auth(path), { role: 'admin', name: 'X' })).statusCode]).toEqual([path, 404]);
    }
    expect((await person.get(accountPaths.me)).json()).toMatchObject({ role: 'referrer', name: 'Dr referrer' });
  });

  it.each([
    ['no body', undefined],
    ['a list', []],
    ['no password', { email: 'a@example.org' }],
    ['an object for an address', { email: { $gt: '' }, password: 'x' }],
  ])('refuses %s in the usual form', async (_name, payload) => {
    const answer = await server.anonymous({
      method: 'POST',
      url: auth('sign-in/email'),
      remoteAddress: nextAddress(),
      ...(payload === undefined ? {} : { payload }),
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'REQUEST_INVALID', params: { where: 'body' } });
  });

  it('refuses a sign-in that another site sends', async () => {
    const answer = await server.anonymous({
      method: 'POST',
      url: auth('sign-in/email'),
      headers: { origin: 'https://evil.example' },
      payload: { email: 'referrer@example.org', password: TEST_PASSWORD },
    });
    expect(answer.json()).toMatchObject({ code: 'ORIGIN_REFUSED' });
  });

  it('asks for the one-time code once a second factor is set up, and again when signing', async () => {
    const person = await server.as('radiologist');
    const { accounts } = server.services;
    await accounts.reauthenticate(person.account.id, TEST_PASSWORD, null);

    const wrong = await person.post(auth('two-factor/enable'), { password: 'not-the-password' });
    expect(wrong.json()).toMatchObject({ code: 'CREDENTIALS_WRONG' });
    const enabled = await person.post(auth('two-factor/enable'), { password: TEST_PASSWORD });
    expect(enabled.statusCode).toBe(200);
    const { totpURI } = enabled.json() as { totpURI: string };
    const totp = URI.parse(totpURI);
    if (!(totp instanceof TOTP)) throw new Error('no TOTP address');
    expect(totp.issuer).toBe('Consilium');
    const verified = await person.post(auth('two-factor/verify-totp'), { code: totp.generate() });
    expect(verified.statusCode).toBe(200);

    // A new session was begun with the second factor.
    const from = nextAddress();
    const first = await signIn(person.account.email, TEST_PASSWORD, from);
    expect(first.json()).toMatchObject({ twoFactorRedirect: true });
    const cookies = first.cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join('; ');
    const half = await server.anonymous({ method: 'GET', url: accountPaths.me, headers: { cookie: cookies } });
    expect(half.statusCode).toBe(401);
    const answerCode = (code: string) =>
      server.anonymous({
        method: 'POST',
        url: auth('two-factor/verify-totp'),
        headers: { cookie: cookies },
        payload: { code },
        remoteAddress: from,
      });
    const bad = await answerCode(totp.generate() === '000000' ? '000001' : '000000');
    expect(bad.json()).toMatchObject({ code: 'CREDENTIALS_WRONG' });
    const good = await answerCode(totp.generate());
    expect(good.statusCode).toBe(200);
    expect(good.cookies.some(({ name }) => name.endsWith('session_token'))).toBe(true);

    const id = person.account.id;
    await expect(accounts.reauthenticate(id, TEST_PASSWORD, null)).rejects.toMatchObject({ code: 'CREDENTIALS_WRONG' });
    const code = totp.generate();
    await accounts.reauthenticate(id, TEST_PASSWORD, code);
    await expect(accounts.reauthenticate(id, TEST_PASSWORD, code)).rejects.toMatchObject({ code: 'CREDENTIALS_WRONG' });
  });

  it('limits guesses at the signature as well', async () => {
    const { account } = await server.as('coordinator2');
    const { accounts } = server.services;
    const codes: string[] = [];
    for (let n = 0; n < 10; n += 1) {
      await accounts.reauthenticate(account.id, `wrong-${n}`, null).catch((error) => codes.push(error.code));
    }
    expect(codes.slice(0, 8)).toEqual(Array(8).fill('CREDENTIALS_WRONG'));
    expect(codes.slice(8)).toEqual(['TOO_MANY_REQUESTS', 'TOO_MANY_REQUESTS']);
  });

  it('RULE 5: leaves rows of sign-ins and of refused ones, without an address or password in them', async () => {
    const { account } = await server.as('referrer2');
    const from = nextAddress();
    await signIn(account.email, 'wrong-password', from);
    await signIn(account.email, TEST_PASSWORD, from);
    const page = await (await server.as('auditor')).get(`${auditPaths.list}?limit=3`);
    const rows = (page.json() as { rows: { action: string; outcome: string; subject: string }[] }).rows;
    const signIns = rows.filter(({ action, subject }) => action === 'session.sign-in' && subject === account.id);
    expect(signIns.map(({ outcome }) => outcome)).toEqual(['success', 'refused']);
    expect(page.body).not.toMatch(/@example\.org|wrong-password/);
  });
});

describe('API tokens', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  it('act as their owner until they are ended, and are shown once', async () => {
    const [owner, other] = [await server.as('referrer'), await server.as('referrer2')];
    const made = await owner.post(accountPaths.tokens, { name: 'archive' });
    expect(made.statusCode).toBe(201);
    const { id, token } = made.json() as { id: string; token: string };
    const me = await server.anonymous({ method: 'GET', url: accountPaths.me, headers: bearer(token) });
    expect(me.json()).toMatchObject({ id: owner.account.id });
    const list = await owner.get(accountPaths.tokens);
    expect(list.body).not.toContain(token);
    expect(list.json()).toMatchObject({ tokens: [{ id, name: 'archive' }] });

    expect((await other.inject({ method: 'DELETE', url: accountPaths.token(id) })).statusCode).toBe(404);
    expect((await owner.inject({ method: 'DELETE', url: accountPaths.token(id) })).statusCode).toBe(204);
    const after = await server.anonymous({ method: 'GET', url: accountPaths.me, headers: bearer(token) });
    expect(after.statusCode).toBe(401);
  });

  it('make no further tokens', async () => {
    const { token } = (await (await server.as('referrer')).post(accountPaths.tokens, { name: 'one' })).json();
    const answer = await server.anonymous({
      method: 'POST',
      url: accountPaths.tokens,
      headers: bearer(token),
      payload: { name: 'two' },
    });
    expect(answer.statusCode).toBe(403);
  });

  it.each(['csl_unknown', 'Basic abc', '', 'x'.repeat(5000)])('refuse %j', async (token) => {
    const answer = await server.anonymous({ method: 'GET', url: consultationPaths.list, headers: bearer(token) });
    expect(answer.statusCode).toBe(401);
  });

  it('are not helped out by the cookie of a browser', async () => {
    const owner = await server.as('referrer');
    const answer = await owner.inject({ method: 'GET', url: accountPaths.me, headers: bearer('csl_wrong') });
    expect(answer.statusCode).toBe(401);
  });

  it('keep only a hash in the database', async () => {
    const { token } = (await (await server.as('coordinator')).post(accountPaths.tokens, { name: 'x' })).json();
    const owner = await server.services.db.tokens.ownerOf(token);
    expect(owner).toBeNull();
  });
});
