import hero from 'virtual:tintype/hero';
import { Picture } from 'vite-plugin-tintype/preact';

export const App = () => <Picture of={hero} class="hero" priority />;
