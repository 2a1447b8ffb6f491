import solid from 'vite-plugin-solid';
import tintype from 'vite-plugin-tintype';
import { defineConfig } from 'vite';

export default defineConfig({ plugins: [tintype(), solid()] });
