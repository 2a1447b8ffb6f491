import type { DiagnosticCode, ErrorCode, VerifyCode } from '@tintype/core';

/** What a code means, and how to fix it. */
type Explanation = readonly [means: string, wayOut: string];

/** The compiler notices a code without an explanation. `tintype explain` and the reference print them. */
export const diagnostics: Readonly<Record<DiagnosticCode, Explanation>> = {
  'not-readable': [
    'A manifest or data file cannot be read.',
    'Check that it exists, that you may read it, and that Git LFS has fetched it.',
  ],
  'not-utf8': ['A file is not UTF-8 text.', 'Save it as UTF-8.'],
  'nul-byte': [
    'A file contains a NUL, so it is probably not text.',
    'Name the right file, or save it as UTF-8.',
  ],
  'file-too-large': ['A manifest or data file is larger than 10 MB.', 'Split it.'],
  'yaml-syntax': [
    'The YAML cannot be parsed.',
    'Correct the marked line. A text with ": " or "#" in it needs quotes.',
  ],
  'duplicate-key': ['A map has one name twice.', 'Remove or rename one of the two.'],
  'custom-tag': ['The YAML has a tag such as `!!js`.', 'Remove the tag: manifests are plain data.'],
  'too-many-aliases': [
    'Anchors and aliases expand to too much.',
    'Write the values out, or use a preset.',
  ],
  'several-documents': [
    'A file has more than one YAML document.',
    'Keep one, or make a file of each.',
  ],
  'cut-by-comment': [
    'A "#" begins a comment in the middle of a prompt.',
    'Put the prompt in quotes if the "#" belongs to it.',
  ],
  'unknown-field': [
    'There is no field of this name.',
    'Correct the name. With the JSON Schema, an editor completes names of fields.',
  ],
  'missing-field': ['A field that is required is missing.', 'Write it.'],
  'wrong-type': [
    'A value is of another type than its field.',
    'Write the type that the message names.',
  ],
  'not-allowed': [
    'A value is none of the words that its field takes.',
    'Write one of those that the message names.',
  ],
  'out-of-range': [
    'A number is too small or too large.',
    'Write a number in the range that the message names.',
  ],
  'bad-format': [
    'A value does not have the form of its field.',
    'Write it as the example in the message.',
  ],
  'bad-id': [
    'An id has characters that no id may have, or is a name that Windows reserves, like "aux".',
    'Use lower-case letters, digits and "-", with "/" for folders.',
  ],
  'duplicate-id': ['Two images have one id.', 'Rename one of them.'],
  'duplicate-output': ['Two images would write one file.', 'Rename one of them.'],
  'too-many-images': [
    'A project has more images than one run can hold.',
    'Correct `each`, or split the project.',
  ],
  'unknown-preset': [
    'There is no preset of this name.',
    'Correct the name, or define the preset in the same file.',
  ],
  'unknown-variable': [
    'A template names a variable that no row has.',
    'Correct the name, or write `\\{{` for two braces.',
  ],
  'bad-row': ['A row of `each` cannot be used.', 'Correct the row that the message names.'],
  'missing-alt': [
    'An image has no alternative text.',
    'Write `alt`, or `decorative: true` if the picture says nothing that the text does not.',
  ],
  conflict: ['Two fields contradict each other.', 'Keep the one that you mean.'],
  'literal-api-key': [
    'A key is written in a manifest.',
    'Revoke the key, because it is in a file. Then name its variable: `${OPENAI_API_KEY}`.',
  ],
  'not-supported': [
    'Something that the image needs is not installed.',
    'Install the package that the message names.',
  ],
  'not-supported-by-model': [
    'The model does not take this value.',
    'Choose one of the models in the message, or another value.',
  ],
  'not-supported-by-provider': [
    'The provider cannot make this picture.',
    'Choose another provider, or another value.',
  ],
  'unknown-provider': [
    'There is no provider of this name.',
    'Correct the name, or add it under `providers` in the config.',
  ],
  'unknown-image': [
    '`tintype:<id>` or `sources` names an image that does not exist.',
    'Correct the id.',
  ],
  cycle: [
    'Images use each other as inputs in a circle.',
    'Remove one of the links in the message.',
  ],
  'model-shut-down': [
    'The model no longer exists, and a picture would have to be bought from it.',
    'Set `model` to its successor. Pictures that are stored stay.',
  ],
  'unknown-model': [
    'Tintype has no facts about this model.',
    'Check the name. Prices and limits can be stated under `models` in the config.',
  ],
  'not-checked': [
    'Something could not be checked.',
    'Nothing has to be done. The message says what was left out.',
  ],
  'model-shutting-down': [
    'The model is shut down within 30 days.',
    'Move to its successor while you can compare the two.',
  ],
  'bad-input': [
    'An input picture cannot be used.',
    'Correct the path or the picture, as the message says.',
  ],
  'input-changed': [
    'A picture behind an `https:` address has changed.',
    'Save the picture that you mean in the project, and name that file.',
  ],
  'crop-too-large': [
    'A crop is larger than the picture.',
    'Make the crop smaller, or the picture larger.',
  ],
  'width-too-large': [
    'A width is larger than the picture.',
    'Remove the width, or make the picture larger.',
  ],
  'nothing-picked': [
    'An image has several candidates, and none is picked.',
    'Compare them with `tintype review`, and pick one.',
  ],
  'nothing-moves': [
    'An animation is delivered in formats that do not move.',
    'Write `formats: [webp, gif]`.',
  ],
  'pick-unseen': [
    'A candidate was picked before it existed.',
    'Look at the candidates, then run `tintype pick`.',
  ],
  'bought-twice': [
    'Two branches bought one picture.',
    'The next run that may buy resolves it at no cost. Then run `git add`.',
  ],
  'pin-damaged': [
    "The store's note about an `https:` input is damaged.",
    'Restore it with `git checkout`.',
  ],
};

