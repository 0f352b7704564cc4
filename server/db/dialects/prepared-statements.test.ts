import { describe, expect, it } from 'vitest';
import { PreparingDatabase } from './prepared-statements.ts';

describe('statements that are prepared once', () => {
  it('gives the same text the same statement, with other values each time', () => {
    const database = new PreparingDatabase(':memory:');
    database.exec('create table t (a text)');
    const insert = database.prepare('insert into t values (?)');
    insert.run('one');
    expect(database.prepare('insert into t values (?)')).toBe(insert);
    insert.run('two');
    expect(database.prepare('select a from t').all()).toEqual([{ a: 'one' }, { a: 'two' }]);
    database.close();
  });

  it.each(['alter table t add column b text', 'drop table t'])(
    'forgets all of them when the schema changes: %s',
    (change) => {
      const database = new PreparingDatabase(':memory:');
      database.exec('create table t (a text)');
      const select = database.prepare('select * from t');
      database.prepare(change).run();
      if (change.startsWith('drop')) database.exec('create table t (c text)');
      const again = database.prepare('select * from t');
      expect(again).not.toBe(select);
      expect(again.columns().map(({ name }) => name)).toEqual(change.startsWith('drop') ? ['c'] : ['a', 'b']);
      database.close();
    },
  );

  it('keeps a bounded number of them, and no long ones', () => {
    const database = new PreparingDatabase(':memory:');
    const first = database.prepare('select 0');
    for (let number = 1; number <= 300; number += 1) database.prepare(`select ${number}`);
    expect(database.prepare('select 0')).not.toBe(first);
    const long = `select '${'x'.repeat(4000)}'`;
    expect(database.prepare(long)).not.toBe(database.prepare(long));
    database.close();
  });

  it('refuses what is no SQL each time', () => {
    const database = new PreparingDatabase(':memory:');
    for (let time = 0; time < 2; time += 1) expect(() => database.prepare('select from where')).toThrow(/syntax error/);
    database.close();
  });
});
