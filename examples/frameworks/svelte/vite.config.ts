import { svelte } from '@sveltejs/vite-plugin-svelte';
import tintype from 'vite-plugin-tintype';
import { defineConfig } from 'vite';

export default defineConfig({ plugins: [tintype(), svelte()] });
