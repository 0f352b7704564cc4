import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCtSeries } from '#fixtures/ct-phantom.ts';
import { isUuid } from '#shared/ids.ts';
import { runAdmin } from './run-admin.ts';

describe('the operator’s command line', () => {
  let dataDir: string;
  let files: string;
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consilium-admin-'));
    dataDir = join(folder, 'data');
    files = join(folder, 'files');
    await mkdir(files);
    await writeCtSeries(join(files, 'ct'), { slices: 3, size: 64 });
    await writeFile(join(files, 'note.txt'), 'A plain note.\n');
    await writeFile(join(files, 'junk.dcm'), Buffer.from([0xff, 0x00, 0x12, 0x99, 0x80]));
    await writeFile(join(files, 'empty.pdf'), '');
    await symlink('/etc/hostname', join(files, 'link.txt'));
  });
  afterAll(() => rm(join(dataDir, '..'), { recursive: true, force: true }));

  async function admin(args: string[], input = '') {
    let stdout = '';
    let stderr = '';
    const code = await runAdmin(
      args,
      { DATA_DIR: dataDir, LOG_LEVEL: 'silent' },
      {
        input: Readable.from([input]),
        result: (text) => {
          stdout += text;
        },
        message: (text) => {
          stderr += text;
        },
      },
    );
    return { code, stdout, stderr };
  }

  const createUser = (email: string, role: string, password = 'a-good-password\n') =>
    admin(['create-user', '--email', email, '--name', 'Dr A', '--role', role, '--password-stdin'], password);

  it('tells what it can do, as a whole and for each command', async () => {
    const whole = await admin(['--help']);
    expect(whole).toMatchObject({ code: 0, stderr: '' });
    const names = [
      'create-user',
      'create-consultation',
      'import',
      'deidentify',
      'create-token',
      'dimse-peer',
      'verify',
      'verify-audit',
    ];
    for (const name of names) {
      expect(whole.stdout).toContain(`  ${name} `);
      const help = await admin([name, '--help']);
      expect(help).toMatchObject({ code: 0, stderr: '' });
      expect(help.stdout).toContain(`Usage: npm run --silent admin -- ${name}`);
    }
  });

  it.each([
    [[]],
    [['fly']],
    [['create-user']],
    [['create-user', '--email', 'a@example.org', '--name', 'A', '--role', 'referrer']],
    [['create-user', '--emial', 'a@example.org']],
    [['import', '--consultation', 'x']],
    [['import', 'a', 'b', '--consultation', 'x']],
    [['verify', 'everything']],
  ])('answers %j with its usage on stderr and 2', async (args) => {
    const { code, stdout, stderr } = await admin(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('Usage:');
  });

  it('goes from an account to imported material, with ids on stdout', async () => {
    const user = await createUser('ref@example.org', 'referrer');
    expect(user).toMatchObject({ code: 0, stderr: '' });
    const opened = await admin([
      'create-consultation',
      '--referrer',
      'REF@example.org',
      '--title',
      'Knee',
      '--question',
      'Torn?',
    ]);
    expect(opened.code).toBe(0);
    const id = opened.stdout.trim();
    expect(isUuid(id)).toBe(true);

    const first = await admin(['import', files, '--consultation', id]);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const report = JSON.parse(first.stdout);
    expect(report.stored).toHaveLength(4);
    expect(report.refused.map(({ name }: { name: string }) => name).sort()).toEqual(['empty.pdf', 'junk.dcm']);
    for (const refused of report.refused) {
      expect(Object.keys(refused).sort()).toEqual(['code', 'name', 'sentence']);
      expect(refused.sentence).toMatch(/^[A-Z].+\.$/);
    }
    const again = JSON.parse((await admin(['import', files, '--consultation', id])).stdout);
    expect(again.stored.map(({ outcome }: { outcome: string }) => outcome)).toEqual(Array(4).fill('duplicate'));

    const out = join(files, '..', 'deidentified.zip');
    const written = await admin(['deidentify', '--consultation', id, '--out', out, '--retain-longitudinal']);
    expect(written).toEqual({ code: 0, stdout: `${out}\n`, stderr: '' });
    const archive = await readFile(out);
    expect(archive.subarray(0, 4).toString('latin1')).toBe('PK\u0003\u0004');
    expect(archive.includes('PHANTOM')).toBe(false);
    const twice = await admin(['deidentify', '--consultation', id, '--out', out]);
    expect(twice.code).toBe(1);
    expect(twice.stderr).toMatch(/--out names a file that is there already/);
    expect((await readFile(out)).equals(archive)).toBe(true);

    expect(await admin(['verify'])).toMatchObject({ code: 0 });
    const token = await admin(['create-token', '--user', 'ref@example.org']);
    expect(token.code).toBe(0);
    expect(token.stdout).toMatch(/^csl_[\w-]{40,}\n$/);
  });

  it('keeps the list of DIMSE peers', async () => {
    await createUser('pacs@example.org', 'referrer');
    const opened = await admin(['create-consultation', '--referrer', 'pacs@example.org', '--title', 'T']);
    const id = opened.stdout.trim();
    const add = ['dimse-peer', 'add', '--ae-title', 'PACS', '--user', 'pacs@example.org', '--address', '10.0.0.0/8'];
    const whole = [...add, '--consultation', id, '--host', 'pacs.example.org', '--port', '104'];
    expect(await admin(whole)).toEqual({ code: 0, stdout: 'PACS\n', stderr: '' });
    const [line] = (await admin(['dimse-peer', 'list'])).stdout.trim().split('\n');
    expect(JSON.parse(line ?? '')).toMatchObject({
      ...{ aeTitle: 'PACS', user: 'pacs@example.org', address: '10.0.0.0/8', consultationId: id },
      destination: { host: 'pacs.example.org', port: 104 },
    });
    expect((await admin(add)).stderr).toMatch(/is on the list already/);
    expect(await admin(['dimse-peer', 'remove', '--ae-title', 'PACS'])).toMatchObject({ code: 0 });
    expect((await admin(['dimse-peer', 'list'])).stdout).toBe('\n');
  });

  it.each([
    ['a second account of one address', () => createUser('ref@example.org', 'referrer'), /email belongs/],
    ['a role that is none', () => createUser('x@example.org', 'surgeon'), /--role must be one of/],
    ['a short password', () => createUser('x@example.org', 'admin', 'short\n'), /password is too short/],
    ['no password', () => createUser('x@example.org', 'admin', ''), /password is too short/],
    ['a malformed address', () => createUser('nobody', 'admin'), /email is not valid/],
    [
      'an unknown referrer',
      () => admin(['create-consultation', '--referrer', 'n@x.org', '--title', 'T']),
      /--referrer/,
    ],
    ['an empty title', () => admin(['create-consultation', '--referrer', 'ref@example.org', '--title', '']), /--title/],
    ['an unknown user', () => admin(['create-token', '--user', 'nobody@example.org']), /--user names nobody/],
    ['to do something else with peers', () => admin(['dimse-peer', 'fly']), /must be add, list or remove/],
    [
      'a peer of nobody',
      () => admin(['dimse-peer', 'add', '--ae-title', 'A', '--user', 'n@x.org']),
      /--user names nobody/,
    ],
    [
      'a destination without a port',
      () => admin(['dimse-peer', 'add', '--ae-title', 'A', '--user', 'ref@example.org', '--host', 'h']),
      /--host and --port go together/,
    ],
    ['to remove a peer that is not listed', () => admin(['dimse-peer', 'remove', '--ae-title', 'A']), /nothing here/],
    [
      'to de-identify what is no id',
      () => admin(['deidentify', '--consultation', 'x', '--out', 'y']),
      /--consultation/,
    ],
    ['what is no id', () => admin(['import', '/tmp', '--consultation', 'x']), /--consultation is not an id/],
    [
      'an unknown consultation',
      () => admin(['import', files, '--consultation', '3f0c9a52-6f0e-4b39-9a66-0d8f6a3b7c11']),
      /nothing here/,
    ],
  ])('refuses %s with a sentence on stderr and 1', async (_name, run, sentence) => {
    const { code, stdout, stderr } = await run();
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('refuses a path where nothing is', async () => {
    await createUser('ref2@example.org', 'referrer');
    const opened = await admin(['create-consultation', '--referrer', 'ref2@example.org', '--title', 'T']);
    const { code, stderr } = await admin(['import', join(files, 'nowhere'), '--consultation', opened.stdout.trim()]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The request is not valid/);
  });

  it('RULE 5: verify-audit finds a row somebody changed behind its back', async () => {
    const before = await admin(['verify-audit']);
    expect(before.code).toBe(0);
    expect(JSON.parse(before.stdout)).toMatchObject({ intact: true, brokenAt: null });
    const database = new DatabaseSync(join(dataDir, 'consilium.sqlite'));
    expect(() => database.exec("update audit_events set outcome = 'failure' where sequence = 2")).toThrow(
      /never changed/,
    );
    database.exec('drop trigger audit_events_no_update');
    database.exec("update audit_events set outcome = 'failure' where sequence = 2");
    database.close();
    const after = await admin(['verify-audit']);
    expect(after.code).toBe(1);
    expect(JSON.parse(after.stdout)).toMatchObject({ intact: false, brokenAt: 2 });
  });

  it('RULE 3: verify finds an object that was changed on the disk', async () => {
    expect((await admin(['verify'])).code).toBe(0);
    const database = new DatabaseSync(join(dataDir, 'consilium.sqlite'));
    const row = database.prepare('select sha256 from blobs limit 1').get() as { sha256: string };
    database.close();
    const { sha256 } = row;
    const path = join(dataDir, 'blobs', sha256.slice(0, 2), sha256);
    await rm(path);
    await writeFile(path, 'something else');
    const found = await admin(['verify']);
    expect(found.code).toBe(1);
    expect(JSON.parse(found.stdout)).toMatchObject({ intact: false, corrupt: [sha256] });
    await rm(path);
    expect(JSON.parse((await admin(['verify'])).stdout)).toMatchObject({ missing: [sha256] });
  });
});
