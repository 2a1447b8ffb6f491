import react from '@vitejs/plugin-react';
import tintype from 'vite-plugin-tintype';
import { defineConfig } from 'vite';

export default defineConfig({ plugins: [tintype(), react()] });
