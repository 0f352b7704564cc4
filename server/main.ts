/** Starts the server: the only file that reads the environment of the process and hears its signals. */
const OLDEST_NODE = 24;
const major = Number(process.versions.node.split('.')[0]);
if (major < OLDEST_NODE) {
  process.stderr.write(
    `Consilium needs Node ${OLDEST_NODE} or newer and this is ${process.versions.node}. "npm start" brings its own.\n`,
  );
  process.exit(1);
}
// Imported only now: an older Node could not even read the files.
const { run } = await import('./run.ts');
process.exitCode = await run(process.env);
