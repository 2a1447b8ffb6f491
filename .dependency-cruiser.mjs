/** Who may import whom. `node scripts/check.ts` runs it; ARCHITECTURE.md says why. */
const core = 'packages/core/src';
const forbid = (name, from, to, fromNot) => ({
  name,
  severity: 'error',
  from: { path: from, pathNot: ['[.]test[.]ts$', ...(fromNot ?? [])] },
  to,
});
/** A package is imported by these files only. */
const only = (name, ...files) =>
  forbid(
    `${name} is imported by ${files.join(', ')} only`,
    '^packages/(?!emulators/)[^/]+/src/',
    { path: `node_modules/${name}/` },
    files.map((file) => `^${core}/${file}`),
  );

/** What a purchase passes on its way, in order; `image`, `cache` and `stand-in` are one stage. */
const stages = ['manifest', 'plan', 'provider', 'store', 'image|cache|stand-in', 'output'];
const flow = [
  'purchase',
  'unchanged',
  'operations',
  'project',
  'generate[.]ts',
  'config[.]ts',
  'context[.]ts',
  'index[.]ts',
];
const leaves = '(fs|process|remote|content-credentials)/|[^/]+[.]ts$';

export default {
  forbidden: [
    ...stages.map((stage) =>
      forbid(`${stage}: a stage imports itself and leaf files`, `^${core}/(${stage})/`, {
        path: `^${core}/(${stages.filter((other) => other !== stage).join('|')})/`,
      }),
    ),
    forbid('a stage does not know the flow', `^${core}/(${stages.join('|')})/`, {
      path: `^${core}/(${flow.join('|')})`,
    }),
    forbid('a leaf imports leaves', `^${core}/(fs|process|remote|content-credentials)/`, {
      path: `^${core}/`,
      pathNot: `^${core}/(${leaves})`,
    }),
    forbid(
      'a store is opened by store/open-store.ts, and known by store/store.ts',
      '^packages/(?!emulators/)[^/]+/src/',
      { path: `^${core}/store/`, pathNot: `^${core}/store/(open-store|store)[.]ts$` },
      [`^${core}/store/`],
    ),
    forbid(
      'a cache is opened by cache/open-cache.ts, and known by cache/variant-cache.ts',
      '^packages/.*/src/',
      {
        path: `^${core}/cache/`,
        pathNot: `^${core}/cache/(open-cache|variant-cache|variant-key|cache-keys|seal|refuse-cache-links)[.]ts$`,
      },
      [`^${core}/cache/`],
    ),
    forbid('a snapshot does not know who asks', `^${core}/unchanged/`, {
      path: `^${core}/(operations|generate)`,
    }),
    forbid('plan is pure', `^${core}/plan/`, { dependencyTypes: ['core'] }),
    only('sharp', 'image/', 'stand-in/'),
    only('svgo', 'image/svg/'),
    only('openai', 'provider/openai/call.ts', 'provider/openai/batches.ts'),
    only('undici', 'provider/', 'process/'),
    only('leven', 'did-you-mean.ts'),
    only('(yaml|zod|csv-parse|picomatch)', 'manifest/'),
    forbid('aws4fetch signs in packages/s3 only', '^packages/(?!s3/)[^/]+/src/', {
      path: 'node_modules/aws4fetch/',
    }),
    forbid(
      'the emulators are for tests',
      '^packages/(?!emulators/)',
      { path: '^packages/emulators/' },
      ['^packages/[^/]+/test/'],
    ),
    forbid('a shell imports what core exports', '^packages/(cli|vite-plugin)/src/', {
      path: '^packages/',
      pathNot: [
        '^packages/$1/',
        `^${core}/(index|internal|modules|picture|picture-parts|types)[.]ts$`,
        '^packages/(sheet|queue|queue-dashboard)/src/index[.]ts$',
        '^packages/components/',
      ],
    }),
    forbid(
      'components run in pages, so they import types and parts of pictures',
      '^packages/components/',
      {
        path: '^packages/',
        pathNot: ['^packages/components/', `^${core}/(picture-parts|types)[.]ts$`],
      },
    ),
    forbid('the plugin of other bundlers imports what core exports', '^packages/unplugin/src/', {
      path: '^packages/',
      pathNot: [
        '^packages/unplugin/',
        '^packages/components/',
        `^${core}/(index|modules|picture|types)[.]ts$`,
      ],
    }),
    forbid(
      'the integrations of Astro and Nuxt import the Vite plugin only',
      '^packages/(astro|nuxt)/src/',
      { path: '^packages/', pathNot: ['^packages/$1/', '^packages/vite-plugin/'] },
    ),
    forbid('only the plugins of bundlers import their modules', '^packages/(cli|sheet|queue)/', {
      path: `^${core}/modules`,
    }),
    forbid(
      'core does not know the modules of bundlers',
      `^${core}/`,
      { path: `^${core}/modules(/|[.]ts$)` },
      [`^${core}/modules(/|[.]ts$)`],
    ),
    forbid('what is imported with a config loads no stage', `^${core}/modules/`, {
      path: `^${core}/`,
      pathNot: `^${core}/(modules/.*|[^/]+[.]ts|manifest/source-text[.]ts|plan/in-batches[.]ts)$`,
      dependencyTypesNot: ['type-only', 'dynamic-import'],
    }),
    forbid(
      'only the command line starts workers',
      '^packages/(?!(cli|queue|queue-dashboard)/)[^/]+/src/',
      { path: '^packages/queue(-dashboard)?/' },
    ),
    forbid(
      'the dashboard imports what core and the queue export',
      '^packages/queue-dashboard/src/',
      {
        path: '^packages/',
        pathNot: [
          '^packages/queue-dashboard/',
          `^${core}/(index|internal|types)[.]ts$`,
          '^packages/queue/src/index[.]ts$',
        ],
      },
    ),
    forbid(
      'a package of the queue is imported in packages/queue only',
      '^packages/(?!queue/)[^/]+/src/',
      {
        path: 'node_modules/(bullmq|bullmq-otel|@opentelemetry|ioredis|pg|prom-client)/',
      },
    ),
    forbid('the queue imports what core exports', '^packages/queue/src/', {
      path: '^packages/',
      pathNot: ['^packages/queue/', `^${core}/(index|internal|types)[.]ts$`],
    }),
    forbid('the S3 remote imports what core exports to all', '^packages/s3/src/', {
      path: '^packages/',
      pathNot: ['^packages/s3/', `^${core}/index[.]ts$`],
    }),
    forbid('what signs files imports what core exports', '^packages/content-credentials/src/', {
      path: '^packages/',
      pathNot: ['^packages/content-credentials/', `^${core}/(index|internal)[.]ts$`],
    }),
    forbid(
      'the sheet imports what core exports',
      '^packages/sheet/',
      {
        path: '^packages/',
        pathNot: ['^packages/sheet/', `^${core}/(index|internal|picture|types)[.]ts$`],
      },
      ['^packages/sheet/test/'],
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      // Otherwise an import by the name of a package leads nowhere, and no rule sees it.
      exportsFields: ['exports'],
      conditionNames: ['tintype-source', 'import', 'node', 'default', 'types'],
    },
  },
};
