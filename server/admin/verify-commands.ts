import { isIntact, verifyStorage } from '#server/domain/verify-storage.ts';
import type { Command } from './command.ts';

export const verify: Command = {
  name: 'verify',
  summary: 'compare every stored object with its hash and every row with its object; exit code 1 when one differs',
  usage: 'verify',
  options: {},
  required: [],
  positionals: [],
  async run(services, { signal }) {
    const report = await verifyStorage(services, signal);
    return { result: JSON.stringify({ intact: isIntact(report), ...report }), ok: isIntact(report) };
  },
};

export const verifyAudit: Command = {
  name: 'verify-audit',
  summary: 'walk the audit chain; prints what was found, exit code 1 when a row was changed or is missing',
  usage: 'verify-audit',
  options: {},
  required: [],
  positionals: [],
  async run({ db }) {
    const found = await db.audit.verify();
    return { result: JSON.stringify({ intact: found.brokenAt === null, ...found }), ok: found.brokenAt === null };
  },
};
