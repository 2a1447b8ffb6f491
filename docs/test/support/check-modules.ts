/** TypeScript and JavaScript. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { transformWithOxc } from 'vite';
import type { Check } from './check-markup.ts';
import { type CodeBlock, repository } from './pages.ts';

/** Whether a block is a whole module. The others are a few lines of a config. */
export function isModule({ code }: CodeBlock): boolean {
  return /^import .* from /m.test(code);
}

/** Throws if a block cannot be parsed. */
export const scriptProblems: Check = async (code) => {
  // `name: value,` are members of an object.
  const text = /^\w+: /.test(code) ? `({${code}})` : code;
  return (await transformWithOxc(text, 'block.ts')).warnings;
};

/** Modules of a project that the docs are about. */
const ambient = `
type Shown = import('@tintype/core/types').Picture;
declare module 'virtual:tintype/team/*' { const team: Record<string, Shown>; export default team; }
declare module 'virtual:tintype/logo?raw' { const markup: string; export default markup; }
declare module 'virtual:tintype/*' { const picture: Shown; export default picture; export const alt: string; }
`;

/** The errors that the compiler finds in modules. */
export async function typeProblems(blocks: readonly CodeBlock[]): Promise<string[]> {
  const folder = await mkdtemp(join(repository, 'docs/.blocks-'));
  try {
    await mkdir(join(folder, 'src'));
    for (const [at, { code }] of blocks.entries())
      await writeFile(join(folder, `src/block-${at}.ts`), `${code}\nexport {};\n`);
    await writeFile(join(folder, 'src/ambient.d.ts'), ambient);
    const options = {
      extends: '../../tsconfig.base.json',
      compilerOptions: {
        // As the bundlers of readers resolve modules.
        module: 'esnext',
        moduleResolution: 'bundler',
        noEmit: true,
        declaration: false,
        declarationMap: false,
        strict: true,
        noImplicitAny: false,
        lib: ['es2024', 'dom', 'esnext.disposable'],
        types: ['node'],
        typeRoots: ['../../node_modules/@types'],
      },
      include: ['src'],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(options));
    const compiler = join(repository, 'node_modules/typescript/bin/tsc');
    const output = await promisify(execFile)(process.execPath, [
      compiler,
      '-p',
      folder,
      '--pretty',
      'false',
    ]).then(
      () => '',
      (error: { stdout: string }) => error.stdout,
    );
    return output.split('\n').flatMap((line) => {
      // What is wrong with the options of the compiler has no file, and the sources of the packages have other options.
      if (line.startsWith('error ')) return [line];
      const [, at, message] = /block-(\d+)\.ts\(\d+,\d+\): (.*)$/.exec(line) ?? [];
      if (at === undefined || message === undefined || isOfReader(message)) return [];
      return [`${blocks[Number(at)]!.at}: ${message}`];
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Packages of frameworks that are not installed here, and files of the reader's own project. */
function isOfReader(message: string): boolean {
  return /Cannot find module '(?:\.|@ai-sdk\/fal|@aws-sdk|astro|nuxt|@sveltejs|@11ty|next|@rspack|rollup|rolldown|webpack|esbuild)/.test(
    message,
  );
}
