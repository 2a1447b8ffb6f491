import { createHash, randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

import { drawPicture } from '../openai/draw-picture.ts';
import type { Made, State, Status } from './state.ts';

/** The addresses of pictures, by the end of their path. */
export type AddressOf = (path: string) => string;

/** Takes a prediction from `starting` to its end. */
export async function runPrediction(state: State, made: Made, addressOf: AddressOf): Promise<void> {
  const { startMs, workMs } = state.options;
  const { fault } = made;
  const takesTime = fault?.kind === 'poll';
  await setTimeout(startMs);
  if (isOver(made) || (fault?.kind === 'stay' && fault.status === 'starting')) return;
  if (fault?.kind === 'end' && fault.status === 'aborted') return finish(made, 'aborted');
  made.status = 'processing';
  if (fault?.kind === 'stay' || fault?.kind === 'done-at-cancel') return;
  await setTimeout(takesTime ? Math.max(workMs, 100) : workMs);
  if (isOver(made)) return;
  if (fault?.kind === 'end') {
    made.error = fault.status === 'failed' ? fault.error : null;
    return finish(made, fault.status);
  }
  await succeed(state, made, addressOf);
}

async function succeed(state: State, made: Made, addressOf: AddressOf): Promise<void> {
  const { fault, model } = made;
  if (fault?.kind === 'output') {
    made.output = fault.output;
  } else {
    const url = addressOf(await storePicture(state, made));
    made.output = model.hasSingleOutput ? url : [url];
  }
  finish(made, 'succeeded');
}

/** Cancels a prediction for a client. A prediction that has not started is aborted, as its deadline would do (made up). */
export async function cancelPrediction(
  state: State,
  made: Made,
  addressOf: AddressOf,
): Promise<void> {
  if (isOver(made)) return;
  if (made.fault?.kind === 'done-at-cancel') await succeed(state, made, addressOf);
  else finish(made, made.status === 'starting' ? 'aborted' : 'canceled');
}

function isOver({ status }: Made): boolean {
  return status !== 'starting' && status !== 'processing';
}

function finish(made: Made, status: Status): void {
  made.status = status;
  made.end();
}

/** A real picture of the requested size and format. Returns the path of its file. */
async function storePicture(state: State, made: Made): Promise<string> {
  const { model, input } = made;
  const [width, height] = model.sizes[(input['aspect_ratio'] ?? '1:1') as string] ?? [
    Number(input['width'] ?? 512),
    Number(input['height'] ?? 512),
  ];
  const asked = input['output_format'];
  const format = asked === 'jpg' ? 'jpeg' : ((asked ?? model.defaultFormat) as 'png');
  const bytes = await drawPicture({
    width,
    height,
    format,
    compression: 90,
    alpha: input['background'] === 'transparent' ? 'transparent' : 'opaque',
    detail: 'flat',
    // Makes each prediction different.
    seed: createHash('sha256').update(made.id).digest(),
  });
  const path = `/xezq/${randomBytes(8).toString('hex')}/out-0.${format}`;
  const expiresAt = Date.now() + state.options.expiryMs;
  state.files.set(path, { bytes, contentType: `image/${format}`, made, expiresAt });
  return path;
}
