import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';
import tintype from 'vite-plugin-tintype';

export default defineConfig({ plugins: [tintype(), sveltekit({ adapter: adapter() })] });
