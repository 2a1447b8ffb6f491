import vue from '@vitejs/plugin-vue';
import tintype from 'vite-plugin-tintype';
import { defineConfig } from 'vite';

export default defineConfig({ plugins: [tintype(), vue()] });
