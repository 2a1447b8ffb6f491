import { defineConfig } from 'vite';
import tintype from 'vite-plugin-tintype';

export default defineConfig({ plugins: [tintype()] });
