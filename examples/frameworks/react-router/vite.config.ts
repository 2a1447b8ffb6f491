import { reactRouter } from '@react-router/dev/vite';
import tintype from 'vite-plugin-tintype';
import { defineConfig } from 'vite';

export default defineConfig({ plugins: [tintype(), reactRouter()] });
