/*
 * Copyright (c) the JPEG XL Project Authors. All rights reserved.
 *
 * Redistribution and use in source and binary forms, with or without modification, are permitted provided that the following
 * conditions are met:
 *
 * 1. Redistributions of source code must retain the above copyright notice, this list of conditions and the following disclaimer.
 * 2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following disclaimer
 *    in the documentation and/or other materials provided with the distribution.
 * 3. Neither the name of the copyright holder nor the names of its contributors may be used to endorse or promote products derived
 *    from this software without specific prior written permission.
 *
 * This software is provided by the copyright holders and contributors "as is" and any express or implied warranties, including, but
 * not limited to, the implied warranties of merchantability and fitness for a particular purpose are disclaimed. In no event shall
 * the copyright holder or contributors be liable for any direct, indirect, incidental, special, exemplary, or consequential damages
 * (including, but not limited to, procurement of substitute goods or services; loss of use, data, or profits; or business
 * interruption) however caused and on any theory of liability, whether in contract, strict liability, or tort (including negligence
 * or otherwise) arising in any way out of the use of this software, even if advised of the possibility of such damage.
 */

import { setImmediate } from 'node:timers/promises';
import { hasAlpha } from './raw-picture.ts';
import type { RawPicture } from '../types.ts';

/**
 * SSIMULACRA 2: how well one picture shows another of the same size. 100 is equal, 90 cannot be told apart, 70 is high quality
 * (the differences can be found, but do not annoy), 50 is medium and 30 low. Very different pictures have less than 0.
 *
 * A port of `tools/ssimulacra2.cc` of libjxl 0.11.2, version 2.1 of the measure. At 288 pixels across, its scores and these
 * differ by at most 0.2; at 1024 by 0.3 in the median and 1.7 at most (`bench/looks.ts`, 2026-11-30), because its blur is recursive and adds up
 * the rounding of single precision. Pictures with a
 * side of fewer than 121 pixels have fewer scales; the program then takes the weights of other scales, and this does not. What is
 * transparent is put on dark and on light grey, and the worse score counts.
 */
export async function ssimulacra2(original: RawPicture, shown: RawPicture): Promise<number> {
  const backgrounds = hasAlpha(original) || hasAlpha(shown) ? [0.1, 0.9] : [0];
  let worst = 100;
  for (const background of backgrounds) {
    worst = Math.min(worst, await scoreOn(background, original, shown));
  }
  return worst;
}

/** Three planes of one size: red, green and blue, or X, Y and B. */
interface Planes {
  readonly width: number;
  readonly height: number;
  readonly planes: readonly [Float32Array, Float32Array, Float32Array];
}

/** A picture is compared at its size, and at halves of it, down to a thirty-second. */
const scales = 6;
/** Smaller ones are not compared. */
const smallestSide = 8;

async function scoreOn(
  background: number,
  original: RawPicture,
  shown: RawPicture,
): Promise<number> {
  let [a, b] = [linearOf(original, background), linearOf(shown, background)];
  let sum = 0;
  for (let scale = 0; scale < scales; scale++) {
    // What is halved to less than 8 pixels is compared once; what was less before is not.
    if (a.width < smallestSide || a.height < smallestSide) break;
    if (scale > 0) [a, b] = [halved(a), halved(b)];
    const [xybOfA, xybOfB] = [toXyb(a), toXyb(b)];
    for (const channel of [0, 1, 2] as const) {
      const differences = compared(xybOfA.planes[channel], xybOfB.planes[channel], a);
      const from = (channel * scales + scale) * differences.length;
      for (const [index, difference] of differences.entries()) {
        sum += weights[from + index]! * difference;
      }
      // A large picture takes seconds, and a server has others to answer.
      await setImmediate();
    }
  }
  return scoreOf(sum);
}

/** From the weighted sum of differences to a score that is proportional to the judgement of people. */
function scoreOf(sum: number): number {
  const scaled = sum * 0.9562382616834844;
  const bent =
    2.326765642916932 * scaled -
    0.020884521182843837 * scaled ** 2 +
    6.248496625763138e-5 * scaled ** 3;
  return bent > 0 ? 100 - 10 * bent ** 0.6276336467831387 : 100;
}

