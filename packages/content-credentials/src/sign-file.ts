import type { KeyObject } from 'node:crypto';
import type { FileToSign } from '@tintype/core';
import { mediaTypeOf } from '@tintype/core/internal';
import { algorithmOf, coseSignature, reservedBytes } from './cose-signature.ts';
import { BytesBlob, loadC2pa } from './load-c2pa.ts';

/** Nothing is fetched, and no thumbnails, which would make each file larger. */
const settings = JSON.stringify({
  builder: { thumbnail: { enabled: false } },
  verify: { remote_manifest_fetch: false, ocsp_fetch: false },
});

/** A file with content credentials. Those of its original are in it, too, if the original has some. */
export async function signFile(
  file: FileToSign,
  key: KeyObject,
  certificates: readonly Uint8Array[],
): Promise<Uint8Array> {
  const { WasmBuilder } = await loadC2pa();
  const type = mediaTypeOf(file.format);
  const { original } = file;
  // Otherwise the original says nothing that can be relied on. And c2pa-rs gets none that is made to harm it.
  const hasParent =
    original.credentials?.signature === 'valid' && original.credentials.picture === 'valid';
  const builder = WasmBuilder.fromJson(
    JSON.stringify({
      claim_generator_info: [{ name: 'Tintype' }],
      format: type,
      assertions: [
        {
          label: 'c2pa.actions.v2',
          created: true,
          data: { actions: hasParent ? changes(file) : [created(file)] },
        },
      ],
    }),
    settings,
  );
  try {
    if (hasParent) {
      const parentType = mediaTypeOf(original.format);
      // It adds the first action, which opens the parent.
      builder.setIntent('edit');
      await builder.addIngredientFromBlob(
        JSON.stringify({ relationship: 'parentOf', label: parent }),
        parentType,
        new BytesBlob(new Uint8Array(original.bytes), parentType),
      );
    }
    return await builder.sign(
      {
        sign: async (claim) => coseSignature(claim, key, certificates),
        reserveSize: reservedBytes(certificates),
        alg: algorithmOf(key).name,
      },
      [],
      type,
      new BytesBlob(new Uint8Array(file.bytes), type),
    );
  } finally {
    builder.free();
  }
}

/** What was done with the original. A change of format, size and quality is called `transcoded`. */
function changes({ isCropped }: FileToSign): object[] {
  const transcoded = { action: 'c2pa.transcoded', parameters: { ingredientIds: [parent] } };
  return [...(isCropped ? [{ action: 'c2pa.cropped' }] : []), transcoded];
}

/** The name of the original among the ingredients. */
const parent = 'parent';

function created({ model, digitalSourceType }: FileToSign): object {
  return {
    action: 'c2pa.created',
    digitalSourceType,
    ...(model !== null && { softwareAgent: { name: model } }),
  };
}
