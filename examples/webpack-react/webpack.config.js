import { tintype } from 'tintype-unplugin/webpack';

export default {
  mode: 'production',
  entry: './src/main.tsx',
  module: {
    rules: [{ test: /\.tsx?$/, loader: 'esbuild-loader', options: { jsx: 'automatic' } }],
  },
  plugins: [tintype()],
};