/** Linear light, from 0 to 1. */
function linearOf(picture: RawPicture, background: number): Planes {
  const { data, width, height, channels } = picture;
  const pixels = width * height;
  const planes = newPlanes(pixels);
  const isColour = channels >= 3;
  const alphaAt = hasAlpha(picture) ? channels - 1 : null;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const from = pixel * channels;
    const alpha = alphaAt === null ? 255 : data[from + alphaAt]!;
    for (const channel of [0, 1, 2] as const) {
      const value = data[from + (isColour ? channel : 0)]!;
      planes[channel][pixel] =
        alpha === 255
          ? linear[value]!
          : linearLight((alpha * value) / 255 ** 2 + (1 - alpha / 255) * background);
    }
  }
  return { width, height, planes };
}

/** IEC 61966-2-1. */
function linearLight(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

const linear = Float32Array.from({ length: 256 }, (_, value) => linearLight(value / 255));

/** The mean of each square of two by two pixels. The last row and column of an odd size are repeated. */
function halved({ width, height, planes }: Planes): Planes {
  const [halfWidth, halfHeight] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const half = (plane: Float32Array) => {
    const out = new Float32Array(halfWidth * halfHeight);
    for (let y = 0; y < halfHeight; y++) {
      const upper = 2 * y * width;
      const lower = Math.min(2 * y + 1, height - 1) * width;
      for (let x = 0; x < halfWidth; x++) {
        const left = 2 * x;
        const right = Math.min(left + 1, width - 1);
        out[y * halfWidth + x] =
          (plane[upper + left]! +
            plane[upper + right]! +
            plane[lower + left]! +
            plane[lower + right]!) /
          4;
      }
    }
    return out;
  };
  return {
    width: halfWidth,
    height: halfHeight,
    planes: [half(planes[0]), half(planes[1]), half(planes[2])],
  };
}

/** The bias of XYB's cube roots. */
const bias = 0.0037930732552754493;
const rootOfBias = Math.cbrt(bias);

/** XYB, the colours of JPEG XL, moved and scaled to about 0 to 1, and blue without the light in it. */
function toXyb({ width, height, planes: [red, green, blue] }: Planes): Planes {
  const [outX, outY, outB] = newPlanes(red.length);
  for (let at = 0; at < red.length; at++) {
    const r = red[at]!;
    const g = green[at]!;
    const b = blue[at]!;
    const long = Math.cbrt(0.3 * r + 0.622 * g + 0.078 * b + bias) - rootOfBias;
    const medium = Math.cbrt(0.23 * r + 0.692 * g + 0.078 * b + bias) - rootOfBias;
    const short =
      Math.cbrt(0.24342268924547819 * r + 0.20476744424496821 * g + 0.5518125663095536 * b + bias) -
      rootOfBias;
    const y = (long + medium) / 2;
    outX[at] = ((long - medium) / 2) * 14 + 0.42;
    outY[at] = y + 0.01;
    outB[at] = short - y + 0.55;
  }
  return { width, height, planes: [outX, outY, outB] };
}

/** Keeps the structure term from dividing by zero, as in SSIM. */
const c2 = 0.0009;

/**
 * How a channel differs: its structure (1 - SSIM), edges that are new, and edges that are lost; the mean of each, and then the
 * 4-norm of each, which counts the worst places.
 */
function compared(
  a: Float32Array,
  b: Float32Array,
  { width, height }: Planes,
): readonly [number, number, number, number, number, number] {
  const squares = new Float32Array(a.length);
  const products = new Float32Array(a.length);
  for (let at = 0; at < a.length; at++) {
    squares[at] = a[at]! * a[at]! + b[at]! * b[at]!;
    products[at] = a[at]! * b[at]!;
  }
  const meanA = blur(a, width, height);
  const meanB = blur(b, width, height);
  const meanSquare = blur(squares, width, height);
  const meanProduct = blur(products, width, height);
  const sums = { structure: 0, structure4: 0, gained: 0, gained4: 0, lost: 0, lost4: 0 };
  for (let at = 0; at < a.length; at++) {
    const mA = meanA[at]!;
    const mB = meanB[at]!;
    const covariance = 2 * (meanProduct[at]! - mA * mB) + c2;
    const variance = meanSquare[at]! - mA * mA - mB * mB + c2;
    const structure = Math.max(0, 1 - ((1 - (mA - mB) ** 2) * covariance) / variance);
    sums.structure += structure;
    sums.structure4 += structure ** 4;
    const edge = (1 + Math.abs(b[at]! - mB)) / (1 + Math.abs(a[at]! - mA)) - 1;
    if (edge > 0) {
      sums.gained += edge;
      sums.gained4 += edge ** 4;
    } else {
      sums.lost -= edge;
      sums.lost4 += edge ** 4;
    }
  }
  const mean = (sum: number) => sum / a.length;
  const norm = (sum: number) => mean(sum) ** 0.25;
  return [
    mean(sums.structure),
    mean(sums.gained),
    mean(sums.lost),
    norm(sums.structure4),
    norm(sums.gained4),
    norm(sums.lost4),
  ];
}

/** Of the middle, and of the four pixels on each side: a Gaussian of sigma 1.5, as libjxl approximates it by three cosines. */
const [tap0, tap1, tap2, tap3, tap4] = [
  0.2646211054881986, 0.2129285920104222, 0.1093353727774603, 0.0360111146583644,
  0.0094143678096537,
] as const;
const reach = 4;

/** Blurs a plane. Beyond its sides it is 0, as in libjxl. */
function blur(plane: Float32Array, width: number, height: number): Float32Array {
  // The rows above and below stay 0.
  const across = new Float32Array((height + 2 * reach) * width);
  const row = new Float32Array(width + 2 * reach);
  for (let y = 0; y < height; y++) {
    row.set(plane.subarray(y * width, (y + 1) * width), reach);
    const to = (y + reach) * width;
    for (let x = 0; x < width; x++) {
      across[to + x] =
        tap0 * row[x + 4]! +
        tap1 * (row[x + 3]! + row[x + 5]!) +
        tap2 * (row[x + 2]! + row[x + 6]!) +
        tap3 * (row[x + 1]! + row[x + 7]!) +
        tap4 * (row[x]! + row[x + 8]!);
    }
  }
  const out = new Float32Array(plane.length);
  for (let at = 0; at < out.length; at++) {
    const middle = at + reach * width;
    out[at] =
      tap0 * across[middle]! +
      tap1 * (across[middle - width]! + across[middle + width]!) +
      tap2 * (across[middle - 2 * width]! + across[middle + 2 * width]!) +
      tap3 * (across[middle - 3 * width]! + across[middle + 3 * width]!) +
      tap4 * (across[at]! + across[middle + 4 * width]!);
  }
  return out;
}

function newPlanes(pixels: number): [Float32Array, Float32Array, Float32Array] {
  return [new Float32Array(pixels), new Float32Array(pixels), new Float32Array(pixels)];
}

/** Of the six differences of each scale of each channel, in the order of `compared`: libjxl fitted them to the judgement of people. */
const weights = Float64Array.of(
  0.0,
  0.0007376606707406586,
  0.0,
  0.0,
  0.0007793481682867309,
  0.0,
  0.0,
  0.0004371155730107379,
  0.0,
  1.1041726426657346,
  0.00066284834129271,
  0.00015231632783718752,
  0.0,
  0.0016406437456599754,
  0.0,
  1.8422455520539298,
  11.441172603757666,
  0.0,
  0.0007989109436015163,
  0.000176816438078653,
  0.0,
  1.8787594979546387,
  10.94906990605142,
  0.0,
  0.0007289346991508072,
  0.9677937080626833,
  0.0,
  0.00014003424285435884,
  0.9981766977854967,
  0.00031949755934435053,
  0.0004550992113792063,
  0.0,
  0.0,
  0.0013648766163243398,
  0.0,
  0.0,
  0.0,
  0.0,
  0.0,
  7.466890328078848,
  0.0,
  17.445833984131262,
  0.0006235601634041466,
  0.0,
  0.0,
  6.683678146179332,
  0.00037724407979611296,
  1.027889937768264,
  225.20515300849274,
  0.0,
  0.0,
  19.213238186143016,
  0.0011401524586618361,
  0.001237755635509985,
  176.39317598450694,
  0.0,
  0.0,
  24.43300999870476,
  0.28520802612117757,
  0.0004485436923833408,
  0.0,
  0.0,
  0.0,
  34.77906344483772,
  44.835625328877896,
  0.0,
  0.0,
  0.0,
  0.0,
  0.0,
  0.0,
  0.0,
  0.0,
  0.0008680556573291698,
  0.0,
  0.0,
  0.0,
  0.0,
  0.0,
  0.0005313191874358747,
  0.0,
  0.00016533814161379112,
  0.0,
  0.0,
  0.0,
  0.0,
  0.0,
  0.0004179171803251336,
  0.0017290828234722833,
  0.0,
  0.0020827005846636437,
  0.0,
  0.0,
  8.826982764996862,
  23.19243343998926,
  0.0,
  95.1080498811086,
  0.9863978034400682,
  0.9834382792465353,
  0.0012286405048278493,
  171.2667255897307,
  0.9807858872435379,
  0.0,
  0.0,
  0.0,
  0.0005130064588990679,
  0.0,
  0.00010854057858411537,
);
