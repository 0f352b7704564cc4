import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CtSeries, writeCtSeries } from '#fixtures/ct-phantom.ts';
import { importPath } from '#server/domain/import-path.ts';
import type { SignedIn, TestServer } from '#server/http/test-server.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import {
  type SampleElement,
  sample,
  sampleFragments,
  sampleInstance,
  samplePart10,
} from '#shared/dicom/sample-dataset.ts';

/** For tests: one study with everything that can be rendered, and something that cannot. */
export interface RenderableStudy {
  readonly ct: CtSeries;
  /** Paths below the service. */
  readonly study: string;
  readonly ctSeries: string;
  readonly slice: string;
  /** Four frames of 8 × 4 px, values 0, 60, 120, 180, 40 ms apart; 8-bit grey without a window. */
  readonly cine: string;
  readonly report: string;
  readonly pdf: string;
  /** An MPEG-4 stream in two fragments. */
  readonly video: string;
  /** An RT plan: no pixels, no words. */
  readonly plan: string;
}

export const VIDEO_BYTES = Buffer.from('....ftypmp42 and what a film is made of');
export const PDF_BYTES = Buffer.from('%PDF-1.4\n% a document of an odd length\n%%EOF\n1');

const CODES: Readonly<Record<string, string>> = {
  Finding: '121071',
  'Radiology report': '18748-4',
  Width: '410668003',
};
const CLASS = '1.2.840.10008.5.1.4.1.1.';

export async function storeRenderables(server: TestServer, person: SignedIn): Promise<RenderableStudy> {
  const consultation = await server.draft();
  const folder = join(server.dataDir, 'renderables');
  const ct = await writeCtSeries(join(folder, 'ct'), { slices: 3, size: 64 });
  const other = (number: number, sopClass: string, changes: readonly SampleElement[]) =>
    samplePart10(
      sampleInstance(
        [
          sample(0x00080005, 'CS', 'ISO_IR 192'),
          sample(0x00080016, 'UI', `${CLASS}${sopClass}`),
          sample(0x00080018, 'UI', `1.2.3.9.${number}.1`),
          sample(0x00100010, 'PN', Buffer.from('Müller^Анна')),
          sample(0x00100020, 'LO', 'ID-7'),
          sample(0x0020000d, 'UI', ct.studyUid),
          sample(0x0020000e, 'UI', `1.2.3.9.${number}`),
          ...changes,
        ],
        false,
      ),
    );
  await mkdir(join(folder, 'others'));
  const files: Record<string, Uint8Array> = {
    cine: other(1, '7.2', cinePixels()),
    report: other(2, '88.11', reportContent(ct)),
    pdf: other(3, '104.1', [
      sample(0x00080060, 'CS', 'DOC'),
      sample(0x00420011, 'OB', Buffer.concat([PDF_BYTES, Buffer.alloc(1)])),
      sample(0x00420012, 'LO', 'application/pdf'),
      sample(0x00420015, 'UL', [PDF_BYTES.length]),
    ]),
    video: samplePart10(videoElements(ct), {
      transferSyntaxUid: '1.2.840.10008.1.2.4.102',
      tail: sampleFragments([], [VIDEO_BYTES.subarray(0, 10), VIDEO_BYTES.subarray(10)]),
    }),
    plan: other(4, '481.5', [sample(0x00080060, 'CS', 'RTPLAN')]),
  };
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, 'others', `${name}.dcm`), bytes);
  await bring(server, consultation, person, join(folder, 'ct'));
  await bring(server, consultation, person, join(folder, 'others'));
  const study = `/dicom-web/studies/${ct.studyUid}`;
  const ctSeries = `${study}/series/${ct.seriesUid}`;
  const place = (number: number) => `${study}/series/1.2.3.9.${number}/instances/1.2.3.9.${number}.1`;
  const slice = `${ctSeries}/instances/${ct.instances[1]?.sopInstanceUid}`;
  return {
    ct,
    study,
    ctSeries,
    slice,
    cine: place(1),
    report: place(2),
    pdf: place(3),
    video: place(5),
    plan: place(4),
  };
}