export const errors: Readonly<Record<ErrorCode, Explanation>> = {
  usage: ['The command line is wrong.', 'See `tintype <command> --help`.'],
  config: [
    'The config, or a variable of the environment, is wrong.',
    'Correct the option that the message names. `tintype doctor` lists all options.',
  ],
  manifest: [
    'A manifest has a mistake.',
    'Each mistake is reported with its own code, file and line.',
  ],
  'api-key-missing': [
    'A picture has to be bought, and its key is not set.',
    'Set the variable in the environment or in `.env.local`, or use `--missing standin`.',
  ],
  'key-not-allowed': [
    'A key must not go to this host.',
    'Remove the address from `.env`, or trust the host with `TINTYPE_TRUST_HOST`.',
  ],
  'output-not-ours': [
    'A file would be overwritten that Tintype did not write.',
    'Move the file, or choose another folder.',
  ],
  'originals-missing': [
    'Pictures are not stored, and nothing may be bought.',
    'Buy them where you may (`tintype`), commit the store, and run again.',
  ],
  'over-budget': [
    'The plan costs more than the budget.',
    'Raise `--max-cost` if you mean it. `tintype plan` says what costs how much.',
  ],
  quota: [
    'The account has no credit, or has reached its limit.',
    'Add credit, or raise the limit, at the provider.',
  ],
  'bad-api-key': ['The provider does not accept the key.', 'Check the key and the account.'],
  'not-permitted': [
    'The account may not do this, such as use this model.',
    'Do what the message asks for, or choose another model.',
  ],
  'untrusted-certificate': [
    "The server's certificate is not trusted.",
    'Check the address. For the proxy of a company, set `NODE_EXTRA_CA_CERTS`.',
  ],
  'unusable-answers': [
    'Two answers of one kind could not be used, so the run stopped.',
    'Check the address and the server. What came is kept aside.',
  ],
  'sharp-unavailable': [
    'sharp, which reads and encodes pictures, does not run on this machine, or cannot read a format. Nothing is bought that cannot be read.',
    'Install the packages again on this machine, with the optional ones: `npm install --include=optional`. If only SVG cannot be read, unset `VIPS_BLOCK_UNTRUSTED`. `tintype doctor` says whether sharp runs here.',
  ],
  'store-not-readable': [
    'The store cannot be read.',
    'Check its permissions, and what is in the way.',
  ],
  'store-not-writable': [
    'The store cannot be written.',
    'Make room, or correct the permissions. The message says where paid bytes are.',
  ],
  'remote-unavailable': [
    'The remote does not answer.',
    'Check the network and the address, and run again.',
  ],
  'remote-denied': ['The remote denies access.', 'Check its credentials.'],
  'remote-unsupported': [
    'The remote cannot do what is needed, such as keep two machines apart.',
    'Use another remote, or promise `onlyBuyer`.',
  ],
  'remote-damaged': [
    'The remote answers with something else than was stored.',
    'Restore the file there, or push it again.',
  ],
  'queue-unavailable': [
    'The queue of workers does not answer.',
    'Check its address, and that its database runs.',
  ],
  'job-refused': [
    'A worker does not accept this job.',
    'Give the run and the worker the same store and version.',
  ],
  moderation: [
    'The provider refused the prompt or an input picture.',
    'Change it. The same request is not sent again.',
  ],
  refused: ['The provider refused the request.', 'Change what its message names.'],
  'rate-limited': [
    'The account makes too many requests a minute.',
    'Run again later, or set `imagesPerMinute`.',
  ],
  overloaded: ['The provider is overloaded.', 'Run again later.'],
  'server-error': [
    'The server failed.',
    'Run again. The request may have been billed, and counts against the budget.',
  ],
  'not-connected': [
    'The server cannot be reached. A run ends with the second such picture, unless the server has answered before.',
    'Check the network, the address and the proxy.',
  ],
  'connection-lost': [
    'The connection broke after the request was sent.',
    'It may have been billed. Run again if you accept that.',
  ],
  'unknown-outcome': [
    'It is not known what became of a request.',
    'It may have been billed. Run again if you accept that.',
  ],
  timeout: ['No answer came in time.', 'It may have been billed. `timeoutMs` allows more time.'],
  'bad-reply': [
    'The answer has no usable picture. It is billed.',
    'The bytes are kept aside. `take: 2` asks for another.',
  ],
  'maybe-billed': [
    'A request of this order may have been billed, so it is not sent again.',
    'Look at the bill of the account. To request it again, run `tintype --order <another name>`; outside of CI, each run without `--order` is a new order.',
  ],
  ordered: ['The picture is ordered in a batch.', 'Run `tintype batch collect` when it is due.'],
  'original-damaged': [
    'The bytes of an original do not match its record.',
    'Restore the file: `git checkout`, `git lfs pull` or `tintype pull`.',
  ],
  'original-missing': [
    'An original is not where its record says.',
    'Restore the file: `git checkout`, `git lfs pull` or `tintype pull`.',
  ],
  'original-rejected': [
    'The picture was paid for and cannot be delivered.',
    'Change the configuration that refused it, or ask for another with `take: 2`.',
  ],
  'record-damaged': ['A record cannot be trusted.', 'Restore it with `git checkout`.'],
  'upstream-failed': [
    'The image uses another one as an input, which failed.',
    'Correct the other image.',
  ],
  'input-changed': ['An input picture changed while the run worked.', 'Run again.'],
  'not-supported': ['The provider or the model cannot do this.', 'Choose another one.'],
  encode: ['A picture could not be encoded.', '`tintype doctor` says whether sharp runs here.'],
  'output-not-writable': [
    'A file could not be written.',
    'Make room, or correct the permissions of `outDir`.',
  ],
  interrupted: ['You stopped the run.', 'What was in flight is stored. Run again to go on.'],
};

