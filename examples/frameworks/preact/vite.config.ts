import preact from '@preact/preset-vite';
import tintype from 'vite-plugin-tintype';
import { defineConfig } from 'vite';

export default defineConfig({ plugins: [tintype(), preact()] });
