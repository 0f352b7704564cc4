import { afterEach, expect, it } from 'vitest';
import { describeOnEachDatabase } from './test-database.ts';

const KINDS = ['count'];
const at = (minute: number): string => `2026-03-02T09:${String(minute).padStart(2, '0')}:00.000Z`;
const job = (id: string, minute: number) => ({ id, kind: 'count', payload: { n: 1 }, at: at(minute) });

describeOnEachDatabase('job queue', (open) => {
  afterEach(async () => {
    await open().kysely.deleteFrom('jobs').execute();
  });

  it('hands out what has waited longest, once', async () => {
    const { jobs } = open().db;
    await jobs.enqueue(job('late', 2));
    await jobs.enqueue(job('early', 1));
    expect(await jobs.claim(KINDS, at(3), at(13))).toEqual({
      id: 'early',
      kind: 'count',
      payload: { n: 1 },
      attempts: 1,
    });
    expect((await jobs.claim(KINDS, at(3), at(13)))?.id).toBe('late');
    expect(await jobs.claim(KINDS, at(3), at(13))).toBeNull();
    expect(await jobs.state('early')).toBe('running');
  });

  it('does not hand out what is not due, and says when it will be', async () => {
    const { jobs } = open().db;
    await jobs.enqueue(job('later', 30));
    expect(await jobs.claim(KINDS, at(29), at(39))).toBeNull();
    expect(await jobs.nextDue(KINDS)).toBe(at(30));
  });

  it('keeps a job of one id once', async () => {
    const { jobs } = open().db;
    await jobs.enqueue(job('same', 1));
    await jobs.enqueue(job('same', 1));
    await jobs.claim(KINDS, at(1), at(11));
    expect(await jobs.claim(KINDS, at(1), at(11))).toBeNull();
  });

  it('hands out again what a process that died was running, when its lease is over', async () => {
    const { jobs } = open().db;
    await jobs.enqueue(job('lost', 1));
    await jobs.claim(KINDS, at(1), at(11));
    expect(await jobs.claim(KINDS, at(10), at(20))).toBeNull();
    expect(await jobs.claim(KINDS, at(11), at(21))).toMatchObject({ id: 'lost', attempts: 2 });
  });

  it('retries later, and neither a finished nor a failed job again', async () => {
    const { jobs } = open().db;
    await jobs.enqueue(job('a', 1));
    await jobs.claim(KINDS, at(1), at(11));
    await jobs.retry('a', at(5), 'FRAME_UNDECODABLE');
    expect(await jobs.claim(KINDS, at(4), at(14))).toBeNull();
    expect(await jobs.claim(KINDS, at(5), at(15))).toMatchObject({ id: 'a', attempts: 2 });
    await jobs.finish('a', at(6));
    expect(await jobs.state('a')).toBe('done');
    await jobs.enqueue(job('b', 1));
    await jobs.claim(KINDS, at(20), at(30));
    await jobs.fail('b', at(21), 'INTERNAL');
    expect(await jobs.state('b')).toBe('failed');
    expect(await jobs.claim(KINDS, at(59), at(59))).toBeNull();
    expect(await jobs.nextDue(KINDS)).toBeNull();
    expect(await jobs.state('nobody')).toBeNull();
  });

  it('hands out jobs of the kinds asked for, extends one and takes one back without counting it', async () => {
    const { jobs } = open().db;
    await jobs.enqueue({ ...job('other', 1), kind: 'paint' });
    await jobs.enqueue(job('mine', 2));
    expect(await jobs.nextDue(['paint'])).toBe(at(1));
    expect((await jobs.claim(KINDS, at(3), at(4)))?.id).toBe('mine');
    expect(await jobs.claim(KINDS, at(3), at(4))).toBeNull();
    await jobs.extend('mine', at(20));
    expect(await jobs.claim(KINDS, at(10), at(11))).toBeNull();
    await jobs.giveBack('mine', at(12));
    expect(await jobs.claim(KINDS, at(12), at(13))).toMatchObject({ id: 'mine', attempts: 1 });
    expect((await jobs.claim(['paint'], at(12), at(13)))?.id).toBe('other');
  });

  it('gives each of two workers a job of its own', async () => {
    const { jobs } = open().db;
    for (const id of ['1', '2', '3', '4']) await jobs.enqueue(job(id, 1));
    const claimed = await Promise.all([1, 2, 3, 4, 5].map(() => jobs.claim(KINDS, at(2), at(12))));
    expect(claimed.flatMap((one) => one?.id ?? []).toSorted()).toEqual(['1', '2', '3', '4']);
  });

  it('rule 3: a job stands or falls with the fact of its transaction', async () => {
    const { db } = open();
    const failing = db.transaction(async ({ jobs }) => {
      await jobs.enqueue(job('never', 1));
      throw new Error('the fact did not come about');
    });
    await expect(failing).rejects.toThrow('did not come about');
    expect(await db.jobs.state('never')).toBeNull();
  });
});
