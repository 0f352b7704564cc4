/** Worker process: sets a document with Typst (WebAssembly) and gives the PDF. */
import { readFile } from 'node:fs/promises';
import { createTypstCompiler } from '@myriaddreamin/typst.ts/compiler';
import { loadFonts } from '@myriaddreamin/typst.ts/options.init';
import { serveTasks } from '#server/codecs/worker-protocol.ts';

/** Files by their name beside the template: `data.json` and the pictures it names. */
export interface TypesetInput {
  readonly template: Uint8Array;
  readonly files: Readonly<Record<string, Uint8Array>>;
}

const FONTS = [
  '400Regular/NotoSans_400Regular.ttf',
  '400Regular_Italic/NotoSans_400Regular_Italic.ttf',
  '600SemiBold/NotoSans_600SemiBold.ttf',
];

/** Number of the PDF format in the compiler's own table, which is an enum that type stripping cannot import. */
const PDF_FORMAT = 1;

async function readPackageFile(name: string): Promise<Uint8Array> {
  return readFile(new URL(import.meta.resolve(name)));
}

async function typeset({ template, files }: TypesetInput): Promise<Uint8Array> {
  const fonts = await Promise.all(FONTS.map((font) => readPackageFile(`@expo-google-fonts/noto-sans/${font}`)));
  const wasm = await readPackageFile('@myriaddreamin/typst-ts-web-compiler/wasm');
  const compiler = createTypstCompiler();
  await compiler.init({
    // The generated glue wants its parameter wrapped, which the package's types do not know, and warns otherwise.
    getModule: () => ({ module_or_path: wasm }) as unknown as Uint8Array<ArrayBuffer>,
    // Without this the package would fetch its default fonts from the network.
    beforeBuild: [loadFonts(fonts, { assets: false })],
  });
  compiler.mapShadow('/report.typ', template);
  for (const [name, bytes] of Object.entries(files)) compiler.mapShadow(`/${name}`, bytes);
  const { result, diagnostics } = await compiler.compile({
    mainFilePath: '/report.typ',
    format: PDF_FORMAT,
    diagnostics: 'unix',
  });
  if (result === undefined) throw new Error(`the report could not be set: ${diagnostics?.join('; ') ?? 'no reason'}`);
  return result.slice();
}

serveTasks({ typeset });
