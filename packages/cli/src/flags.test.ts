import { Command } from 'commander';
import { expect, test } from 'vitest';
import { overridesOf, partialFlags, projectFlags, runFlags, type RunFlags } from './flags.ts';
import { program } from './program.ts';

function overrides(...args: string[]): ReturnType<typeof overridesOf> {
  const command = new Command();
  const flags = { ...projectFlags, ...runFlags, ...partialFlags };
  for (const option of Object.values(flags)) command.addOption(option);
  return overridesOf(command.parse(args, { from: 'user' }).opts<RunFlags>());
}

test('no flag overrides nothing', () => {
  expect(overrides()).toEqual({});
});

test('flags become options', () => {
  const line =
    '--manifest a.yaml --manifest b/*.yaml --out-dir out --provider offline --concurrency 8 --max-cost 2.50 --missing standin --partials 2';
  expect(overrides(...line.split(' '))).toEqual({
    manifests: ['a.yaml', 'b/*.yaml'],
    outDir: 'out',
    provider: 'offline',
    concurrency: 8,
    maxCostUsd: 2.5,
    missing: 'standin',
    partialImages: 2,
  });
});

test('a budget of nothing is a budget', () => {
  expect(overrides('--max-cost', '0')).toEqual({ maxCostUsd: 0 });
});

test('a budget of none is accepted', () => {
  expect(overrides('--max-cost', 'none', '--max-cost-per-day', 'none')).toEqual({
    maxCostUsd: null,
    maxCostUsdPerDay: null,
  });
  expect(overrides('--max-cost-per-day', '20', '--allow-unpriced')).toEqual({
    maxCostUsdPerDay: 20,
    allowUnpriced: true,
  });
});

test('--frozen is --missing fail', () => {
  expect(overrides('--frozen')).toEqual({ missing: 'fail' });
});

test.each(program.commands)(
  '$name gets each flag by the key that it is defined with',
  ({ flags }) => {
    const keys = Object.values(flags).map((option) => option.attributeName());
    expect(keys).toEqual(Object.keys(flags));
  },
);
