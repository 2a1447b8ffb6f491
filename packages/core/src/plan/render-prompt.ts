import type { FieldPath, Row, TextRange } from '../types.ts';
import type { Layer } from './merge-layers.ts';
import { offsetsOf, variablesIn } from './render-template.ts';

/**
 * Renders the image's prompt and then goes from the nearest layer to the farthest: a prompt that contains `{{ prompt }}` wraps
 * the prompt so far, any other is used only if there is none yet. `text` is `undefined` if no layer has a prompt, and `null`
 * if one is wrong. `layer` is that of the innermost prompt, and `own` says where its text is in the result.
 */
export function renderPrompt(
  layers: readonly Layer[],
  variables: Row['values'],
  render: (text: string, path: FieldPath | null, known: Row['values']) => string | null,
): {
  readonly text: string | null | undefined;
  readonly layer: Layer | null;
  readonly own: readonly TextRange[];
} {
  let text: string | undefined;
  let innermost: Layer | null = null;
  let own: readonly TextRange[] = [];
  for (const layer of orderOfWrapping(layers)) {
    const { fields, path } = layer;
    if (!Object.hasOwn(fields, 'prompt')) continue;
    if (fields.prompt === undefined) return { text: null, layer, own: [] };
    const wraps = layer !== layers[0] && variablesIn(fields.prompt).includes('prompt');
    if (text !== undefined && !wraps) continue;
    // If there is nothing to wrap, report the missing prompt and not the missing variable.
    if (text === undefined && wraps && !Object.hasOwn(variables, 'prompt')) continue;
    const known = text === undefined ? variables : { ...variables, prompt: text };
    const rendered = render(fields.prompt, path && [...path, 'prompt'], known);
    if (rendered === null) return { text: null, layer, own: [] };
    own =
      text === undefined
        ? [{ start: 0, end: rendered.length }]
        : offsetsOf('prompt', fields.prompt, known).flatMap((at) => shifted(own, at));
    innermost ??= layer;
    text = rendered;
  }
  return { text, layer: innermost, own };
}

function shifted(ranges: readonly TextRange[], by: number): readonly TextRange[] {
  return ranges.map(({ start, end }) => ({ start: start + by, end: end + by }));
}

/** Prompts wrap in the order image, presets from left to right, file, config. `layers` has the presets from right to left. */
function orderOfWrapping(layers: readonly Layer[]): readonly Layer[] {
  return [...layers.slice(0, 1), ...layers.slice(1, -2).toReversed(), ...layers.slice(-2)];
}
