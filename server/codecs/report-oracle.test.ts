import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toDicomJson } from '#shared/dicom/dicom-json.ts';
import { parseDicomHeader } from '#shared/dicom/header.ts';
import { readReport } from '#shared/dicom/structured-report.ts';
import { reportHtml } from '#shared/dicom/structured-report-html.ts';

const DATA = resolve(process.env.CONSILIUM_TEST_DATA ?? join(import.meta.dirname, '../../../shared/data'), 'objects');
const FILES = ['sr/*.dcm', 'sr-tid1500-head-neck/sr.dcm', 'on-lung-ct-derived/ko.dcm'];
const files = existsSync(DATA) ? globSync(FILES, { cwd: DATA }) : [];
const oracle = ['/usr/bin/dsr2html', '/usr/local/bin/dsr2html'].find((path) => existsSync(path));
const source = files.length === 0 ? 'absent: no test data folder' : oracle === undefined ? 'absent: DCMTK' : DATA;

/** What DCMTK says about the page, its footnotes and in its own words for value types, sexes and SOP Classes. */
const OWN = new Set(
  (
    'This page was generated from DICOM Structured Reporting document OFFIS DCMTK Flag Content Date/Time Concept ' +
    'Modifier Annex Observation Context Acquisition Footnote Selected Inferred from Properties Predecessor Docs ' +
    'Observers Physician by-reference Item image Waveform presentation state with unknown observed Circle Segment ' +
    'male female other'
  ).split(' '),
);

/** The words of a page, without its markup and punctuation. */
function words(html: string): string[] {
  return html
    .replace(/<(style|title)[\s\S]*?<\/\1>/g, ' ')
    .replace(/<\w+[^>]*? title="([^"]*)"[^>]*>/g, ' $1 ')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replace(/&(#39|apos);/g, "'")
    .replaceAll('&amp;', '&')
    .split(/[\s():;,=^"#*]+/)
    .filter((word) => /[\p{L}\p{N}]{3,}/u.test(word));
}

describe.skipIf(files.length === 0 || oracle === undefined)(`SR documents of others (${source})`, () => {
  test.each(files)('%s: every word that DCMTK shows', (file) => {
    const path = join(DATA, file);
    const ours = new Set(words(reportHtml(readReport(toDicomJson(parseDicomHeader(readFileSync(path)))), () => null)));
    const options = ['-Er', '-Ev', '-Ei', '+U8'];
    const theirs = words(execFileSync(oracle ?? '', [...options, path], { encoding: 'utf8', stdio: 'pipe' }));
    expect([...new Set(theirs)].filter((word) => !ours.has(word) && !OWN.has(word) && !/Storage$/.test(word))).toEqual(
      [],
    );
  });
});