export const findings: Readonly<Record<VerifyCode, Explanation>> = {
  'record-damaged': errors['record-damaged'],
  'original-damaged': errors['original-damaged'],
  'original-missing': errors['original-missing'],
  'rejected-damaged': [
    'Bytes that were kept aside have changed.',
    'Restore them with `git checkout`.',
  ],
  'rejected-missing': ['Bytes that were kept aside are gone.', 'Restore them with `git checkout`.'],
  'attempt-damaged': [
    'The note of a request cannot be read.',
    'The request may have been billed. The message says what the next run does.',
  ],
  'refusal-damaged': ['The note of a refusal cannot be read.', 'Restore it with `git checkout`.'],
  'batch-damaged': [
    'The note of a batch cannot be read.',
    'Restore it with `git checkout`, or collect it where it was submitted.',
  ],
  'changed-by-git': [
    'An attribute of git would change paid bytes.',
    'Remove the attribute, as the message says.',
  ],
  'original-unnamed': ['No record names this original.', '`tintype prune` removes it.'],
  'attempt-left': [
    'A request was sent whose picture is not recorded yet.',
    'The next run that may buy settles it.',
  ],
  'batch-open': ['A batch was not collected yet.', 'Run `tintype batch collect`.'],
  'bought-twice': diagnostics['bought-twice'],
  'pin-damaged': diagnostics['pin-damaged'],
  'not-ours': ['A file in the store is not of the store.', 'Remove it if you do not need it.'],
  'variant-damaged': [
    'A cached file was damaged. It was removed.',
    'Nothing: the next run encodes it again.',
  ],
};

