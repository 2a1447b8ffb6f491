/** Components, HTML, style sheets and templates. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { transform as transformAstro } from '@astrojs/compiler-rs';
import { HtmlValidate } from 'html-validate';
import { transform as transformCss } from 'lightningcss';
import { transformWithOxc } from 'vite';
import { compileScript, compileTemplate, parse as parseVue } from 'vue/compiler-sfc';
import { repository } from './pages.ts';

/** What is wrong with a block, as text. A check may also throw. */
export type Check = (code: string) => readonly unknown[] | Promise<readonly unknown[]>;

export const tsxProblems: Check = async (code) =>
  (await transformWithOxc(code, 'block.tsx')).warnings;

/** A template, or a whole component. */
export const vueProblems: Check = (code) => {
  const { descriptor, errors } = parseVue(code);
  if (descriptor.template === null)
    return compileTemplate({ source: code, filename: 'block.vue', id: 'block' }).errors;
  compileScript(descriptor, { id: 'block', inlineTemplate: true });
  return errors;
};

export const svelteProblems: Check = async (code) => {
  const plugin = createRequire(join(repository, 'packages/vite-plugin/package.json'));
  const { compile } = (await import(plugin.resolve('svelte/compiler'))) as SvelteCompiler;
  return compile(code, { filename: 'block.svelte' }).warnings;
};

/** Svelte's compiler, which only the plugin's package has. */
interface SvelteCompiler {
  readonly compile: (
    code: string,
    options: { readonly filename: string },
  ) => { readonly warnings: readonly unknown[] };
}

export const astroProblems: Check = (code) =>
  transformAstro(code, { filename: 'block.astro' }).diagnostics.map(({ text }) => text);

const html = new HtmlValidate({
  extends: ['html-validate:standard'],
  rules: {
    // The formatter of this repository decides the layout.
    'void-style': 'off',
    'no-trailing-whitespace': 'off',
    // Tintype writes the alternative text of the manifest into `src="tintype:…"`.
    'wcag/h37': 'off',
  },
});

export const htmlProblems: Check = async (code) => {
  const { results } = await html.validateString(code);
  return results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message }) => `${ruleId}: ${message}`),
  );
};

export const cssProblems: Check = (code) =>
  transformCss({ filename: 'block.css', code: Buffer.from(code), errorRecovery: false }).warnings;

/** Each `if`, `with`, `range` and `block` of a Go template has its `end`. No parser of them comes with npm. */
export const goTemplateProblems: Check = (code) => {
  if (code.split('{{').length !== code.split('}}').length) return ['an action has no end'];
  let depth = 0;
  for (const [, word] of code.matchAll(/\{\{-?\s*(\w+)/g)) {
    if (/^(?:if|with|range|block|define)$/.test(word!)) depth += 1;
    if (word === 'else' && depth === 0) return ['an else is outside'];
    if (word === 'end') depth -= 1;
    if (depth < 0) return ['there is an end too many'];
  }
  return depth === 0 ? [] : ['an end is missing'];
};
