import { solidStart } from '@solidjs/start/config';
import { nitro } from 'nitro/vite';
import tintype from 'vite-plugin-tintype';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [tintype(), solidStart(), nitro({ preset: 'node-server' })],
});
