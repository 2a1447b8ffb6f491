import hero from 'virtual:tintype/hero';
import { Picture } from 'vite-plugin-tintype/solid';

export const App = () => <Picture of={hero} class="hero" priority />;