export async function bring(
  server: TestServer,
  consultation: Consultation,
  person: SignedIn,
  path: string,
): Promise<void> {
  const request = { path, consultationId: consultation.id, actor: person.principal };
  const { refused } = await importPath(server.services.material.ingest, request, new AbortController().signal);
  if (refused.length > 0) throw new Error(`the test material was refused: ${JSON.stringify(refused)}`);
}

function cinePixels(): SampleElement[] {
  const frame = 8 * 4;
  const pixels = Uint8Array.from({ length: frame * 4 }, (_, at) => Math.floor(at / frame) * 60);
  return [
    sample(0x00080060, 'CS', 'US'),
    sample(0x00181063, 'DS', '40'),
    sample(0x00280002, 'US', [1]),
    sample(0x00280004, 'CS', 'MONOCHROME2'),
    sample(0x00280008, 'IS', '4'),
    sample(0x00280010, 'US', [4]),
    sample(0x00280011, 'US', [8]),
    sample(0x00280100, 'US', [8]),
    sample(0x00280101, 'US', [8]),
    sample(0x00280102, 'US', [7]),
    sample(0x00280103, 'US', [0]),
    sample(0x00281050, 'DS', '128'),
    sample(0x00281051, 'DS', '256'),
    sample(0x7fe00010, 'OB', pixels),
  ];
}

function videoElements(ct: CtSeries): SampleElement[] {
  return sampleInstance(
    [
      sample(0x00080016, 'UI', `${CLASS}77.1.1.1`),
      sample(0x00080018, 'UI', '1.2.3.9.5.1'),
      sample(0x00080060, 'CS', 'ES'),
      sample(0x0020000d, 'UI', ct.studyUid),
      sample(0x0020000e, 'UI', '1.2.3.9.5'),
      sample(0x00280002, 'US', [3]),
      sample(0x00280004, 'CS', 'YBR_PARTIAL_420'),
      sample(0x00280006, 'US', [0]),
      sample(0x00280008, 'IS', '50'),
      sample(0x00280010, 'US', [16]),
      sample(0x00280011, 'US', [16]),
      sample(0x00280100, 'US', [8]),
      sample(0x00280101, 'US', [8]),
      sample(0x00280102, 'US', [7]),
      sample(0x00280103, 'US', [0]),
    ],
    false,
  );
}

function code(meaning: string, scheme = 'DCM'): SampleElement[] {
  return [
    sample(0x00080100, 'SH', CODES[meaning] ?? meaning),
    sample(0x00080102, 'SH', scheme),
    sample(0x00080104, 'LO', meaning),
  ];
}

function item(type: string, concept: string, value: readonly SampleElement[]): SampleElement[] {
  const elements = [
    sample(0x0040a010, 'CS', 'CONTAINS'),
    sample(0x0040a040, 'CS', type),
    sample(0x0040a043, 'SQ', [code(concept)]),
    ...value,
  ];
  return elements.sort((one, other) => one.tag - other.tag);
}

function reportContent(ct: CtSeries): SampleElement[] {
  const image = ct.instances[0]?.sopInstanceUid ?? '';
  const reference = (uid: string) =>
    sample(0x00081199, 'SQ', [[sample(0x00081150, 'UI', `${CLASS}2`), sample(0x00081155, 'UI', uid)]]);
  return [
    sample(0x00080060, 'CS', 'SR'),
    sample(0x0040a040, 'CS', 'CONTAINER'),
    sample(0x0040a043, 'SQ', [code('Radiology report')]),
    sample(0x0040a491, 'CS', 'COMPLETE'),
    sample(0x0040a493, 'CS', 'UNVERIFIED'),
    sample(0x0040a730, 'SQ', [
      item('TEXT', 'Finding', [sample(0x0040a160, 'UT', Buffer.from('<script>alert("ü")</script>\nsecond line'))]),
      item('NUM', 'Width', [
        sample(0x0040a300, 'SQ', [[sample(0x004008ea, 'SQ', [code('mm', 'UCUM')]), sample(0x0040a30a, 'DS', '12.5')]]),
      ]),
      item('IMAGE', 'Seen here', [reference(image)]),
      item('IMAGE', 'Elsewhere', [reference('1.2.3.999')]),
    ]),
  ];
}
