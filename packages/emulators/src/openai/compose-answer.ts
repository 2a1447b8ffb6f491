import { createHash } from 'node:crypto';

import type { ImageRequest } from './check-request.ts';
import { drawPicture, type Detail } from './draw-picture.ts';
import type { Trouble } from './faults.ts';
import type { SvgUsage, Usage } from './token-usage.ts';

/** The pictures of one answer, and its data about them. */
export interface Answer {
  readonly request: ImageRequest;
  readonly usage: Usage;
  readonly svgUsage: SvgUsage | null;
  readonly detail: Detail;
  /** Distinguishes equal requests, so that their pictures differ. */
  readonly takes: readonly string[];
  readonly fault: Trouble | null;
}

/** Draws the pictures of an answer, damaged as the fault says. */
export function drawAnswer(answer: Answer): Promise<Buffer[]> {
  return Promise.all(answer.takes.map((take) => drawOne(answer, take)));
}

/** The body of a 200 in pieces, in the shape of section `ImagesResponse` of the API reference (2026-11). */
export function answerBody(answer: Answer, pictures: readonly Buffer[]): (string | Buffer)[] {
  const { request, fault } = answer;
  const sent = fault?.kind === 'missing-pictures' ? pictures.slice(0, fault.keep) : pictures;
  const body = JSON.stringify({
    created: now(),
    ...labels(request),
    data: sent.map(() => ({ b64_json: '<picture>' })),
    ...usageField(answer),
    ...(answer.svgUsage !== null && { svg_usage: answer.svgUsage }),
    safety_identifier: request.safetyIdentifier,
  });
  // Inserted afterwards, because writing megabytes as JSON takes longer than everything else in an answer.
  const [first = '', ...others] = body.split('<picture>');
  return [first, ...others.flatMap((text, at) => [base64(sent[at]!, fault), text])];
}

/** The events of a stream: the partial pictures, then the completed one. */
export async function answerEvents(answer: Answer, picture: Buffer): Promise<string[]> {
  const { request, fault } = answer;
  const name = request.endpoint === 'edits' ? 'image_edit' : 'image_generation';
  const events: string[] = [];
  for (let index = 0; index < request.partialImages; index++) {
    const partial = await drawOne(
      { ...answer, fault: null },
      `${answer.takes[0]} partial ${index}`,
    );
    const type = `${name}.partial_image`;
    const fields = { b64_json: partial.toString('base64'), partial_image_index: index };
    events.push(event(type, { type, ...fields, created_at: now(), ...labels(request) }));
  }
  if (fault?.kind === 'stream-error') {
    events.push(event('error', { type: 'error', error: fault.error }));
  } else if (fault?.kind !== 'stream-without-completed' && fault?.kind !== 'missing-pictures') {
    const type = `${name}.completed`;
    events.push(
      event(type, {
        type,
        b64_json: base64(picture, fault).toString('latin1'),
        created_at: now(),
        ...labels(request),
        ...usageField(answer),
        safety_identifier: request.safetyIdentifier,
      }),
    );
  }
  return events;
}

async function drawOne({ request, detail, fault }: Answer, take: string): Promise<Buffer> {
  const { width, height } = fault?.kind === 'wrong-size' ? fault : request;
  const transparent = fault?.kind === 'opaque-picture' ? 'solid' : 'transparent';
  const picture = await drawPicture({
    width,
    height,
    format: fault?.kind === 'mislabelled-format' ? fault.format : request.outputFormat,
    compression: request.outputCompression,
    alpha: request.background === 'transparent' ? transparent : 'opaque',
    detail,
    frames: request.frames,
    frameMs: request.frameMs,
    seed: createHash('sha256').update(take).digest(),
  });
  return fault?.kind === 'corrupt-picture' ? picture.subarray(0, picture.length >> 1) : picture;
}

/** The API returns the values that its `auto`s became. */
function labels(request: ImageRequest): Record<string, string> {
  const { background, outputFormat, quality, width, height } = request;
  return { background, output_format: outputFormat, quality, size: `${width}x${height}` };
}

const encoded = new WeakMap<Buffer, Buffer>();

/** A picture that is sent again is encoded only once. */
function base64(picture: Buffer, fault: Trouble | null): Buffer {
  const known = encoded.get(picture) ?? Buffer.from(picture.toString('base64'), 'latin1');
  encoded.set(picture, known);
  if (fault?.kind !== 'invalid-base64') return known;
  return Buffer.from(`%${known.toString('latin1', 0, known.length - 5)}%`, 'latin1');
}

/** The usage of an event has no `output_tokens_details`. */
function usageField({ request, usage, fault }: Answer): { usage?: object } {
  if (fault?.kind === 'no-usage') return {};
  if (fault?.kind === 'zero-usage') {
    const details = { text_tokens: 0, image_tokens: 0 };
    const tokens = { input_tokens: 0, output_tokens: 0, total_tokens: 0 };
    return { usage: { ...tokens, input_tokens_details: details } };
  }
  if (!request.stream || fault?.kind === 'json-instead-of-stream') return { usage };
  const { output_tokens_details: _, ...eventUsage } = usage;
  return { usage: eventUsage };
}

function event(type: string, data: object): string {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
