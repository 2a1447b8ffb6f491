import { createHash, randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

import { drawPicture } from '../openai/draw-picture.ts';
import type { Made, State, Status } from './state.ts';

/** The addresses of pictures, by the end of their path. */
export type AddressOf = (path: string) => string;

/** Takes a prediction from `starting` to its end. */
export async function runPrediction(
  state: State,
  prediction: Made,
  addressOf: AddressOf,
): Promise<void> {
  const { startMs, workMs } = state.options;
  const { fault } = prediction;
  const takesTime = fault?.kind === 'poll';
  await setTimeout(startMs);
  if (isOver(prediction) || (fault?.kind === 'stay' && fault.status === 'starting')) return;
  if (fault?.kind === 'end' && fault.status === 'aborted') return finish(prediction, 'aborted');
  prediction.status = 'processing';
  if (fault?.kind === 'stay' || fault?.kind === 'done-at-cancel') return;
  await setTimeout(takesTime ? Math.max(workMs, 100) : workMs);
  if (isOver(prediction)) return;
  if (fault?.kind === 'end') {
    prediction.error = fault.status === 'failed' ? fault.error : null;
    return finish(prediction, fault.status);
  }
  await succeed(state, prediction, addressOf);
}

async function succeed(state: State, prediction: Made, addressOf: AddressOf): Promise<void> {
  const { fault, model } = prediction;
  if (fault?.kind === 'output') {
    prediction.output = fault.output;
  } else {
    const url = addressOf(await storePicture(state, prediction));
    prediction.output = model.hasSingleOutput ? url : [url];
  }
  finish(prediction, 'succeeded');
}

/** Cancels a prediction for a client. A prediction that has not started is aborted, as its deadline would do (made up). */
export async function cancelPrediction(
  state: State,
  prediction: Made,
  addressOf: AddressOf,
): Promise<void> {
  if (isOver(prediction)) return;
  if (prediction.fault?.kind === 'done-at-cancel') await succeed(state, prediction, addressOf);
  else finish(prediction, prediction.status === 'starting' ? 'aborted' : 'canceled');
}

function isOver({ status }: Made): boolean {
  return status !== 'starting' && status !== 'processing';
}

function finish(prediction: Made, status: Status): void {
  prediction.status = status;
  prediction.end();
}

/** A real picture of the requested size and format. Returns the path of its file. */
async function storePicture(state: State, prediction: Made): Promise<string> {
  const { model, input } = prediction;
  const [width, height] = model.sizes[(input['aspect_ratio'] ?? '1:1') as string] ?? [
    Number(input['width'] ?? 512),
    Number(input['height'] ?? 512),
  ];
  const requested = input['output_format'];
  const format = requested === 'jpg' ? 'jpeg' : ((requested ?? model.defaultFormat) as 'png');
  const bytes = await drawPicture({
    width,
    height,
    format,
    compression: 90,
    alpha: input['background'] === 'transparent' ? 'transparent' : 'opaque',
    detail: 'flat',
    // Makes each prediction different.
    seed: createHash('sha256').update(prediction.id).digest(),
  });
  const path = `/xezq/${randomBytes(8).toString('hex')}/out-0.${format}`;
  const expiresAt = Date.now() + state.options.expiryMs;
  state.files.set(path, { bytes, contentType: `image/${format}`, made: prediction, expiresAt });
  return path;
}
