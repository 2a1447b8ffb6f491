import { defaults, type FieldName } from '../fields.ts';
import type { Draft } from './draft.ts';
import { isKnownModel, type Model, modelNamed, type ModelTable } from './models.ts';
import { framesOf } from './frame-sheet.ts';
import { sizeProblem } from './picture-size.ts';

/**
 * Finds fields of an image that its model does not support, before anything is spent. The message names the models that do.
 * Fields with their default value are ignored. Unknown models are assumed to support everything.
 */
export function checkModel(draft: Draft, name: string, models: ModelTable): void {
  if (!isKnownModel(models, name)) return;
  const model = modelNamed(models, name);
  const { fields, find } = draft;
  const refuse = (field: FieldName, what: string, can: (other: Model) => boolean): void => {
    const others = Object.keys(models).filter((other) => can(models[other]!));
    const instead = others.length === 0 ? 'no model does that' : `use ${others.join(' or ')}`;
    find(field, { code: 'not-supported-by-model', message: `${name} ${what}; ${instead}` });
  };

  const { size, quality, background, input_fidelity: fidelity, complexity } = fields;
  const frames = framesOf(fields);
  const problemOf = (one: Model, text: string) => sizeProblem(one, text, frames);
  const isOfKind = (one: Model) => frames === null || one.hasGif;
  if (size !== undefined) {
    const problem = problemOf(model, size);
    if (problem !== null) {
      const others = Object.keys(models).filter(
        (other) => isOfKind(models[other]!) && problemOf(models[other]!, size) === null,
      );
      const instead = others.length === 0 ? '' : `; use ${others.join(' or ')}`;
      find('size', {
        code: 'not-supported-by-model',
        message: `size ${size} ${problem}${instead}`,
      });
    }
  }
  if (quality !== undefined && !model.qualities.includes(quality)) {
    refuse('quality', `has no quality ${quality}`, (other) => other.qualities.includes(quality));
  }
  if (background !== undefined && !model.backgrounds.includes(background)) {
    refuse('background', `cannot make a background that is ${background}`, (other) =>
      other.backgrounds.includes(background),
    );
  }
  if (
    fidelity !== undefined &&
    fidelity !== defaults.input_fidelity &&
    !model.inputFidelities.includes(fidelity)
  ) {
    refuse('input_fidelity', `does not take input_fidelity: ${fidelity}`, (other) =>
      other.inputFidelities.includes(fidelity),
    );
  }
  if (complexity !== undefined && !model.hasComplexity) {
    refuse('complexity', 'does not take complexity', (other) => other.hasComplexity);
  }
  if (fields.output_format === 'svg' && !model.hasSvg) {
    refuse('output_format', 'does not make svg', (other) => other.hasSvg);
  }
  if (fields.output_format === 'gif' && !model.hasGif) {
    refuse('output_format', 'does not make gif', (other) => other.hasGif);
  }
  if (fields.markup !== undefined && !model.hasMarkup) {
    refuse('markup', 'does not take markup', (other) => other.hasMarkup);
  }
  const inputs = fields.input_images?.length ?? 0;
  if (inputs > model.maxInputImages) {
    refuse(
      'input_images',
      `takes at most ${model.maxInputImages} input images`,
      (other) => other.maxInputImages >= inputs,
    );
  }
}