/** Events of type `warning`, beside those with a code of `verify` or of an error. A test compares the names with the code. */
export const warnings: Readonly<Record<string, Explanation>> = {
  accepted: ['A picture that was kept aside can be used now.', 'Nothing: it is used at no cost.'],
  batch: ['Something about a batch needs attention.', 'Do what the message says.'],
  'batch-due': [
    'A batch should be finished.',
    'Run `tintype batch collect`. The provider deletes answers after 30 days.',
  ],
  'batch-line': ['One picture of a batch was not made.', 'Run again to order it again.'],
  'batch-lost': [
    'The answers of a batch are gone.',
    'They may have been billed. Order them again if you accept that.',
  ],
  'bought-twice': diagnostics['bought-twice'],
  'cache-in-git': [
    'The cache came with the clone, so it is not used.',
    'Remove it from git, and let git ignore it.',
  ],
  internal: ['A fault of Tintype.', 'Report it, with the output of `tintype doctor`.'],
  interrupted: errors.interrupted,
  'key-not-ignored': ['git does not ignore a file with a key.', 'Add it to `.gitignore`.'],
  'maybe-billed': [
    'A request may have been billed without an answer.',
    "Look at the account's bill. A new order (`tintype --order <another name>`) requests it again.",
  ],
  'no-cache': [
    'The cache cannot be used.',
    'Correct its permissions. Files are encoded again each time.',
  ],
  'no-worker': ['No worker takes jobs from the queue.', 'Start one with `tintype worker`.'],
  'not-committed': [
    'Bought pictures are in no commit.',
    'Commit the store, because `git clean` would remove them.',
  ],
  'not-delivered': ['Bought pictures are not in the remote yet.', 'Run `tintype push`.'],
  'other-shards': [
    'A build has stand-ins for the pictures of other shards.',
    'Do not publish it. Run `tintype merge`.',
  ],
  'price-unknown': [
    'The budget cannot count a picture, because its price is unknown.',
    'State the price under `models` in the config.',
  ],
  provider: ['The provider says something about a picture.', 'Look at the picture.'],
  remote: ['The remote could not be asked.', 'Run again when it answers.'],
  'store-not-committed': [
    'git ignores the store, or an installer deletes it.',
    'Change `.gitignore` or `store.dir`.',
  ],
  'not-signed': [
    'Files are delivered without the content credentials that the config asks for.',
    'Set the key that the message names, or fetch the signed files from a shared cache.',
  ],
  'transparency-lost': ['A JPEG cannot be transparent.', 'Add webp or png to `formats`.'],
  'would-remove': ['`prune --dry-run` would remove this file.', 'Nothing.'],
};

/** The messages that have codes. */
export type CodeKind = 'diagnostic' | 'error' | 'finding' | 'warning';

export const kindsOfCodes: Readonly<Record<CodeKind, Readonly<Record<string, Explanation>>>> = {
  diagnostic: diagnostics,
  error: errors,
  finding: findings,
  warning: warnings,
};
