import type { Plugin } from 'vite';
import { parseReference, type Reference, scheme } from './references.ts';

/*
 * Vue's compiler turns the URLs in a template into imports, but it would read `tintype:hero` as a URL without a path, and
 * leave an empty `src`. So this transform runs earlier: at the root of a template, before any other transform has seen its
 * elements.
 */

/** The part of `@vitejs/plugin-vue` that other plugins may change: its options, before the first template is compiled. */
interface VueApi {
  options: {
    readonly template?: {
      readonly compilerOptions?: { readonly nodeTransforms?: readonly unknown[] };
    };
  };
}

/** Nodes of a template as Vue's compiler (3.4 and later, 2026-11-28) has them. */
interface TemplateNode {
  readonly type: number;
  readonly tag?: string;
  readonly props?: Prop[];
  readonly children?: readonly unknown[];
}

interface Prop {
  readonly type: number;
  readonly name: string;
  readonly loc: unknown;
  /** The value of an attribute. */
  readonly value?: { readonly content: string } | undefined;
  /** The argument of a directive. */
  readonly arg?: unknown;
  readonly exp?: unknown;
  readonly modifiers?: readonly unknown[];
}

interface Context {
  readonly imports?: { exp: unknown; path: string }[];
}

const rootNode = 0;
const elementNode = 1;
const simpleExpressionNode = 4;
const attributeNode = 6;
const directiveNode = 7;
const compoundExpressionNode = 8;

/** Makes Vue's plugin resolve references in templates, if a config has that plugin. Returns whether it has. */
export function resolveInVue(plugins: readonly Plugin[]): boolean {
  const apis = plugins
    .filter(({ name }) => name === 'vite:vue')
    .flatMap(({ api }) => (isVueApi(api) ? [api] : []));
  for (const api of apis) {
    const { template } = api.options;
    const { compilerOptions } = template ?? {};
    const nodeTransforms = compilerOptions?.nodeTransforms ?? [];
    if (nodeTransforms.includes(importReferences)) continue;
    api.options = {
      ...api.options,
      template: {
        ...template,
        compilerOptions: {
          ...compilerOptions,
          nodeTransforms: [importReferences, ...nodeTransforms],
        },
      },
    };
  }
  return apis.length > 0;
}

function isVueApi(api: unknown): api is VueApi {
  return typeof api === 'object' && api !== null && 'options' in api;
}

/**
 * A transform of Vue's compiler. An attribute that names a picture becomes a bound one: `srcset` the format's that `type`
 * names, or otherwise the fallback's; any other the fallback's URL. `<img src>` also gets the attributes of a page's
 * `<img>` that the author did not write.
 */
function importReferences(root: TemplateNode, { imports }: Context): void {
  if (root.type !== rootNode || imports === undefined) return;
  const names = new Map<string, string>();
  const importOf = (path: string, binding?: string): string => {
    const imported = `${path} ${binding}`;
    const name = names.get(imported) ?? `_imports_${imports.length}`;
    if (names.has(imported)) return name;
    names.set(imported, name);
    imports.push({ exp: simple(binding === undefined ? name : `{ ${binding} as ${name} }`), path });
    return name;
  };
  const visit = ({ type, tag, props = [], children = [] }: TemplateNode): void => {
    if (type !== rootNode && type !== elementNode) return;
    for (const prop of props.filter((one) => referenceIn(one) !== null)) {
      const { name, isStill } = referenceIn(prop)!;
      const whole = importOf(`virtual:tintype/${name}`);
      const picture = isStill
        ? `${importOf('vite-plugin-tintype/picture', 'stillPicture')}(${whole})`
        : whole;
      const at = props.indexOf(prop);
      if (tag === 'img' && prop.name === 'src') {
        props.splice(at, 1);
        const elements = importOf('vite-plugin-tintype/picture', 'pictureElements');
        const given = JSON.stringify(givenSize(props));
        // These go first, so that the author's attributes override them.
        props.unshift(bound(prop, undefined, `${elements}(${picture}, ${given}).img`));
      } else {
        props[at] = bound(prop, prop.name, valueOf(picture, prop.name, props));
      }
    }
    for (const child of children) visit(child as TemplateNode);
  };
  visit(root);
}

/** The image that an attribute names; `null`: none. */
function referenceIn({ type, value }: Prop): Reference | null {
  const written = type === attributeNode ? (value?.content.trim() ?? '') : '';
  return written.startsWith(scheme) ? parseReference(written.slice(scheme.length)) : null;
}

/** The size that the author wrote, from which the rest is computed. Nothing is computed from bound attributes. */
function givenSize(props: readonly Prop[]): Readonly<Record<string, string | null>> {
  const written = props.filter(({ type }) => type === attributeNode);
  const given = written.filter(({ name }) => ['width', 'height', 'sizes'].includes(name));
  const isBound = props.some(({ type, arg }) => type === directiveNode && isSize(arg));
  return {
    ...(isBound && { width: null, height: null }),
    ...Object.fromEntries(given.map(({ name, value }) => [name, value?.content ?? ''])),
  };
}

function isSize(arg: unknown): boolean {
  const name = typeof arg === 'object' && arg !== null && 'content' in arg ? arg.content : '';
  return name === 'width' || name === 'height';
}

/** The code of an attribute's value, with the same rules as in a page (`html.ts`). */
function valueOf(picture: string, attribute: string, props: readonly Prop[]): string {
  if (attribute !== 'srcset' && attribute !== 'imagesrcset') return `${picture}.img.src`;
  const type = props.find(({ type, name }) => type === attributeNode && name === 'type');
  const [, format] = /^image\/(\w+)$/.exec(type?.value?.content ?? '') ?? [];
  const ofType = format === undefined ? '' : `${picture}.sources.${format} ?? `;
  return `${ofType}Object.values(${picture}.sources).at(-1) ?? ${picture}.img.src`;
}

/** `arg`: the attribute; without it, binds every attribute of an object. */
function bound({ loc }: Prop, arg: string | undefined, code: string): Prop {
  return {
    type: directiveNode,
    name: 'bind',
    loc,
    arg: arg === undefined ? undefined : { ...simple(arg), isStatic: true, constType: 3 },
    // A compound expression, because its names belong to the module and not to the component.
    exp: { type: compoundExpressionNode, loc, children: [simple(code)] },
    modifiers: [],
  };
}

function simple(content: string) {
  return { type: simpleExpressionNode, loc: nowhere, content, isStatic: false, constType: 0 };
}

const nowhere = {
  start: { line: 1, column: 1, offset: 0 },
  end: { line: 1, column: 1, offset: 0 },
  source: '',
};
