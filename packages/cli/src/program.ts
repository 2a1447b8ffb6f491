import type { Program } from './build-program.ts';
import { batch } from './commands/batch.ts';
import { check } from './commands/check.ts';
import { costs } from './commands/costs.ts';
import { report } from './commands/report.ts';
import { models } from './commands/models.ts';
import { demo } from './commands/demo.ts';
import { doctor } from './commands/doctor.ts';
import { encode } from './commands/encode.ts';
import { explain } from './commands/explain.ts';
import { exportCommand } from './commands/export.ts';
import { generate } from './commands/generate.ts';
import { html } from './commands/html.ts';
import { importCommand } from './commands/import.ts';
import { init } from './commands/init.ts';
import { merge } from './commands/merge.ts';
import { pick } from './commands/pick.ts';
import { plan } from './commands/plan.ts';
import { prune } from './commands/prune.ts';
import { pull } from './commands/pull.ts';
import { push } from './commands/push.ts';
import { queue } from './commands/queue.ts';
import { review } from './commands/review.ts';
import { sheet } from './commands/sheet.ts';
import { types } from './commands/types.ts';
import { verify } from './commands/verify.ts';
import { worker } from './commands/worker.ts';

/** `tintype`, with its commands and examples in the order of its help. */
export const program: Program = {
  description:
    'AI images as build assets: prompts in, optimised files out, every picture bought once.',
  commands: [
    generate,
    plan,
    batch,
    encode,
    costs,
    report,
    models,
    check,
    doctor,
    explain,
    verify,
    prune,
    push,
    pull,
    merge,
    worker,
    queue,
    pick,
    sheet,
    review,
    html,
    types,
    importCommand,
    exportCommand,
    demo,
    init,
  ],
  examples: [demo, init, plan, generate, review, pick, prune].flatMap(({ examples }) => examples),
};
