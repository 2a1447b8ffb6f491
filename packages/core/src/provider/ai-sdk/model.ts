import type { Json } from '../json.ts';

/**
 * The part of an AI SDK image model that Tintype uses: what `ImageModelV2`, `ImageModelV3` and `ImageModelV4` of
 * `@ai-sdk/provider` 2.0.5, 3.0.19 and 4.0.38 have in common (read 2026-11-22). Tintype does not depend on the SDK.
 */
export interface AiSdkImageModel {
  readonly specificationVersion: 'v2' | 'v3' | 'v4';
  /** `openai.image`, `fal.image`, `replicate`, ... */
  readonly provider: string;
  readonly modelId: string;
  /** v4. */
  readonly supportsFileInputs?: PromiseLike<boolean | undefined> | boolean | undefined;
  /** v4. */
  readonly supportsMaskInputs?: PromiseLike<boolean | undefined> | boolean | undefined;
  doGenerate(options: AiSdkCall): PromiseLike<AiSdkResult>;
}

export interface AiSdkCall {
  readonly prompt: string;
  readonly n: number;
  readonly size: `${number}x${number}` | undefined;
  readonly aspectRatio: `${number}:${number}` | undefined;
  readonly seed: number | undefined;
  /** From v3. */
  readonly files: AiSdkFile[] | undefined;
  /** From v3. */
  readonly mask: AiSdkFile | undefined;
  readonly providerOptions: AiSdkProviderOptions;
  readonly abortSignal: AbortSignal;
}

/** By the name of the SDK's provider: `{ fal: { outputFormat: 'png' } }`. */
export type AiSdkProviderOptions = Record<string, { [name: string]: Json }>;

interface AiSdkFile {
  readonly type: 'file';
  readonly mediaType: string;
  readonly data: Uint8Array;
}

export interface AiSdkResult {
  /** Base64 or bytes. */
  readonly images: readonly string[] | readonly Uint8Array[];
  readonly warnings: readonly AiSdkWarning[];
  readonly providerMetadata?: Readonly<Record<string, unknown>> | undefined;
  readonly response: { readonly headers: Record<string, string> | undefined };
  /** From v3. */
  readonly usage?:
    | {
        readonly inputTokens: number | undefined;
        readonly outputTokens: number | undefined;
      }
    | undefined;
}

/** `unsupported` (v2: `unsupported-setting`), `compatibility`, `deprecated` or `other`. */
export interface AiSdkWarning {
  readonly type: string;
  readonly feature?: string;
  readonly setting?: string;
  readonly details?: string;
  readonly message?: string;
}
