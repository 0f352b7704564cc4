/** The operator's command line: `npm run --silent admin -- <command>`. */
const OLDEST_NODE = 24;
const major = Number(process.versions.node.split('.')[0]);
if (major < OLDEST_NODE) {
  process.stderr.write(`This needs Node ${OLDEST_NODE} or newer; "npm run --silent admin -- …" brings its own.\n`);
  process.exit(1);
}
const { runAdmin } = await import('./admin/run-admin.ts');
process.exitCode = await runAdmin(process.argv.slice(2), process.env, {
  input: process.stdin,
  result: (text) => process.stdout.write(text),
  message: (text) => process.stderr.write(text),
});

export {};
