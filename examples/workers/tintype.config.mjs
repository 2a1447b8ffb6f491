import { defineConfig, folder } from 'tintype';

/** In compose.yaml, these folders are volumes that all containers share. On several machines, use buckets (`@tintype/s3`). */
export default defineConfig({
  store: { originals: folder('/app/store') },
  cache: { remote: folder('/app/cache'), mode: 'readwrite' },
});
