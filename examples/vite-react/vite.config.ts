import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import tintype from 'vite-plugin-tintype';

export default defineConfig({ plugins: [react(), tintype()] });
