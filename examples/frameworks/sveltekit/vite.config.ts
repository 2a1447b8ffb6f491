import { sveltekit } from '@sveltejs/kit/vite';
import adapter from '@sveltejs/adapter-static';
import tintype from 'vite-plugin-tintype';
import { defineConfig } from 'vite';

export default defineConfig({ plugins: [tintype(), sveltekit({ adapter: adapter() })] });
